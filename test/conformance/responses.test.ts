/** Answers that a node must not give: the client gets 502 or a cut, never a second answer, and that connection is never used again. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, requestText, responseText } from "../harness/message.ts";
import { openStage, serve } from "../harness/stage.ts";

const SMUGGLED = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED";
const PROTOCOL = "http_protocol_error";

/** The whole response, its code in the log, and the method it answers. */
const refused: readonly (readonly [name: string, answer: string, code: string, method?: string])[] = [
	["two lengths", `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello${SMUGGLED}`, PROTOCOL],
	["two equal lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL],
	["a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", PROTOCOL],
	["length +5", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", PROTOCOL],
	["length -1", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello", PROTOCOL],
	["length 0x5", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", PROTOCOL],
	["a length and chunks", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, PROTOCOL],
	["chunks twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", PROTOCOL],
	["chunks on HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", PROTOCOL],
	["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "http_response_transfer_coding"],
	["a bad version", "HTTP/9.1 200 OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["HTTP/0.9", "<html>hello</html>", PROTOCOL],
	["ICY", "ICY 200 OK\r\n\r\n", PROTOCOL],
	["a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a status in letters", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["status 099", "HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a NUL in the reason", "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", PROTOCOL],
	["bare CR in a value", `HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n`, PROTOCOL],
	["a NUL in a value", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a space before the colon", "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a line without a colon", "HTTP/1.1 200 OK\r\nX\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["a fold before any field", "HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n", PROTOCOL],
	["204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL],
	["204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", PROTOCOL],
	["1xx with a length", `HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello${SMUGGLED}`, PROTOCOL],
	[
		"101 unasked",
		`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${SMUGGLED}`,
		"http_upgrade_failed",
	],
	["a flood of 1xx", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000) + SMUGGLED, "informational_flood"],
	["two lengths to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n", PROTOCOL, "HEAD"],
];

/** Known to be wrong only after the response: it is relayed, and nothing of what follows it. */
const trailing: readonly (readonly [name: string, answer: string, method: string, body: string])[] = [
	["bytes after a length", `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${SMUGGLED}`, "GET", "ok"],
	["bytes after the last chunk", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${SMUGGLED}`, "GET", "ok"],
	["a body after the response to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED", "HEAD", ""],
	["a response after 304", `HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n${SMUGGLED}`, "GET", ""],
	["a response after 204", `HTTP/1.1 204 No Content\r\n\r\n${SMUGGLED}`, "GET", ""],
	["a response after a response", responseText(200, [], "ok") + SMUGGLED, "GET", "ok"],
];

/** The response has begun when the fault comes: the client's connection is cut. */
const cut: readonly (readonly [name: string, body: string])[] = [
	["a chunk size of letters", "2\r\nok\r\nzz\r\n"],
	["a chunk longer than its size", "2\r\nokay\r\n"],
	["a bare LF in the framing", "2\nok\n0\n\n"],
	["an extension with a bare CR", "2;a\r\rb\r\nok\r\n0\r\n\r\n"],
	["a size of 17 digits", "00000000000000002\r\nok\r\n0\r\n\r\n"],
];

const count = refused.length + trailing.length + cut.length;
const stage = await openStage({ after }, { services: count + 1, config: { accessLog: { path: "-", format: "json" } } });
const logged: { path: string; status: number; error: string }[] = [];
const ask = (path: string, method = "GET"): string => requestText(method, path);
/** Faulty on the node's first connection, in order on the others. */
const faultyFirst = (answer: string, rest: { readonly text: string; readonly after: Promise<unknown> } | null = null) => {
	let first = true;
	return serve(async (_, connection) => {
		if (!first) return responseText(200, [], "second");
		first = false;
		if (rest === null) return answer;
		await connection.send(answer);
		await rest.after;
		return rest.text;
	});
};

for (const [name, answer, code, method] of refused) {
	test(`${name}: 502, and the connection is not used again`, async (t) => {
		const { path, node } = stage.service(faultyFirst(answer));
		const client = await stage.connect(t);
		await client.send(ask(path, method));
		const response = await client.response(method);
		assert.equal(response.status, 502);
		assert.ok(!response.raw.includes("SMUGGLED"));
		await (await node.connection(0)).ended();
		await client.send(ask(`${path}/next`));
		assert.equal((await client.response()).body.toString(), "second");
		assert.equal(node.connections.length, 2);
		logged.push({ path, status: 502, error: code });
	});
}

for (const [name, answer, method, body] of trailing) {
	test(`${name}: not relayed, and the connection is not used again`, async (t) => {
		const { path, node } = stage.service(faultyFirst(answer));
		const client = await stage.connect(t);
		await client.send(ask(path, method));
		assert.equal((await client.response(method)).body.toString(), body);
		await (await node.connection(0)).ended();
		await client.send(ask(path));
		assert.equal((await client.response()).body.toString(), "second");
		assert.equal(node.connections.length, 2);
		assert.ok(!client.received.includes("SMUGGLED"));
	});
}

for (const [name, body] of cut) {
	test(`${name}: the client's connection is cut, so that it cannot take the response for whole`, async (t) => {
		const begun = Promise.withResolvers<void>();
		const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
		const { path, node } = stage.service(faultyFirst(head, { text: body, after: begun.promise }));
		const client = await stage.connect(t);
		await client.send(ask(path));
		await client.readUntil("\r\n\r\n");
		begun.resolve();
		assert.equal(await client.ended(), "reset");
		assert.ok(!client.received.includes("\r\n0\r\n\r\n"));
		await (await node.connection(0)).ended();
		assert.equal((await stage.exchange(t, ask(`${path}/next`))).body.toString(), "second");
		logged.push({ path, status: 200, error: PROTOCOL });
	});
}

test("a fold in a value becomes a space", async (t) => {
	const { path } = stage.service(serve("HTTP/1.1 200 OK\r\nX-Folded: a\r\n  b\r\nContent-Length: 0\r\n\r\n"));
	assert.equal(field(await stage.exchange(t, ask(path)), "x-folded"), "a b");
});

test("each is logged with its error code, after one attempt", async () => {
	for (const { path, status, error } of logged) {
		const line = await stage.logged(path);
		assert.deepEqual([line.status, line.error, line.attempts], [status, error, 1]);
	}
});
