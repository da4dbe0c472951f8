/** Whatever the other side does, a request ends with one response or one failure. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { type Script, startRawServer } from "../../test/harness/rawServer.ts";
import { BODY_BYTES, type DoctorRequest, type Reply, sendRequest } from "./request.ts";

const LONG_TIMEOUT = 60_000;

async function sendTo(t: TestContext, script: Script, request: Partial<DoctorRequest> = {}, timeout = LONG_TIMEOUT): Promise<Reply> {
	const server = await startRawServer(t, script);
	const target = { origin: "http://node", host: "127.0.0.1", port: server.port, tls: null, accepts: () => true };
	return sendRequest(target, { method: "GET", path: "/", host: "sso.example.com", headers: [], ...request }, timeout);
}

const sends =
	(...parts: readonly string[]): Script =>
	async (connection) => {
		await connection.request();
		for (const part of parts) await connection.send(part);
		connection.end();
	};

test("a response has its status, fields in their spelling, and body", async (t) => {
	const reply = await sendTo(
		t,
		sends("HTTP/1.1 302 \r\nLocation: /x\r\nsEt-cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi"),
	);
	assert.equal(reply.kind, "response");
	if (reply.kind !== "response") return;
	assert.deepEqual(
		[reply.status, reply.headers.get("location"), reply.headers.all("set-cookie"), reply.body],
		[302, "/x", ["a=1", "b=2"], "hi"],
	);
	assert.ok(reply.sentAt <= reply.respondedAt);
	assert.equal(reply.request, "GET http://node/");
});

test("an interim response is skipped, and a switch of protocols is a response", async (t) => {
	const interim = await sendTo(t, sends("HTTP/1.1 103 \r\nLink: </x>\r\n\r\nHTTP/1.1 204 \r\n\r\n"));
	const switched = await sendTo(t, sends("HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"));
	assert.deepEqual(
		[interim, switched].map((reply) => (reply.kind === "response" ? reply.status : reply.reason)),
		[204, 101],
	);
});

test("a body without end is cut", async (t) => {
	const chunk = "x".repeat(64 * 1024);
	const reply = await sendTo(t, async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 200 OK\r\n\r\n");
		for (let sent = 0; sent < 40; sent++) await connection.send(chunk);
	});
	assert.equal(reply.kind === "response" && reply.body.length, BODY_BYTES);
});

test("a timeout, bytes that are not HTTP, an aborted body and a head without end are reported as such", async (t) => {
	const timedOut = await sendTo(t, async (connection) => void (await connection.request()), {}, 100);
	const garbage = await sendTo(t, sends("\u0000\u0001 no http at all\r\n\r\n"));
	const cut = await sendTo(t, sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
	const endless = await sendTo(t, sends("HTTP/1.1 200 OK\r\n", `X: ${"y".repeat(300_000)}\r\n\r\n`));
	for (const reply of [timedOut, garbage, cut, endless])
		assert.ok(reply.kind === "noResponse" && reply.failed === "response", JSON.stringify(reply));
	assert.match((timedOut as { reason: string }).reason, /nothing within 100 ms/);
});

test("a path that no request can have is a failure, not an exception", async (t) => {
	const reply = await sendTo(t, sends("HTTP/1.1 200 OK\r\n\r\n"), { path: "/a b\r\nX: y" });
	assert.deepEqual([reply.kind, reply.kind === "noResponse" && reply.failed], ["noResponse", "response"]);
});

test("a closed port is a failed connection", async () => {
	const target = { origin: "http://node", host: "127.0.0.1", port: 1, tls: null, accepts: () => true };
	const reply = await sendRequest(target, { method: "GET", path: "/", host: "x", headers: [] }, LONG_TIMEOUT);
	assert.deepEqual(reply.kind === "noResponse" && [reply.failed, reply.reason], ["connect", "ECONNREFUSED"]);
});

test("no bytes make it reject or hang", async (t) => {
	const bytes = fc.oneof(
		fc.string({ unit: "binary", maxLength: 200 }),
		fc.string({ maxLength: 60 }).map((text) => `HTTP/1.1 200 OK\r\n${text}\r\n\r\n`),
	);
	await fc.assert(
		fc.asyncProperty(bytes, async (text) => {
			const reply = await sendTo(t, sends(text));
			assert.ok(reply.kind === "response" || reply.reason !== "");
		}),
		{ numRuns: 15 },
	);
});
