/** Several public hosts, and an application under a prefix: a real Apache httpd and Portico send clients to the same places. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startApache } from "../harness/apache.ts";
import { field, requestText, responseText } from "../harness/message.ts";
import { peer } from "../harness/peers.ts";
import { startPortico } from "../harness/portico.ts";
import { exchange } from "../harness/rawClient.ts";
import { startRawServer } from "../harness/rawServer.ts";
import { serve } from "../harness/stage.ts";

const scope = { after };
const HOSTS = ["first.test", "second.test"] as const;
/** What the node answers with, `@` for the host that it sees. */
const ROWS: readonly (readonly [name: string, value: string])[] = [
	["Location", "https://node.internal:9443/login?next=/x"],
	["Location", "http://@/login"],
	["Location", "http://other.test/login"],
	["Content-Location", "https://node.internal:9443/a"],
	["Set-Cookie", "a=1; path=/"],
];

let answer = "";
const node = await startRawServer(
	scope,
	serve((request) => responseText(200, [answer.replaceAll("@", field(request, "host") ?? "")], "")),
);

async function startBoth(): Promise<{ readonly apache: number; readonly portico: number }> {
	const apache = await startApache(scope, {
		modules: ["proxy", "proxy_http"],
		config: [
			"ProxyPreserveHost On",
			`ProxyPass /sso http://127.0.0.1:${node.port}`,
			// Portico knows all of these from `path`, `to` and `aliases`.
			...["https://node.internal:9443", ...HOSTS.map((host) => `http://${host}`)].map((origin) => `ProxyPassReverse /sso ${origin}`),
			"ProxyPassReverseCookiePath / /sso/",
		].join("\n"),
	});
	const portico = await startPortico(scope, {
		public: `http://${HOSTS[0]}`,
		hosts: HOSTS.slice(1),
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			sso: {
				product: "http",
				aliases: ["https://node.internal:9443"],
				routes: [{ path: "/sso", to: "/" }],
				nodes: [{ name: "n", url: `http://127.0.0.1:${node.port}` }],
			},
		},
		accessLog: [],
		workers: 1,
	});
	return { apache: apache.port, portico: portico.port };
}
const both = peer("apache").skip === false ? await startBoth() : null;

for (const [name, value] of ROWS) {
	test(`${name}: ${value}`, { skip: peer("apache").skip }, async (t) => {
		answer = `${name}: ${value}`;
		for (const host of HOSTS) {
			const ask = async (port: number): Promise<string> =>
				field(await exchange(t, port, requestText("GET", "/sso/x", { host, fields: ["Connection: close"] })), name) ?? "";
			const [apache, portico] = [await ask(both?.apache ?? 0), await ask(both?.portico ?? 0)];
			// Apache writes a slash behind a cookie's root; both cover the same paths.
			assert.equal(portico, apache.replace(/path=\/sso\/$/, "path=/sso"), host);
		}
	});
}
