/** PROXY protocol on plain and TLS listeners: the node sees the client that a trusted load balancer names. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { get, requestText } from "../../harness/message.ts";
import { type ClientOptions, connectRaw } from "../../harness/rawClient.ts";
import { RawSocket } from "../../harness/rawSocket.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "./echo.ts";
import { V2_LOCAL, V2_LOCAL_WITH_ADDRESSES, v1, v2, v2Six } from "./proxyHeaders.ts";
import { secured } from "./tlsClient.ts";

const authority = await TestAuthority.create();
const identity = await authority.issue();
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [
				{ address: "127.0.0.1:0", proxyProtocol: true },
				{ address: "127.0.0.1:0", proxyProtocol: true, tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
			],
			trustedProxies: ["127.0.0.1/32"],
			timeouts: { requestHead: "500ms" },
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const { path, node } = stage.service(echo);
const [plainPort = 0, tlsPort = 0] = stage.portico.ports;
const request = requestText("GET", path, { host: "localhost:80" });
const secure = get(path);
const PROXY_ITSELF = "127.0.0.1";

async function plain(scope: Scope, options?: ClientOptions): Promise<RawSocket> {
	return connectRaw(scope, plainPort, options);
}

/** The PROXY header goes first, in the clear; TLS begins after it. */
async function behindHeader(scope: Scope, header: string | Buffer): Promise<RawSocket> {
	const below = connect({ port: tlsPort, host: "127.0.0.1" });
	scope.after(() => void below.destroy());
	below.write(header);
	return new RawSocket(await secured(scope, tlsPort, { socket: below }));
}

const named: readonly [what: string, header: string | Buffer, forwardedFor: string][] = [
	["v1 of an IPv4 client", v1("203.0.113.7", 40_000), "203.0.113.7"],
	["v1 of an IPv6 client", "PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n", "2001:db8::7"],
	["v1 UNKNOWN", "PROXY UNKNOWN\r\n", PROXY_ITSELF],
	["v1 UNKNOWN with addresses", "PROXY UNKNOWN ffff:f::1 ffff:f::2 65535 65535\r\n", PROXY_ITSELF],
	["v2 of an IPv4 client", v2("203.0.113.8", 40_000), "203.0.113.8"],
	["v2 of an IPv6 client", v2Six([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9], 40_000), "2001:db8::9"],
	["v2 with TLVs", v2("203.0.113.9", 40_000, Buffer.from([1, 0, 2, 0x68, 0x32, 4, 0, 3, 0, 0, 0])), "203.0.113.9"],
	["v2 LOCAL", V2_LOCAL, PROXY_ITSELF],
	["v2 LOCAL with addresses", V2_LOCAL_WITH_ADDRESSES, PROXY_ITSELF],
];

for (const [what, header, forwardedFor] of named) {
	test(`${what} is believed on a plain listener`, async (t) => {
		const client = await plain(t);
		await client.send(Buffer.concat([Buffer.from(header), Buffer.from(request)]));
		assert.equal(seen(await client.response()).headers["x-forwarded-for"], forwardedFor);
	});

	test(`${what} is believed on a TLS listener`, async (t) => {
		const client = await behindHeader(t, header);
		await client.send(secure);
		const { headers } = seen(await client.response());
		assert.equal(headers["x-forwarded-for"], forwardedFor);
		assert.equal(headers["x-forwarded-proto"], "https");
	});

	test(`${what} is read whole though it comes byte by byte`, async (t) => {
		const client = await plain(t);
		await client.sendInPieces(header, 1);
		await client.sendInPieces(request, 16);
		assert.equal(seen(await client.response()).headers["x-forwarded-for"], forwardedFor);
	});
}

test("a header and a ClientHello in one packet", async (t) => {
	const below = connect({ port: tlsPort, host: "127.0.0.1" });
	t.after(() => void below.destroy());
	below.cork();
	below.write(v2("203.0.113.10", 40_000));
	const handshake = secured(t, tlsPort, { socket: below });
	below.uncork();
	const client = new RawSocket(await handshake);
	await client.send(secure);
	assert.equal(seen(await client.response()).headers["x-forwarded-for"], "203.0.113.10");
});

test("the address holds for all requests of the connection, and X-Forwarded-For of such a client is not believed", async (t) => {
	const client = await plain(t);
	await client.send(v1("203.0.113.7", 40_000));
	for (let count = 0; count < 3; count++) {
		await client.send(request.replace("\r\n\r\n", "\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n"));
		assert.equal(seen(await client.response()).headers["x-forwarded-for"], "203.0.113.7");
	}
});

test("a second header is no request", async (t) => {
	const client = await plain(t);
	await client.send(v1("203.0.113.7", 40_000) + v1("198.51.100.1", 40_000) + request);
	assert.equal((await client.response()).status, 400);
	await client.ended();
});

const refused: readonly [what: string, bytes: string | Buffer][] = [
	["no header", request],
	["garbage", Buffer.alloc(64, 0xa5)],
	["a header with bad addresses", "PROXY TCP4 1.2.3 4.5.6.7 1 2\r\n"],
	["a version 1 line that never ends", `PROXY TCP4 ${"1".repeat(200)}`],
	["version 3", Buffer.concat([v2("203.0.113.8", 1).subarray(0, 12), Buffer.from([0x31, 0x11, 0, 0])])],
	["a header that stops half way", v2("203.0.113.8", 40_000).subarray(0, 20)],
	["nothing at all", ""],
	["a TLS handshake without a header", Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
];
for (const [index, listener] of ["plain", "TLS"].entries()) {
	for (const [what, bytes] of refused) {
		test(`${what} on a ${listener} listener ends the connection without a response`, async (t) => {
			const before = node.connections.length;
			const client = await connectRaw(t, stage.portico.ports[index] ?? 0);
			if (bytes.length > 0) await client.send(bytes);
			await client.ended();
			assert.equal(client.received.length, 0);
			assert.equal(node.connections.length, before);
		});
	}

	test(`a client that ends its side inside the header is released by a ${listener} listener`, async (t) => {
		const client = await connectRaw(t, stage.portico.ports[index] ?? 0);
		await client.send("PROXY TC");
		client.end();
		await client.ended();
	});
}

test("a peer that is no trusted proxy is refused, whatever it sends", async (t) => {
	const client = await plain(t, { localAddress: "127.0.0.3" });
	await client.send(v1("203.0.113.7", 40_000) + request);
	await client.ended();
	assert.equal(client.received.length, 0);
});
