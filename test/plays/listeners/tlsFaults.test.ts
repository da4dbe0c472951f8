/** What is not a TLS handshake, on a TLS listener: the connection ends, nothing else does. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { type Scope, within } from "../../harness/deadline.ts";
import { get } from "../../harness/message.ts";
import { openStage } from "../../harness/stage.ts";
import { echo } from "./echo.ts";
import { secured } from "./tlsClient.ts";

const authority = await TestAuthority.create();
const identity = await authority.issue();
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			timeouts: { tlsHandshake: "500ms", requestHead: "500ms" },
			accessLog: { format: "json" },
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const { path } = stage.service(echo);
const request = get(path);

/** The first bytes of a TLS 1.2 record with a ClientHello in it. */
const HELLO_START = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);

const rows: readonly [what: string, bytes: string | Buffer][] = [
	["nothing", ""],
	["half a ClientHello", HELLO_START],
	["bytes that mean nothing", Buffer.alloc(600, 0xa5)],
	["a request in plain HTTP", request],
	["an SSH greeting", "SSH-2.0-OpenSSH_10.0\r\n"],
	["an SSL 2 hello", Buffer.from([0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, ...Buffer.alloc(37, 7)])],
	["a record longer than TLS allows", Buffer.from([0x16, 3, 1, 0xff, 0xff, ...Buffer.alloc(100, 1)])],
	["zero bytes", Buffer.alloc(64 * 1024)],
];

for (const [what, bytes] of rows) {
	test(`a connection that sends ${what} is closed, and the next one is served`, async (t) => {
		const client = await stage.connect(t);
		if (bytes.length > 0) await client.send(bytes);
		await client.ended();
		assert.equal(client.received.includes("HTTP/1.1 2"), false);
		assert.equal((await stage.exchange(t, request, { tls: { ca: authority.cert, servername: "localhost" } })).status, 200);
	});
}

test("a connection that is reset inside its handshake does no harm", async (t) => {
	const client = await stage.connect(t);
	await client.send(HELLO_START);
	client.reset();
	assert.equal((await stage.exchange(t, request, { tls: { ca: authority.cert, servername: "localhost" } })).status, 200);
});

/** A TLS connection, and the TCP connection below it to do harm on. */
async function layered(scope: Scope): Promise<{ below: Socket; closed: Promise<unknown> }> {
	const below = connect({ port: stage.port, host: "127.0.0.1" });
	scope.after(() => void below.destroy());
	const socket = await secured(scope, stage.port, { socket: below });
	const closed = new Promise((resolve) => socket.resume().once("close", resolve));
	return { below, closed: within(closed, "the end of the TLS connection") };
}

test("garbage inside an established TLS connection ends it", async (t) => {
	const { below, closed } = await layered(t);
	below.write(Buffer.alloc(200, 0x5a));
	await closed;
	assert.equal((await stage.exchange(t, request, { tls: { ca: authority.cert, servername: "localhost" } })).status, 200);
});

test("a client whose TCP connection ends without a close_notify is released", async (t) => {
	const { below, closed } = await layered(t);
	below.end();
	await closed;
});

test("a client that shakes hands and then asks nothing is let go after the time for a request's head", async (t) => {
	const client = await stage.connect(t, { tls: { ca: authority.cert, servername: "localhost" } });
	assert.equal(await client.ended(), "end");
	assert.equal(client.received.length, 0);
});

test("a client that ends its side of TLS after its request still gets the response", async (t) => {
	const client = await stage.connect(t, { tls: { ca: authority.cert, servername: "localhost" } });
	await client.send(request);
	client.end();
	assert.equal((await client.response()).status, 200);
	assert.equal(await client.ended(), "end");
});
