/** Where answers and requests end: no body, a length, chunks, the connection's end. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Barrier } from "../../harness/barrier.ts";
import { field, type RawRequest, requestText, responseText } from "../../harness/message.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";

const stage = await openStage({ after }, { services: 18 });
const ask = (method: string, path: string, ...rest: string[]): string => requestText(method, path, { fields: rest });
const OK = responseText(200, [], "ok");

test("the response to HEAD keeps its length, has no body, and the connection stays in step", async (t) => {
	const { path, node } = stage.service(serve(({ method }) => (method === "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" : OK)));
	const client = await stage.connect(t);
	await client.send(ask("HEAD", path) + ask("GET", path));
	const head = await client.response("HEAD");
	assert.equal(field(head, "content-length"), "5000");
	assert.equal((await client.response()).body.toString(), "ok");
	assert.equal(node.connections.length, 1);
});

test("the response to HEAD may announce chunks that do not come", async (t) => {
	const { path, node } = stage.service(
		serve(({ method }) => (method === "HEAD" ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : OK)),
	);
	const client = await stage.connect(t);
	await client.send(ask("HEAD", path) + ask("GET", path));
	assert.equal(field(await client.response("HEAD"), "content-length"), undefined);
	assert.equal((await client.response()).body.toString(), "ok");
	assert.equal(node.connections.length, 1);
});

test("an error page to HEAD has its length and no body", async (t) => {
	const { path } = stage.service(serve(OK));
	const client = await stage.connect(t);
	await client.send(ask("HEAD", "/nowhere") + ask("GET", path));
	const refused = await client.response("HEAD");
	assert.equal(refused.status, 404);
	assert.ok(Number(field(refused, "content-length")) > 0);
	assert.equal((await client.response()).body.toString(), "ok");
});

for (const [status, fields] of [
	[204, ""],
	[204, "Content-Length: 0\r\n"],
	[304, ""],
	[304, "Content-Length: 1234\r\n"],
] as const) {
	test(`${status} with "${fields.trim()}" has no body and leaves both connections in step`, async (t) => {
		const { path, node } = stage.service(
			serve((_request, _connection, number) => (number === 0 ? `HTTP/1.1 ${status} X\r\n${fields}\r\n` : OK)),
		);
		const client = await stage.connect(t);
		await client.send(ask("GET", path) + ask("GET", path));
		const empty = await client.response();
		assert.equal(empty.status, status);
		assert.equal(field(empty, "transfer-encoding"), undefined);
		assert.equal(field(empty, "content-length"), status === 304 && fields !== "" ? "1234" : undefined);
		assert.equal((await client.response()).body.toString(), "ok");
		assert.equal(node.connections.length, 1);
	});
}

test("a response that lasts until the node closes reaches the client in chunks, and the client's connection lives on", async (t) => {
	const { path, node } = stage.service(async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 200 OK\r\n\r\nall of it, ");
		await connection.send("to the end");
		connection.end();
	});
	const client = await stage.connect(t);
	for (let i = 0; i < 2; i++) {
		await client.send(ask("GET", path));
		const response = await client.response();
		assert.equal(field(response, "transfer-encoding"), "chunked");
		assert.equal(response.body.toString(), "all of it, to the end");
	}
	assert.equal(node.connections.length, 2);
});

for (const [name, framing] of [
	["a length", "Content-Length: 10\r\n\r\nabc"],
	["chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
] as const) {
	test(`a response with ${name} that breaks off is cut, not ended in order`, async (t) => {
		const { path } = stage.service(async (connection) => {
			await connection.request();
			await connection.send(`HTTP/1.1 200 OK\r\n${framing}`);
			connection.end();
		});
		const client = await stage.connect(t);
		await client.send(ask("GET", path));
		assert.equal(await client.ended(), "reset");
		assert.ok(!client.received.includes("\r\n0\r\n\r\n"));
	});
}

test("chunk extensions are dropped and trailers relayed, both ways", async (t) => {
	const answer =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3;a=b\r\nabc\r\n0;last\r\nX-Sum: 6\r\nSet-Cookie: a=b\r\n\r\n";
	const { path, node } = stage.service(serve(answer));
	const client = await stage.connect(t);
	await client.send(
		ask("POST", path, "Transfer-Encoding: chunked") +
			'2;x="y"\r\nhi\r\n0\r\nX-Check: 1\r\nContent-Length: 7\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n',
	);
	const response = await client.response();
	assert.equal(response.body.toString(), "abc");
	assert.deepEqual(response.trailers, [["X-Sum", "6"]]);
	assert.ok(!response.raw.includes(";"));
	const received = node.connections[0]?.received.toString("latin1") ?? "";
	assert.ok(received.endsWith("\r\n\r\n2\r\nhi\r\n0\r\nX-Check: 1\r\n\r\n"), received);
});

test("trailers are asked for and announced where they pass, both ways", async (t) => {
	const seen: RawRequest[] = [];
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Set-Cookie\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n";
	const { path } = stage.service(
		serve((request) => {
			seen.push(request);
			return request.target.endsWith("?length") ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTrailer: X-Sum\r\n\r\n" : chunked;
		}),
	);
	const client = await stage.connect(t);
	const both = ["TE: deflate;q=0.5, trailers", "Connection: TE, Trailer", "Trailer: X-Check, Content-Length"];
	await client.send(`${ask("POST", path, ...both, "Transfer-Encoding: chunked")}2\r\nhi\r\n0\r\nX-Check: 1\r\n\r\n`);
	assert.equal(field(await client.response(), "trailer"), "X-Sum");
	await client.send(ask("GET", `${path}?length`, "TE: gzip", "Trailer: X-Check"));
	assert.equal(field(await client.response(), "trailer"), undefined);
	assert.equal(field(await stage.exchange(t, `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`), "trailer"), undefined);
	assert.deepEqual(
		seen.map((request) => ["te", "connection", "trailer"].map((name) => field(request, name))),
		[
			["trailers", "TE", "X-Check"],
			[undefined, undefined, undefined],
			[undefined, undefined, undefined],
		],
	);
});

test("a body of several megabytes passes both ways unharmed, with a length and in chunks", async (t) => {
	const { path } = stage.service(
		serve(async ({ body, headers }, connection) => {
			const chunked = headers.some(([name]) => name.toLowerCase() === "transfer-encoding");
			await connection.send(`HTTP/1.1 200 OK\r\n${chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`}\r\n\r\n`);
			if (chunked) await connection.send(`${body.length.toString(16)}\r\n`);
			await connection.send(body);
			if (chunked) await connection.send("\r\n0\r\n\r\n");
		}),
	);
	const body = Buffer.alloc(5_000_000);
	for (let at = 0; at < body.length; at += 4) body.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
	const client = await stage.connect(t);
	for (const chunked of [false, true]) {
		const sent = (async () => {
			await client.send(ask("POST", path, chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`));
			if (chunked) await client.send(`${body.length.toString(16)}\r\n`);
			await client.send(body);
			if (chunked) await client.send("\r\n0\r\n\r\n");
		})();
		assert.ok((await client.response("POST", 10_000)).body.equals(body));
		await sent;
	}
});

test("a response that nobody reads is not read from the node either, while another client gets all of it", async (t) => {
	const total = 32 * 1024 * 1024;
	const piece = Buffer.alloc(1024 * 1024);
	const sent = [0, 0];
	const { path } = stage.service(async (connection, index) => {
		await connection.request();
		await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
		for (let bytes = 0; bytes < total; bytes += piece.length) {
			await connection.send(piece);
			sent[index] = bytes + piece.length;
		}
	});
	const idle = await stage.connect(t);
	await idle.send(ask("GET", path));
	await idle.readUntil("\r\n\r\n");
	idle.pause();
	const busy = await stage.connect(t);
	await busy.send(ask("GET", path));
	assert.equal((await busy.response("GET", 20_000)).body.length, total);

	assert.ok((sent[0] ?? 0) < total / 2, `${sent[0]} bytes were taken for a client that reads none`);
	idle.resume();
	assert.equal((await idle.readBytes(total, 20_000)).length, total);
});

test("a request body that its node does not read is not read from the client either, while another one passes", async (t) => {
	const total = 32;
	const piece = Buffer.alloc(1024 * 1024);
	const read = new Barrier();
	const { path } = stage.service(async (connection, index) => {
		if (index === 0) {
			connection.pause();
			await read.meet(30_000);
			connection.resume();
		}
		await connection.request(30_000);
		await connection.send(OK);
	});
	const sent = [0, 0];
	const upload = async (index: number): Promise<number> => {
		const client = await stage.connect(t);
		await client.send(ask("POST", path, `Content-Length: ${total * piece.length}`));
		for (let pieces = 0; pieces < total; pieces++) {
			await client.send(piece);
			sent[index] = pieces + 1;
		}
		return (await client.response("POST", 30_000)).status;
	};
	const stuck = upload(0);
	await eventually(
		() => (sent[0] ?? 0) > 0,
		() => "nothing was sent",
	);
	assert.equal(await upload(1), 200);
	assert.ok((sent[0] ?? 0) < total / 2, `${sent[0]} MiB were taken for a node that reads none`);
	await read.meet();
	assert.equal(await stuck, 200);
});
