/** A node of Identity Server dies with a request in hand: what WSO2 allows to be asked again, and what its first try has used up. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";

/** Takes every request and dies with it. */
const nodes: RawServer[] = await Promise.all(
	[0, 1].map(() =>
		startRawServer({ after }, async (connection) => {
			await connection.request();
			connection.reset();
		}),
	),
);
const healthy = await startRawServer({ after }, async (connection) => {
	const { method } = await connection.request();
	await connection.send(responseText(200, [], method));
	connection.end();
});
const portico = await startPortico(
	{ after },
	{
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			is: {
				product: "wso2-is",
				prefix: "/is-",
				transport: "http",
				nodes: [...nodes, healthy].map(({ port }, index) => ({ name: `is-${index + 1}`, host: "127.0.0.1", ports: { servlet: port } })),
				access: { restricted: { allow: ["127.0.0.0/8"] } },
				health: { check: "off", passive: { connect: 0, timeout: 0, broken: 0, unavailable: 0 }, breaker: "off" },
				balance: { slowStart: "off" },
			},
		},
		accessLog: [],
		workers: 1,
	},
);

/** Three requests, so that each node has its turn to be the first: their statuses. */
async function asked(t: Parameters<typeof exchange>[0], method: string, path: string, body = ""): Promise<number[]> {
	const fields = method === "GET" ? "" : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
	const statuses: number[] = [];
	for (let i = 0; i < 3; i++) {
		const { status } = await exchange(
			t,
			portico.port,
			`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}Connection: close\r\n\r\n${body}`,
		);
		statuses.push(status);
	}
	return statuses.sort();
}

for (const [what, method, path, body, statuses] of [
	["introspection, a POST", "POST", "/is-oauth2/introspect", "token=t", [200, 200, 200]],
	["user info, a POST", "POST", "/is-oauth2/userinfo", "access_token=t", [200, 200, 200]],
	["keys", "GET", "/is-oauth2/jwks", "", [200, 200, 200]],
	["the exchange of a code", "POST", "/is-oauth2/token", "grant_type=authorization_code&code=c", [200, 502, 502]],
	["the exchange of a refresh token", "POST", "/is-t/acme.com/oauth2/token", "grant_type=refresh_token&refresh_token=r", [200, 502, 502]],
	["a password", "POST", "/is-commonauth", "username=u&password=p", [200, 502, 502]],
	["a login that comes back from elsewhere, a GET", "GET", "/is-commonauth?code=c&state=s", "", [200, 502, 502]],
] as const) {
	test(`${what} ${statuses[1] === 200 ? "goes to another node" : "is tried once"}`, async (t) => {
		assert.deepEqual(await asked(t, method, path, body), statuses);
	});
}
