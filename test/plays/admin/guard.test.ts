/** Who may use the admin server: over real sockets, from loopback and from an address of this machine that is not. */
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { after, test } from "node:test";
import { connectRaw } from "../../harness/rawClient.ts";
import { type AdminAsk, adminAddress, ask, startAdministered, startGatedNode } from "./rig.ts";

const TOKEN = "a-token-that-is-long-enough-0123456789";
const JSON_BODY = { "Content-Type": "application/json" };
const scope = { after };
const nodes = [await startGatedNode(scope, "a")];
const portico = await startAdministered(scope, nodes, {
	address: "0.0.0.0:0",
	hosts: ["lb.internal"],
	tokens: [{ id: "ops", secret: TOKEN }],
});
const port = Number(adminAddress(portico).split(":").at(-1));
const outside = Object.values(networkInterfaces())
	.flat()
	.find((each) => each !== undefined && !each.internal && each.family === "IPv4")?.address;
const SKIP = outside === undefined ? { skip: "this machine has loopback only" } : {};

async function statusOf(path: string, asked: AdminAsk = {}): Promise<number> {
	return (await ask(portico, path, asked)).status;
}

test("heads that never end keep no probe out", async (t) => {
	const half = [];
	for (let i = 0; i < 300; i++) {
		const client = await connectRaw(t, port);
		await client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n");
		half.push(client);
		if (i % 50 === 49) assert.equal(await statusOf("/livez"), 200);
	}
	assert.equal(half.at(-1)?.ending, null);
	for (const client of half) client.destroy();
});

test("requests that never end, from many addresses, keep no probe from this machine out", async (t) => {
	const head = "PATCH /api/v1/nodes/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
	const held = [];
	for (let address = 2; address <= 7; address++) {
		for (let i = 0; i < 60; i++) {
			const client = await connectRaw(t, port, { localAddress: `127.0.0.${address}` });
			await client.send(head);
			held.push(client);
		}
		assert.equal(await statusOf("/livez"), 200, `after those of 127.0.0.${address}`);
		assert.equal(await statusOf("/metrics"), 200);
	}
	for (const client of held) client.destroy();
});

test("a path that cannot be decoded is refused in the API's own form", async () => {
	const answer = await ask(portico, "/api/v1/nodes/%ff");
	assert.equal(answer.status, 400);
	assert.equal((JSON.parse(answer.text) as { error: { code: string } }).error.code, "request_refused");
});

test("over loopback everything is open without a token", async () => {
	for (const path of ["/livez", "/readyz", "/metrics", "/api/v1/status", "/api/v1/openapi.json"])
		assert.equal(await statusOf(path), 200, path);
});

test("from outside nothing is, without a token", SKIP, async () => {
	for (const path of ["/livez", "/readyz", "/metrics", "/api/v1/status", "/api/v1/openapi.json", "/api/v1/nodes/a", "/nothing"]) {
		const answer = await ask(portico, path, { host: outside ?? "" });
		assert.equal(answer.status, 401, path);
		assert.match(String(answer.fields["www-authenticate"]), /^Bearer/);
		assert.equal((JSON.parse(answer.text) as { error: { code: string } }).error.code, "token_required");
	}
	assert.equal(await statusOf("/metrics", { host: outside ?? "", fields: { Authorization: "Bearer wrong" } }), 401);
	assert.equal(await statusOf("/metrics", { host: outside ?? "", fields: { Authorization: `Bearer ${TOKEN}` } }), 200);
});

test("with open probes anyone may ask for these, also over HTTP/1.0 without a Host, and for nothing else", SKIP, async (t) => {
	const tokens = [{ id: "ops", secret: TOKEN }];
	const open = await startAdministered(t, nodes, { address: "0.0.0.0:0", tokens, openProbes: true });
	const host = outside ?? "";
	for (const path of ["/livez", "/readyz"])
		for (const Host of ["lb.example", host]) assert.equal((await ask(open, path, { host, fields: { Host } })).status, 200, path);
	const checker = await connectRaw(t, Number(adminAddress(open).split(":").at(-1)), { host });
	await checker.send("GET /readyz HTTP/1.0\r\n\r\n");
	assert.equal((await checker.response()).status, 200);
	for (const path of ["/metrics", "/api/v1/status"]) assert.equal((await ask(open, path, { host })).status, 401, path);
});

test("who changed what is logged by the token's id, never by the token", SKIP, async () => {
	const fields = { ...JSON_BODY, Authorization: `Bearer ${TOKEN}` };
	const body = '{"weight": 2}';
	assert.equal(await statusOf("/api/v1/nodes/a", { host: outside ?? "", method: "PATCH", fields, body }), 200);
	const line = await portico.event("admin_changed");
	assert.deepEqual([line.by, line.from, line.node, line.weight], ["ops", outside, "a", 2]);
	assert.ok(!portico.child.output.includes(TOKEN));
});

test("a proxy on this machine opens nothing for others", async () => {
	for (const name of ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto"])
		assert.equal(await statusOf("/api/v1/status", { fields: { [name]: "10.0.0.1" } }), 401, name);
});

test("a foreign Host is refused: a name may have been made to point here", async () => {
	for (const Host of ["evil.test", `evil.test:${port}`, "0.0.0.0", "192.0.2.77"])
		assert.equal(await statusOf("/livez", { fields: { Host } }), 403, Host);
	for (const Host of ["localhost", "localhost:1234", "[::1]", "lb.internal"])
		assert.equal(await statusOf("/livez", { fields: { Host } }), 200, Host);
});

test("no Host, or two, is malformed", async (t) => {
	for (const lines of ["", "Host: localhost\r\nHost: localhost\r\n", "Host: \r\n"]) {
		const client = await connectRaw(t, port);
		await client.send(`GET /livez HTTP/1.1\r\n${lines}\r\n`);
		assert.equal((await client.response("GET")).status, 400, lines);
	}
});

test("pages of other origins can neither read nor change", async () => {
	for (const Origin of ["http://evil.test", "null", "http://127.0.0.1:3000"]) {
		assert.equal(await statusOf("/api/v1/status", { fields: { Origin } }), 403, Origin);
		const change = { method: "PATCH", fields: { ...JSON_BODY, Origin }, body: '{"weight": 9}' };
		assert.equal(await statusOf("/api/v1/nodes/a", change), 403, Origin);
	}
	const preflight = await ask(portico, "/api/v1/nodes/a", {
		method: "OPTIONS",
		fields: { Origin: "http://evil.test", "Access-Control-Request-Method": "PATCH" },
	});
	assert.equal(preflight.status, 403);
	assert.equal(preflight.fields["access-control-allow-origin"], undefined);
	assert.equal(await statusOf("/api/v1/status", { fields: { Host: `localhost:${port}`, Origin: `http://localhost:${port}` } }), 200);
	assert.equal(await statusOf("/api/v1/status", { fields: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" } }), 403);
});

test("a change is JSON, says something sensible, and is small", async () => {
	const change = (body: string, fields: Readonly<Record<string, string>> = JSON_BODY) =>
		statusOf("/api/v1/nodes/a", { method: "PATCH", fields, body });
	const bodies: readonly (readonly [body: string, status: number])[] = [
		['{"weight": 3}', 200],
		["{}", 400],
		["", 400],
		["[]", 400],
		["{", 400],
		['{"weight": 0}', 400],
		['{"weight": "3"}', 400],
		['{"weight": 1.5}', 400],
		['{"weight": 1001}', 400],
		['{"wieght": 3}', 400],
		['{"adminState": "off"}', 400],
		['{"adminState": "enabled", "drain": "soft"}', 400],
		['{"adminState": "disabled", "deadline": "1m"}', 400],
		['{"drain": "hard", "deadline": "1m"}', 400],
		['{"deadline": "soon"}', 400],
		['{"deadline": 60}', 400],
		['{"__proto__": {"weight": 3}}', 400],
		[JSON.stringify({ weight: 3, adminState: "x".repeat(20_000) }), 413],
	];
	for (const [body, expected] of bodies) assert.equal(await change(body), expected, body.slice(0, 80));
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
		assert.equal(await change('{"weight": 3}', { "Content-Type": type }), 415, type);
	assert.equal(await change('{"weight": 3}', {}), 415);
});

test("errors are JSON and say what is wrong", async () => {
	const messageOf = async (path: string, asked?: AdminAsk) =>
		(JSON.parse((await ask(portico, path, asked)).text) as { error: { message: string } }).error.message;
	assert.match(await messageOf("/api/v1/nodes/zz"), /There is no node "zz"/);
	assert.match(await messageOf("/api/v1/members/a%2Fnope"), /There is no member "a\/nope"/);
	assert.match(await messageOf("/nothing"), /nothing here/);
	assert.match(await messageOf("/api/v1/nodes/a", { method: "PATCH", fields: JSON_BODY, body: '{"wieght": 3}' }), /unknown key "wieght"/);
	const wrong = await ask(portico, "/api/v1/status", { method: "DELETE" });
	assert.deepEqual([wrong.status, wrong.fields.allow], [405, "GET, HEAD"]);
});

test("answers are neither cached nor framed nor taken for something else", async () => {
	for (const path of ["/api/v1/status", "/metrics", "/nothing"]) {
		const { fields } = await ask(portico, path);
		assert.equal(fields["cache-control"], "no-store");
		assert.equal(fields["x-content-type-options"], "nosniff");
		assert.match(String(fields["content-security-policy"]), /frame-ancestors 'none'/);
	}
});
