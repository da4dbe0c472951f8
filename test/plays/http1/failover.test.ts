/** When an attempt fails: what is tried again, where, and what never is. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, requestText, responseText } from "../../harness/message.ts";
import type { RawServer, Script } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";

const MIB = 1024 * 1024;
const stage = await openStage({ after }, { services: 16, nodes: 2, config: { accessLog: { path: "-", format: "json" } } });
const echo = serve(({ method, body }) => responseText(200, [], `${method} ${body}`));
const withBody = (method: string, path: string, body: string): string => requestText(method, path, { body });
const logged: { path: string; status: number; error: string | null; attempts: number }[] = [];

/** Every request meets a reset. */
const diesAlways: Script = async (connection) => {
	await connection.request();
	connection.reset();
};
const countOf = (node: RawServer, method: string): number =>
	node.connections.reduce((sum, { received }) => sum + received.toString("latin1").split(`${method} /`).length - 1, 0);

test("a node that refuses connections: the other one gets the request at once", async (t) => {
	const { path, nodes } = stage.service(echo, echo);
	await nodes[0]?.close();
	for (let i = 0; i < 3; i++) assert.equal((await stage.exchange(t, get(path))).body.toString(), "GET ");
	logged.push({ path, status: 200, error: null, attempts: 2 });
});

test("so does a POST, with its whole body", async (t) => {
	const { path, nodes } = stage.service(echo, echo);
	await nodes[0]?.close();
	assert.equal((await stage.exchange(t, withBody("POST", path, "whole"))).body.toString(), "POST whole");
});

for (const framing of ["a length", "chunks"]) {
	test(`so does a POST of megabytes with ${framing}, streamed`, async (t) => {
		const { path, nodes } = stage.service(
			echo,
			serve(({ body }) => responseText(200, [], `${body.length} ${body.equals(Buffer.alloc(5 * MIB, 7))}`)),
		);
		await nodes[0]?.close();
		const client = await stage.connect(t);
		const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n`;
		const sent = (async () => {
			await client.send(head + (framing === "chunks" ? "Transfer-Encoding: chunked\r\n\r\n" : `Content-Length: ${5 * MIB}\r\n\r\n`));
			for (let i = 0; i < 5; i++) {
				if (framing === "chunks") await client.send("100000\r\n");
				await client.send(Buffer.alloc(MIB, 7));
				if (framing === "chunks") await client.send("\r\n");
			}
			if (framing === "chunks") await client.send("0\r\n\r\n");
		})();
		assert.equal((await client.response("POST", 10_000)).body.toString(), `${5 * MIB} true`);
		await sent;
	});
}

test("no node takes connections: 502 after each was tried once", async (t) => {
	const { path, nodes } = stage.service();
	for (const node of nodes) await node.close();
	assert.equal((await stage.exchange(t, get(path))).status, 502);
	logged.push({ path, status: 502, error: "connection_refused", attempts: 2 });
});

test("a new connection that dies without a byte under a GET: the other node gets it", async (t) => {
	const { path, nodes } = stage.service(diesAlways, echo);
	assert.equal((await stage.exchange(t, get(path))).body.toString(), "GET ");
	assert.deepEqual(
		nodes.map((node) => countOf(node, "GET")),
		[1, 1],
	);
});

test("the same under a POST: 502, and the other node is not asked", async (t) => {
	const { path, nodes } = stage.service(diesAlways, echo);
	assert.equal((await stage.exchange(t, withBody("POST", path, "pay"))).status, 502);
	assert.deepEqual(
		nodes.map((node) => countOf(node, "POST")),
		[1, 0],
	);
});

for (const [name, bytes] of [
	["one byte of the response", "H"],
	["half a head", "HTTP/1.1 200 OK\r\nX: "],
	["an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n"],
] as const) {
	test(`after ${name} nothing is tried again, not even a GET: 502`, async (t) => {
		const { path, nodes } = stage.service(async (connection) => {
			await connection.request();
			await connection.send(bytes);
			connection.end();
		}, echo);
		assert.equal((await stage.exchange(t, get(path))).status, 502);
		assert.deepEqual(
			nodes.map((node) => countOf(node, "GET")),
			[1, 0],
		);
		logged.push({ path, status: 502, error: "http_response_incomplete", attempts: 1 });
	});
}

test("after the head the client is cut, and no second answer follows", async (t) => {
	const { path, nodes } = stage.service(async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
		connection.end();
	}, echo);
	const client = await stage.connect(t);
	await client.send(get(path));
	assert.equal(await client.ended(), "reset");
	assert.deepEqual(
		nodes.map((node) => countOf(node, "GET")),
		[1, 0],
	);
	logged.push({ path, status: 200, error: "http_response_incomplete", attempts: 1 });
});

test("a response of 500 or 503 is a response: relayed, not tried again", async (t) => {
	const { path, nodes } = stage.service(serve(responseText(503, [], "busy")), echo);
	const response = await stage.exchange(t, get(path));
	assert.equal(response.status, 503);
	assert.equal(response.body.toString(), "busy");
	assert.equal(nodes[1]?.connections.length, 0);
});

test("each is logged with the number of attempts, and with the last one's error unless it went well", async () => {
	for (const { path, status, error, attempts } of logged) {
		const line = await stage.logged(path);
		assert.deepEqual([line.status, line.error, line.attempts], [status, error, attempts], path);
	}
});
