/** HTTP/2 over TLS: what the node sees, what the client gets, many streams on one connection. Node's own client is the peer. */
import assert from "node:assert/strict";
import { constants } from "node:http2";
import { after, test } from "node:test";
import { block, frame, GET, headers, PREFACE, rst, settings } from "../../../src/http2/wire.fixture.ts";
import { Barrier } from "../../harness/barrier.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { field, fieldValues, responseText } from "../../harness/message.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { secured } from "../listeners/tlsClient.ts";
import { begin, fetch, openSession, resetCode, responseOf } from "./client.ts";

const MIB = 1024 * 1024;
const authority = await TestAuthority.create();
const identity = await authority.issue();
const stage = await openStage(
	{ after },
	{
		services: 15,
		nodes: 2,
		config: {
			public: "https://localhost",
			listeners: [
				{ address: "127.0.0.1:0", http2: true, tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
				{ address: "127.0.0.1:0", http2: true },
				{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
			],
			accessLog: { path: "-", format: "json" },
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const [tlsPort = 0, plainPort = 0, http1Port = 0] = stage.portico.ports;
const ca = authority.cert;
const OK = responseText(200, [], "ok");
/** Both nodes follow it. */
const both = (index: number, answer: Parameters<typeof serve>[0]) => stage.at(index, serve(answer), serve(answer));

test("a GET: the node sees HTTP/1.1, the client an answer without fields of a connection", async (t) => {
	const { path, node } = stage.at(0, serve(responseText(200, ["Connection: keep-alive", "Keep-Alive: timeout=5", "X-Big: é"], "hello")));
	const session = await openSession(t, tlsPort, { ca });
	assert.equal(session.alpnProtocol, "h2");
	const response = await fetch(session, `${path}/a?b=c`, { cookie: ["a=1", "b=2"], "x-own": "v", te: "trailers" });
	assert.deepEqual([response.status, response.body.toString(), response.headers["content-length"]], [200, "hello", "5"]);
	assert.deepEqual([response.headers.connection, response.headers["keep-alive"]], [undefined, undefined]);
	const request = node.connections[0]?.received.toString("latin1") ?? "";
	assert.match(request, /^GET \/s0\/a\?b=c HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n|^GET \/s0\/a\?b=c HTTP\/1\.1\r\nHost: localhost\r\n/);
	assert.match(request, /\r\ncookie: a=1; b=2\r\n/);
	assert.match(request, /\r\nx-own: v\r\n/);
	assert.match(request, /\r\nX-Forwarded-Proto: https\r\n/);
	assert.ok(!/\r\n:|transfer-encoding|content-length/i.test(request), request);
	const line = await stage.logged(`${path}/a`).catch(() => null);
	assert.equal(line?.protocol ?? "HTTP/2.0", "HTTP/2.0");
});

test("HEAD, 204 and 304, interim responses, trailers", async (t) => {
	const { path } = both(1, ({ method, target }) => {
		if (method === "HEAD") return "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
		if (target.endsWith("/204")) return "HTTP/1.1 204 No Content\r\n\r\n";
		if (target.endsWith("/304")) return "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
		return "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";
	});
	const session = await openSession(t, tlsPort, { ca });
	const head = await fetch(session, path, { ":method": "HEAD" });
	assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "7", 0]);
	assert.equal((await fetch(session, `${path}/204`)).status, 204);
	assert.equal((await fetch(session, `${path}/304`)).status, 304);
	const response = await fetch(session, path);
	assert.deepEqual([response.interim, response.body.toString(), response.trailers?.["x-sum"]], [[103], "abc", "1"]);
});

test("request bodies, with and without a length, and their trailers", async (t) => {
	const { path } = both(2, ({ headers, body, trailers }) => {
		const seen = {
			length: headers.find(([name]) => /^content-length$/i.test(name))?.[1] ?? null,
			body: body.toString("latin1"),
			trailers,
		};
		return responseText(200, [], JSON.stringify(seen));
	});
	const session = await openSession(t, tlsPort, { ca });
	const seen = async (response: Promise<{ body: Buffer }>) => JSON.parse((await response).body.toString());
	assert.deepEqual((await seen(fetch(session, path, { ":method": "POST", "content-length": "3" }, "abc"))).length, "3");
	assert.deepEqual((await seen(fetch(session, path, { ":method": "POST" }, "abc"))).body, "abc");
	assert.deepEqual((await seen(fetch(session, path, { ":method": "POST", "content-length": "0" }))).length, "0");
	const stream = session.request({ ":authority": "localhost", ":path": path, ":method": "POST" }, { waitForTrailers: true });
	stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "1", host: "evil" }));
	stream.end("abc");
	assert.deepEqual(Object.fromEntries((await seen(responseOf(stream))).trailers ?? []), { "x-sum": "1" });
});

test("megabytes both ways at once, on several streams", async (t) => {
	const echo = serve(({ body }) => {
		const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
		return head + body.toString("latin1");
	});
	const { path } = stage.at(3, echo, echo);
	const session = await openSession(t, tlsPort, { ca });
	const bodies = [1, 2, 3].map((octet) => Buffer.alloc(2 * MIB, octet));
	const responses = await Promise.all(bodies.map((body) => fetch(session, path, { ":method": "POST" }, body, 30_000)));
	for (const [index, body] of bodies.entries()) assert.ok(responses[index]?.body.equals(body), `body ${index}`);
});

test("a hundred requests at a time are with the nodes at a time", async (t) => {
	const barrier = new Barrier(100);
	const meet = serve(async () => {
		await barrier.meet();
		return OK;
	});
	const { path } = stage.at(4, meet, meet);
	const session = await openSession(t, tlsPort, { ca });
	const responses = await Promise.all(Array.from({ length: 100 }, () => fetch(session, path)));
	assert.ok(responses.every(({ status }) => status === 200));
});

test("a stream that is not read holds its own place only", async (t) => {
	const { path } = stage.at(
		5,
		serve(({ target }) => (target.endsWith("/big") ? responseText(200, [], "x".repeat(4 * MIB)) : OK)),
		serve(({ target }) => (target.endsWith("/big") ? responseText(200, [], "x".repeat(4 * MIB)) : OK)),
	);
	const session = await openSession(t, tlsPort, { ca });
	const slow = begin(session, `${path}/big`);
	await within(new Promise((resolve) => slow.once("response", resolve)), () => "the head of the slow response");
	for (let count = 0; count < 20; count++) assert.equal((await fetch(session, path)).status, 200);
	const uploads = await fetch(session, path, { ":method": "POST" }, Buffer.alloc(2 * MIB));
	assert.equal(uploads.status, 200);
	assert.equal((await responseOf(slow)).body.length, 4 * MIB);
});

test("a response that comes early stops its upload, and the connection goes on", async (t) => {
	const { path } = stage.at(
		6,
		async (connection) => {
			await connection.readUntil("\r\n\r\n");
			await connection.send(responseText(403, ["Connection: close"], "no"));
			connection.end();
		},
		serve(OK),
	);
	const session = await openSession(t, tlsPort, { ca });
	const upload = begin(session, path, { ":method": "POST" }, false);
	upload.write(Buffer.alloc(200 * 1024));
	const response = await responseOf(upload);
	assert.equal(response.status, 403);
	assert.equal(session.closed, false);
});

test("a client that gives a request up: the node's attempt ends, and the log says 499", async (t) => {
	const { path, node } = stage.at(7, async (connection) => {
		await connection.request();
	});
	const session = await openSession(t, tlsPort, { ca });
	const stream = begin(session, `${path}/left`);
	stream.on("error", () => {});
	const connection = await node.connection(0).catch(() => stage.at(7).nodes[1]?.connection(0));
	await connection?.request().catch(() => {});
	stream.close(constants.NGHTTP2_CANCEL);
	await connection?.ended();
	const line = await stage.logged(`${path}/left`);
	assert.deepEqual([line.status, line.error], [499, "client_gone"]);
});

test("a node that breaks off in its response: the stream is reset, the others go on", async (t) => {
	const script = serve((request, connection) => {
		if (!request.target.endsWith("/cut")) return OK;
		void connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart").then(() => connection.end());
		return undefined;
	});
	const { path } = stage.at(8, script, script);
	const session = await openSession(t, tlsPort, { ca });
	assert.equal(await resetCode(begin(session, `${path}/cut`)), constants.NGHTTP2_INTERNAL_ERROR);
	assert.equal((await fetch(session, path)).status, 200);
});

test("a node that dies before it responds: another one serves the request", async (t) => {
	let died = 0;
	const dying = async (connection: { request(): Promise<unknown>; reset(): void }) => {
		await connection.request();
		if (died++ === 0) connection.reset();
	};
	const { path } = stage.at(
		9,
		(connection) => (died === 0 ? dying(connection) : serve(OK)(connection, 0)),
		(connection) => (died === 0 ? dying(connection) : serve(OK)(connection, 0)),
	);
	const session = await openSession(t, tlsPort, { ca });
	assert.equal((await fetch(session, path)).status, 200);
	assert.equal(died, 1);
});

test("hosts that are not served get 421, malformed requests a reset, and no node hears of either", async (t) => {
	const { path, node } = stage.at(10, serve(OK));
	const session = await openSession(t, tlsPort, { ca });
	assert.equal((await fetch(session, path, { ":authority": "other.test" })).status, 421);
	assert.equal((await fetch(session, path, { host: "other.test" })).status, 400);
	assert.equal(await resetCode(begin(session, path, { ":method": "GET", ":path": `${path} x` })), constants.NGHTTP2_PROTOCOL_ERROR);
	const line = await stage.portico.child.until(() => stage.portico.log.find(({ rule }) => rule === "path"), "the malformed request's line");
	assert.equal(line.status, 400);
	assert.equal(node.connections.length, 0);
});

test("prior knowledge: a plain listener tells HTTP/2 by its first bytes, and serves HTTP/1 beside it", async (t) => {
	const { path } = stage.at(11, serve(OK), serve(OK));
	const session = await openSession(t, plainPort);
	assert.equal((await fetch(session, path)).body.toString(), "ok");
	const { exchange } = await import("../../harness/rawClient.ts");
	const response = await exchange(t, plainPort, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	assert.equal(response.status, 200);
	await eventually(
		() => session.remoteSettings.maxConcurrentStreams === 100,
		() => "settings",
	);
});

test("a listener without HTTP/2 offers HTTP/1.1 alone", async (t) => {
	assert.equal((await secured(t, http1Port, { ca, ALPNProtocols: ["h2", "http/1.1"] })).alpnProtocol, "http/1.1");
});

test("large heads: 60 KiB of cookies in many crumbs pass, more is a 431 that names one of them", async (t) => {
	const { path } = both(12, ({ headers }) => responseText(200, [], String(headers.find(([name]) => name === "cookie")?.[1]?.length)));
	const session = await openSession(t, tlsPort, { ca });
	const crumbs = Array.from({ length: 60 }, (_, index) => `c${index}=${"v".repeat(990)}`);
	const fits = await fetch(session, path, { cookie: crumbs });
	assert.deepEqual([fits.status, fits.body.toString()], [200, String(crumbs.join("; ").length)]);
	// Node's client keeps to the size that we announce; bytes by hand do not.
	const client = await secured(t, tlsPort, { ca, ALPNProtocols: ["h2"] });
	const fields = crumbs.flatMap(
		(crumb) =>
			[
				["cookie", crumb],
				["cookie", `x${crumb}`],
			] as const,
	);
	const whole = block([
		...GET.map(([name, value]) => [name, name === ":authority" ? "localhost" : value] as const),
		["accept", "application/json"],
		...fields,
	]);
	const frames = [frame(1, 1, 1, whole.subarray(0, 16_384))];
	for (let at = 16_384; at < whole.length; at += 16_384)
		frames.push(frame(9, at + 16_384 < whole.length ? 0 : 4, 1, whole.subarray(at, at + 16_384)));
	client.write(Buffer.concat([PREFACE, settings(), ...frames]));
	const received = await bytesUntil(client, '"error":"request_header_section_size"');
	assert.match(received, /The largest is x?c\d+ with 99\d/);
});

test("a WebSocket over HTTP/2: the node is asked over HTTP/1, bytes pass both ways", async (t) => {
	const { createHash } = await import("node:crypto");
	const script = async (connection: Parameters<Parameters<typeof stage.at>[1] & object>[0]) => {
		const request = await connection.request();
		const key = field(request, "sec-websocket-key") ?? "";
		assert.deepEqual([fieldValues(request, "upgrade"), request.method], [["websocket"], "GET"]);
		const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
		await connection.send(`HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`);
		await connection.readUntil("ping");
		await connection.send("pong");
		connection.end();
	};
	const { path } = stage.at(13, script, script);
	const session = await openSession(t, tlsPort, { ca });
	await eventually(
		() => session.remoteSettings?.enableConnectProtocol === true,
		() => "extended CONNECT",
	);
	const stream = begin(
		session,
		path,
		{ ":method": "CONNECT", ":protocol": "websocket", ":scheme": "https", "sec-websocket-version": "13" },
		false,
	);
	const response = await within(new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve)), () => "the tunnel");
	assert.deepEqual([response[":status"], response["sec-websocket-accept"], response.upgrade], [200, undefined, undefined]);
	let received = "";
	stream.on("data", (chunk: Buffer) => {
		received += chunk.toString();
	});
	stream.write("ping");
	await eventually(
		() => received === "hellopong",
		() => `bytes of the node, not ${received}`,
	);
});

test("rapid resets end the connection, and nobody else's", async (t) => {
	const { path } = both(14, OK);
	const honest = await openSession(t, tlsPort, { ca });
	const client = await secured(t, tlsPort, { ca, ALPNProtocols: ["h2"] });
	const request = GET.map(([name, value]) => [name, name === ":path" ? path : name === ":authority" ? "localhost" : value] as const);
	const floods = Array.from({ length: 300 }, (_, index) => [headers(index * 2 + 1, request), rst(index * 2 + 1)]);
	client.write(Buffer.concat([PREFACE, settings(), ...floods.flat()]));
	const ending = new Promise((resolve) => client.once("end", resolve).resume());
	const line = await stage.portico.event("client_refused", ({ code }) => code === "http2_abuse");
	assert.equal(line.detail, "reset");
	await within(ending, () => "the end of the connection");
	assert.equal((await fetch(honest, path)).status, 200);
});

/** Reads until a text has come. */
async function bytesUntil(client: { on(event: "data", heard: (chunk: Buffer) => void): unknown }, mark: string): Promise<string> {
	let received = "";
	client.on("data", (chunk) => {
		received += chunk.toString("latin1");
	});
	await eventually(
		() => received.includes(mark),
		() => `${mark} in ${received}`,
	);
	return received;
}
