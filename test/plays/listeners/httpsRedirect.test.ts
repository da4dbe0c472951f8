/** A plain listener that sends everyone to https. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { field } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { openStage } from "../../harness/stage.ts";
import { echo } from "./echo.ts";

const authority = await TestAuthority.create();
const identity = await authority.issue({ names: ["sso.test", "own.test"] });
const stage = await openStage(
	{ after },
	{
		services: 2,
		service: (index) => (index === 1 ? { host: "own.test:8443" } : {}),
		config: {
			public: "https://sso.test",
			listeners: [
				{ address: "127.0.0.1:0", redirectTo: "https" },
				{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
			],
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const { path, node } = stage.service(echo);

async function ask(scope: Parameters<typeof connectRaw>[0], method: string, target: string, host: string, rest = "\r\n") {
	const client = await connectRaw(scope, stage.port);
	await client.send(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${rest}`);
	return { client, response: await client.response(method) };
}

const statuses: readonly [method: string, status: number][] = [
	["GET", 301],
	["HEAD", 301],
	["POST", 308],
	["PUT", 308],
	["DELETE", 308],
	["OPTIONS", 308],
];
for (const [method, status] of statuses) {
	test(`${method} is redirected with ${status}, path and query kept`, async (t) => {
		const { response, client } = await ask(t, method, "/a/b%2Fc?q=1&r=%20x", "sso.test");
		assert.equal(response.status, status);
		assert.equal(field(response, "location"), "https://sso.test/a/b%2Fc?q=1&r=%20x");
		assert.equal(response.body.length, 0);
		assert.equal(client.ending, null);
	});
}

test("the port of the plain listener does not get into the redirect", async (t) => {
	const { response } = await ask(t, "GET", "/", `sso.test:${stage.port}`);
	assert.equal(field(response, "location"), "https://sso.test/");
});

test("a service with a host and port of its own is redirected to these", async (t) => {
	const { response } = await ask(t, "GET", "/x", "own.test");
	assert.equal(field(response, "location"), "https://own.test:8443/x");
});

test("a host that is not ours is refused with 421, not redirected", async (t) => {
	const { response } = await ask(t, "GET", "/", "evil.test");
	assert.equal(response.status, 421);
	assert.equal(field(response, "location"), undefined);
});

test("a path that begins with two slashes stays a path of ours", async (t) => {
	const { response } = await ask(t, "GET", "//evil.test/x", "sso.test");
	assert.equal(field(response, "location"), "https://sso.test//evil.test/x");
});

test("absolute-form is redirected to its own path", async (t) => {
	const { response } = await ask(t, "GET", "http://sso.test/y?z", "sso.test");
	assert.equal(field(response, "location"), "https://sso.test/y?z");
});

test("a POST with a body is redirected, and the connection serves the next request", async (t) => {
	const { client, response } = await ask(t, "POST", "/form", "sso.test", "Content-Length: 3\r\n\r\na=1");
	assert.equal(response.status, 308);
	await client.send("GET /next HTTP/1.1\r\nHost: sso.test\r\n\r\n");
	assert.equal(field(await client.response(), "location"), "https://sso.test/next");
});

test("nothing reaches a node through it", () => {
	assert.equal(node.connections.length, 0);
});

test("the TLS listener beside it serves", async (t) => {
	const client = await connectRaw(t, stage.portico.ports[1] ?? 0, { tls: { ca: authority.cert, servername: "sso.test" } });
	await client.send(`GET ${path} HTTP/1.1\r\nHost: sso.test\r\n\r\n`);
	assert.equal((await client.response()).status, 200);
});

for (const [method, target, status] of [
	["TRACE", "/a", 405],
	["CONNECT", "sso.test:443", 405],
	["OPTIONS", "*", 200],
] as const) {
	test(`${method} ${target} is answered here, not sent elsewhere`, async (t) => {
		const { response } = await ask(t, method, target, method === "CONNECT" ? target : "sso.test");
		assert.equal(response.status, status);
		assert.equal(field(response, "location"), undefined);
	});
}
