import assert from "node:assert/strict";
import { test } from "node:test";
import { createSecureContext } from "node:tls";
import { Barrier } from "./barrier.ts";
import { foreignKey, TestAuthority } from "./certs.ts";
import { field, fieldValues, responseText } from "./message.ts";
import { connectRaw, exchange } from "./rawClient.ts";
import { answerAll, startRawServer } from "./rawServer.ts";
import { ConnectionEnded } from "./rawSocket.ts";

const GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

test("a request and its response arrive byte for byte", async (t) => {
	const response = "HTTP/1.1 200 \r\nX-Latin: \xe9\r\ncontent-length: 2\r\n\r\n\xff\x00";
	const server = await startRawServer(t, async (connection) => {
		const request = await connection.request();
		assert.equal(request.raw.toString("latin1"), GET);
		await connection.send(response);
	});

	const answer = await exchange(t, server.port, GET);

	assert.equal(answer.status, 200);
	assert.equal(field(answer, "x-latin"), "\xe9");
	assert.equal(answer.raw.toString("latin1"), response);
	assert.deepEqual([...answer.body], [0xff, 0]);
});

test("informational responses, chunks and trailers are read, a second response follows", async (t) => {
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
		await connection.sendInPieces("3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nX-Sum: 4\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
	});
	const client = await connectRaw(t, server.port);
	await client.send(GET);

	const first = await client.response();
	const second = await client.response();

	assert.deepEqual(
		first.informational.map(({ status }) => status),
		[103],
	);
	assert.equal(first.body.toString(), "abcd");
	assert.deepEqual(first.trailers, [["X-Sum", "4"]]);
	assert.equal(second.status, 204);
});

test("a request body with a length or in chunks is read", async (t) => {
	const server = await startRawServer(t, answerAll("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	const client = await connectRaw(t, server.port);

	await client.send(
		"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
	);

	assert.equal((await client.response("POST")).status, 200);
	assert.equal((await client.response("POST")).status, 200);
});

test("a response without length ends with its connection", async (t) => {
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.0 200 OK\r\n\r\nall of it");
		connection.end();
	});

	assert.equal((await exchange(t, server.port, GET)).body.toString(), "all of it");
});

test("an end and a reset are told apart, and both reject what still waits", async (t) => {
	const server = await startRawServer(t, async (connection, index) => {
		await connection.readUntil("go");
		index === 0 ? connection.end() : connection.reset();
	});
	for (const ending of ["end", "reset"] as const) {
		const client = await connectRaw(t, server.port);
		await client.send("go");
		await assert.rejects(client.readUntil("\r\n"), (error: ConnectionEnded) => error instanceof ConnectionEnded && error.ending === ending);
		assert.equal(await client.ended(), ending);
	}
});

test("the server still hears a client that has ended its direction", async (t) => {
	const server = await startRawServer(t, async (connection) => {
		await connection.ended();
		await connection.send("late");
		connection.end();
	});
	const client = await connectRaw(t, server.port);
	client.end();

	assert.equal(await client.readUntil("late"), "late");
});

test("a barrier holds a script until the test comes to it", async (t) => {
	const barrier = new Barrier();
	const server = await startRawServer(t, async (connection) => {
		await connection.send("before;");
		await barrier.meet();
		await connection.send("after;");
	});
	const client = await connectRaw(t, server.port);
	await client.readUntil("before;");
	assert.equal(client.unread.length, 0);

	await barrier.meet();

	assert.equal(await client.readUntil(";"), "after;");
});

test("waiting ends with a message that shows what has come", async (t) => {
	const server = await startRawServer(t, (connection) => connection.send("something else"));
	const client = await connectRaw(t, server.port);

	await assert.rejects(client.readUntil("never", 50), /not within 50 ms: "never"; received "something else"/);
});

test("a failing script fails the close of its server", async (t) => {
	const server = await startRawServer({ after: () => undefined }, () => assert.fail("script"));
	await connectRaw(t, server.port);
	await server.connection(0);

	await assert.rejects(server.close(), /script/);
});

test("TLS works with a certificate of the test authority, and only with it", async (t) => {
	const authority = await TestAuthority.create();
	const server = await startRawServer(t, answerAll("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), { tls: await authority.issue() });

	const answer = await exchange(t, server.port, GET, { tls: { ca: authority.cert, servername: "localhost" } });

	assert.equal(answer.status, 200);
	await assert.rejects(connectRaw(t, server.port, { tls: { servername: "localhost" } }), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
});

test("an expired certificate is refused as such", async (t) => {
	const authority = await TestAuthority.create();
	const server = await startRawServer(t, () => undefined, { tls: await authority.issue({ expired: true }) });

	await assert.rejects(connectRaw(t, server.port, { tls: { ca: authority.cert, servername: "localhost" } }), { code: "CERT_HAS_EXPIRED" });
});

test("a foreign key fits no certificate", async () => {
	const { cert } = await (await TestAuthority.create()).issue();
	const key = await foreignKey();

	assert.throws(() => createSecureContext({ cert, key }), /key values mismatch/);
});

test("repeated fields keep their order, and a text gets its length", async (t) => {
	const server = await startRawServer(t, answerAll(responseText(200, ["Set-Cookie: a=1", "X: y", "set-cookie: b=2"], "h\xe9")));

	const answer = await exchange(t, server.port, GET);

	assert.deepEqual(fieldValues(answer, "Set-Cookie"), ["a=1", "b=2"]);
	assert.equal(answer.body.toString("latin1"), "h\xe9");
});
