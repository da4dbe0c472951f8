/** Limits of heads in both directions, of field counts and of bodies: just under passes, just over does not. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, fieldValues, get, responseText } from "../../harness/message.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";

const KIB64 = 64 * 1024;
const stage = await openStage(
	{ after },
	{ services: 16, route: () => ({ maxBody: "10KiB" }), config: { accessLog: { path: "-", format: "json" }, limits: STREAMED } },
);
const OK = responseText(200, [], "ok");
const logged: { path: string; error: string }[] = [];

/** A request head of exactly so many bytes. */
function headOf(path: string, bytes: number): string {
	const rest = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Fill: \r\n\r\n`;
	return rest.replace("X-Fill: ", `X-Fill: ${"x".repeat(bytes - rest.length)}`);
}

test("a request head of 64 KiB passes, whole or in pieces", async (t) => {
	const { path, node } = stage.service(serve(OK));
	assert.equal((await stage.exchange(t, headOf(path, KIB64))).status, 200);
	const client = await stage.connect(t);
	await client.sendInPieces(headOf(path, KIB64), 10_000);
	assert.equal((await client.response()).status, 200);
	assert.ok((node.connections[0]?.received.length ?? 0) > 2 * 65_000);
});

test("one byte more is answered with 431, and reaches nobody", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const response = await stage.exchange(t, headOf(path, KIB64 + 1));
	assert.equal(response.status, 431);
	assert.equal(field(response, "connection"), "close");
	assert.equal(node.connections.length, 0);
});

test("a head without end is answered as soon as the limit is passed", async (t) => {
	const client = await stage.connect(t);
	await client.send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(2 * KIB64)}`);
	assert.equal((await client.response()).status, 431);
	assert.equal(await client.ended(), "end");
});

test("a request line of nearly 64 KiB passes, a longer one is answered with 414", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const line = (length: number) => get(`${path}?${"q".repeat(length)}`);
	assert.equal((await stage.exchange(t, line(65_000))).status, 200);
	const before = node.connections[0]?.received.length;
	assert.equal((await stage.exchange(t, line(KIB64))).status, 414);
	assert.equal(node.connections[0]?.received.length, before);
});

const fields = (count: number): string => Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join("");

test("128 fields pass, 129 are answered with 431", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const ask = (count: number) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields(count - 1)}\r\n`;
	assert.equal((await stage.exchange(t, ask(128))).status, 200);
	const before = node.connections[0]?.received.length;
	assert.equal((await stage.exchange(t, ask(129))).status, 431);
	assert.equal((await stage.exchange(t, ask(10_000))).status, 431);
	assert.equal(node.connections[0]?.received.length, before);
});

/** A response head of exactly so many bytes. */
function answerOf(bytes: number): string {
	const rest = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Fill: \r\n\r\n";
	return `${rest.replace("X-Fill: ", `X-Fill: ${"x".repeat(bytes - rest.length)}`)}ok`;
}

test("a response's head of 64 KiB passes", async (t) => {
	const { path } = stage.service(serve(answerOf(KIB64)));
	const response = await stage.exchange(t, get(path));
	assert.equal(response.status, 200);
	assert.ok((field(response, "x-fill")?.length ?? 0) > 65_000);
});

for (const [name, answer] of [
	["one byte more", answerOf(KIB64 + 1)],
	["a head without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(2 * KIB64)}`],
	["a status line without end", `HTTP/1.1 200 ${"x".repeat(2 * KIB64)}`],
	["129 fields", `HTTP/1.1 200 OK\r\n${fields(128)}Content-Length: 2\r\n\r\nok`],
] as const) {
	test(`a response with ${name} becomes 502, and its connection is not used again`, async (t) => {
		const { path, node } = stage.service(serve(answer));
		for (let i = 1; i <= 2; i++) {
			assert.equal((await stage.exchange(t, get(path))).status, 502);
			await (await node.connection(i - 1)).ended();
		}
		assert.equal(node.connections.length, 2);
		logged.push({ path, error: "http_response_header_section_size" });
	});
}

test("128 fields of a response pass", async (t) => {
	const { path } = stage.service(serve(`HTTP/1.1 200 OK\r\n${fields(127)}Content-Length: 2\r\n\r\nok`));
	const response = await stage.exchange(t, get(path));
	assert.deepEqual(fieldValues(response, "X-126"), ["v"]);
});

test("a body of the route's limit passes, with a length and in chunks", async (t) => {
	const { path } = stage.service(serve(({ body }) => responseText(200, [], String(body.length))));
	const body = "b".repeat(10 * 1024);
	const post = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n`;
	assert.equal((await stage.exchange(t, `${post}Content-Length: ${body.length}\r\n\r\n${body}`)).body.toString(), "10240");
	const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n2000\r\n${body.slice(0, 8192)}\r\n800\r\n${body.slice(8192)}\r\n0\r\n\r\n`;
	assert.equal((await stage.exchange(t, chunked)).body.toString(), "10240");
});

test("a longer one is refused by its length before anything of it is read or sent on", async (t) => {
	const { path, node } = stage.service(serve(OK));
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10241\r\n\r\n`);
	assert.equal((await client.response()).status, 413);
	assert.equal(node.connections.length, 0);
	logged.push({ path, error: "request_body_size" });
});

test("a longer one in chunks is refused when the limit is passed, and the node's connection cut short", async (t) => {
	const { path, node } = stage.service(async (connection) => void (await connection.ended(60_000)));
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2800\r\n${"b".repeat(10240)}\r\n`);
	const upstream = await node.connection(0);
	await upstream.readUntil("bbb");
	assert.equal(client.received.length, 0);
	await client.send("1\r\nx\r\n");
	assert.equal((await client.response()).status, 413);
	await upstream.ended();
	assert.ok(!upstream.received.includes("0\r\n\r\n"), "the node cannot take it for whole");
	logged.push({ path, error: "request_body_size" });
});

test("each refusal has its error code in the log", async () => {
	for (const { path, error } of logged) assert.equal((await stage.logged(path)).error, error);
});
