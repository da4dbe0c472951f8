/** Internal addresses that nodes name in what leaves: counted, logged once with what mends them, shown by the admin API and `portico status`. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { LeakReport } from "../../../src/admin/model.ts";
import { within } from "../../harness/deadline.ts";
import { field, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { ask as askAdmin, status } from "../admin/rig.ts";

const PAGE = '<html><script>var next = "https:\\/\\/localhost:9443\\/commonauth";</script></html>';
/** Whatever the client takes. */
const packed = (coding: string, body: Buffer): Buffer =>
	Buffer.concat([
		Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`),
		body,
	]);
const PACKED: ReadonlyMap<string, Buffer> = new Map([
	["/myaccount/", packed("gzip", gzipSync(PAGE + " ".repeat(64 * 1024 * 1024)))],
	["/accountrecoveryendpoint/x", packed("br", brotliCompressSync(PAGE))],
]);
const node = await startRawServer(
	{ after },
	serve(async ({ target }, connection) => {
		const page = PACKED.get(target);
		if (page !== undefined) {
			await connection.send(page);
			return undefined;
		}
		if (target.startsWith("/samlsso"))
			return responseText(302, ["Location: https://idp.elsewhere.example:9443/login?token=secret-token", "X-Node: http://10.1.2.3/x"]);
		if (target.startsWith("/oauth2/authorize")) return responseText(302, ["Location: http://localhost:3000/callback?code=secret-code"]);
		if (target.startsWith("/authenticationendpoint")) return responseText(200, ["Content-Type: text/html"], PAGE);
		return responseText(302, ["Location: https://localhost:9443/samlsso"]);
	}),
);
const portico = await startPortico(
	{ after },
	{
		public: "http://sso.example.com",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			is: {
				product: "wso2-is",
				prefix: "/is-",
				transport: "http",
				health: { check: "off" },
				nodes: [{ name: "is-1", host: "127.0.0.1", ports: { servlet: node.port } }],
				routes: ["/authenticationendpoint", "/myaccount", "/accountrecoveryendpoint"].map((path) => ({ path, rewriteBodies: false })),
			},
		},
		accessLog: [],
		admin: { address: "127.0.0.1:0" },
		workers: 2,
	},
);

const get = (path: string) =>
	exchange({ after }, portico.port, `GET ${path} HTTP/1.1\r\nHost: sso.example.com\r\nConnection: close\r\n\r\n`);

/** What the admin API tells, once so many responses had a leak: workers tell theirs about every second. */
async function leaksOnce(count: number): Promise<readonly LeakReport[]> {
	const poll = async (): Promise<readonly LeakReport[]> => {
		for (;;) {
			const { leaks } = await status(portico);
			if (leaks.reduce((sum, leak) => sum + leak.count, 0) >= count) return leaks;
		}
	};
	return within(poll(), `${count} answers with leaks`, 20_000);
}

test("what leaves is counted by route, kind and place over all workers, logged once, and told without queries", async () => {
	for (let times = 0; times < 6; times++) await get("/is-samlsso?SAMLRequest=x");
	await get("/is-authenticationendpoint/login.do");
	assert.equal(field(await get("/is-myaccount/"), "content-encoding"), "gzip");
	await get("/is-accountrecoveryendpoint/x");
	// Neither is a leak: a relying party on its developer's machine, and a redirect that was mapped.
	await get("/is-oauth2/authorize");
	await get("/is-commonauth");
	const seen = await leaksOnce(15);
	assert.deepEqual(seen.map(({ route, where, kind, field, url, count }) => [route, where, kind, field, url, count]).sort(), [
		["is:/accountrecoveryendpoint", "body", "loopback", null, "https://localhost:9443", 1],
		["is:/authenticationendpoint", "body", "loopback", null, "https://localhost:9443", 1],
		["is:/myaccount", "body", "loopback", null, "https://localhost:9443", 1],
		["is:/samlsso", "header", "port", "location", "https://idp.elsewhere.example:9443/login", 6],
		["is:/samlsso", "header", "private", "x-node", "http://10.1.2.3/x", 6],
	]);
	for (const { fix } of seen) assert.match(fix, /deployment\.toml/);

	const lines = portico.log.filter(({ msg }) => msg === "leak_found");
	assert.deepEqual(lines.map(({ route, kind, in: place }) => `${String(route)} ${String(kind)} ${String(place)}`).sort(), [
		"is:/accountrecoveryendpoint loopback body",
		"is:/authenticationendpoint loopback body",
		"is:/myaccount loopback body",
		"is:/samlsso port location",
		"is:/samlsso private x-node",
	]);
	assert.ok(!portico.child.stdout.includes("secret") && !portico.child.stderr.includes("secret"));

	const metrics = (await askAdmin(portico, "/metrics")).text;
	assert.match(metrics, /^portico_leaks_total\{service="is",route="is:\/samlsso",where="header",kind="port"\} 6$/m);
});
