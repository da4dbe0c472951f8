/** Answers that come before the request is complete. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import type { Script } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";

const MIB = 1024 * 1024;
/** The service with a limit for bodies. */
const LIMITED = 13;
const stage = await openStage(
	{ after },
	{ services: 14, config: { limits: STREAMED }, route: (index) => (index === LIMITED ? { maxBody: "1KiB" } : {}) },
);
const OK = responseText(200, [], "ok");
const post = (path: string, framing: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`;

/** Answers as soon as the head is there; its second connection serves. */
const answerHead =
	(answer: string): Script =>
	async (connection, index) => {
		if (index > 0) return serve(OK)(connection, index);
		await connection.readUntil("\r\n\r\n");
		await connection.send(answer);
	};

test("the client has the response before its body is sent, the rest is dropped, and the connection goes on", async (t) => {
	const { path, node } = stage.service(answerHead(responseText(403, [], "no")));
	const client = await stage.connect(t);
	await client.send(`${post(path, "Content-Length: 1000")}start`);
	const early = await client.response("POST");
	assert.equal(early.status, 403);
	assert.equal(early.body.toString(), "no");
	assert.equal(field(early, "connection"), undefined);
	await (await node.connection(0)).ended();
	await client.send("x".repeat(995) + get(path));
	assert.equal((await client.response()).body.toString(), "ok");
	assert.equal(node.connections.length, 2, "the node's connection was out of step and is not used again");
});

test("a body too long to be dropped costs the connection: the response says so, and no reset overtakes it", async (t) => {
	const { path } = stage.service(answerHead(responseText(403, [], "no")));
	const client = await stage.connect(t);
	await client.send(`${post(path, `Content-Length: ${100 * MIB}`)}start`);
	const early = await client.response("POST");
	assert.equal(early.status, 403);
	assert.equal(field(early, "connection"), "close");
	assert.equal(await client.ended(), "end");
});

test("the rest of a chunked body has no known end: the connection closes after the response", async (t) => {
	const { path } = stage.service(answerHead(responseText(403, [], "no")));
	const client = await stage.connect(t);
	await client.send(`${post(path, "Transfer-Encoding: chunked")}5\r\nstart\r\n`);
	const early = await client.response("POST");
	assert.equal(field(early, "connection"), "close");
	assert.equal(await client.ended(), "end");
});

/** Like a client that reads nothing before all is sent: a reset would take the response from its socket. */
async function sendAllThenRead(client: RawSocket, pieces: readonly (string | Buffer)[]): Promise<number> {
	client.pause();
	for (const piece of pieces) await client.send(piece);
	client.resume();
	const { status } = await client.response("POST");
	assert.equal(await client.ended(), "end");
	return status;
}

test("a client that sends all of a big body before it reads sees the refusal of its length, not a reset", async (t) => {
	const { path, node } = stage.at(LIMITED);
	const body = Buffer.alloc(24 * MIB);
	const status = await sendAllThenRead(await stage.connect(t), [post(path, `Content-Length: ${body.length}`), body]);
	assert.equal(status, 413);
	assert.equal(node.connections.length, 0);
});

test("the same with a chunked body, refused when the limit is passed", async (t) => {
	const { path } = stage.at(LIMITED, async (connection) => void (await connection.ended(60_000)));
	const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(MIB), Buffer.from("\r\n")]);
	const pieces = [post(path, "Transfer-Encoding: chunked"), ...Array.from({ length: 24 }, () => chunk), "0\r\n\r\n"];
	assert.equal(await sendAllThenRead(await stage.connect(t), pieces), 413);
});

test("the same when the node answers early", async (t) => {
	const { path } = stage.service(answerHead(responseText(403, [], "no")));
	const body = Buffer.alloc(24 * MIB);
	const status = await sendAllThenRead(await stage.connect(t), [post(path, `Content-Length: ${body.length}`), body]);
	assert.equal(status, 403);
});

test("the same when the node has taken part of the body and stopped reading", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.readBytes(MIB);
		connection.pause();
		await connection.send(responseText(403, [], "no"));
	});
	const body = Buffer.alloc(24 * MIB);
	const status = await sendAllThenRead(await stage.connect(t), [post(path, `Content-Length: ${body.length}`), body]);
	assert.equal(status, 403);
});

test("a response that has begun does not stop the upload", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.readUntil("\r\n\r\n");
		await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n");
		const body = await connection.readBytes(10);
		await connection.send(`a\r\n${body}\r\n0\r\n\r\n`);
		await serve(OK)(connection, 0);
	});
	const client = await stage.connect(t);
	await client.send(post(path, "Content-Length: 10"));
	await client.readUntil("begun");
	await client.send(`0123456789${get(path)}`);
	await client.readUntil("\r\na\r\n0123456789\r\n0\r\n\r\n");
	assert.equal((await client.response()).body.toString(), "ok");
});

test("a node that echoes while it reads is not waited for at either end", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.readUntil("\r\n\r\n");
		await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${8 * MIB}\r\n\r\n`);
		for (let done = 0; done < 8 * MIB; done += 65536) await connection.send(await connection.readBytes(65536));
	});
	const client = await stage.connect(t);
	const sent = client.send(post(path, `Content-Length: ${8 * MIB}`)).then(() => client.send(Buffer.alloc(8 * MIB, 7)));
	const response = await client.response("POST", 10_000);
	assert.equal(response.body.length, 8 * MIB);
	await sent;
});
