/** TLS to the nodes: whom Portico believes, what a node hears, and what a distrusted one gets: nothing. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { TestAuthority } from "../../harness/certs.ts";
import { get, responseText } from "../../harness/message.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";

const authority = await TestAuthority.create();
const other = await TestAuthority.create("Another authority");
const identity = await authority.issue({ names: ["is-1.internal"] });
const pin = new X509Certificate(identity.cert).fingerprint256;
const wrongPin = new X509Certificate(other.cert).fingerprint256;

const hello = serve(responseText(200, [], "hello"));
const named = await startRawServer({ after }, hello, { tls: identity });
const expired = await startRawServer({ after }, hello, { tls: await authority.issue({ expired: true }) });
const old = await startRawServer({ after }, hello, {
	tls: { ...identity, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" },
});
const plain = await startRawServer({ after }, async (connection) => {
	await connection.readBytes(5);
	await connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
	connection.end();
});

interface Case {
	readonly name: string;
	readonly node: RawServer;
	/** Of the service. */
	readonly settings: object;
	/** Of its one node. */
	readonly pin?: string;
	/** Null: it is served. */
	readonly error: string | null;
}

const NAME = { serverName: "is-1.internal" };
const cases: readonly Case[] = [
	{ name: "a certificate of the trusted authority", node: named, settings: { tls: { ca: "ca.pem" } }, error: null },
	{ name: "the same by `trust`, with the name checked", node: named, settings: { trust: "ca.pem", tls: NAME }, error: null },
	{
		name: "another name than the one asked for",
		node: named,
		settings: { tls: { ca: "ca.pem", serverName: "is-2.internal" } },
		error: "tls_certificate_error",
	},
	{ name: "a certificate of another authority", node: named, settings: { tls: { ca: "other.pem" } }, error: "tls_certificate_error" },
	{ name: "a private authority where only the system's are trusted", node: named, settings: {}, error: "tls_certificate_error" },
	{ name: "an expired certificate", node: expired, settings: { tls: { ca: "ca.pem" } }, error: "tls_certificate_error" },
	{ name: "the pinned certificate, without any authority", node: named, settings: { tls: { pin } }, error: null },
	{ name: "another certificate than the pinned one", node: named, settings: { tls: { pin: wrongPin } }, error: "tls_certificate_error" },
	{
		name: "another certificate than the pinned one, though its authority is trusted",
		node: named,
		settings: { tls: { ca: "ca.pem", pin: wrongPin } },
		error: "tls_certificate_error",
	},
	{ name: "the pin of the node itself", node: named, settings: { tls: { pin: wrongPin } }, pin, error: null },
	{ name: "an unknown certificate with `verify: off`", node: expired, settings: { tls: { verify: "off" } }, error: null },
	{ name: "a node that does not speak TLS", node: plain, settings: { tls: { ca: "ca.pem" } }, error: "tls_protocol_error" },
	{ name: "a node that speaks only TLS 1.1", node: old, settings: { tls: { ca: "ca.pem" } }, error: "tls_protocol_error" },
];

const stage = await openStage(
	{ after },
	{
		services: cases.length,
		service: (index) => {
			const { node, settings, pin } = cases[index] as Case;
			const address = { name: `n${index}`, url: `https://127.0.0.1:${node.port}` };
			return { nodes: [pin === undefined ? address : { ...address, pin }], ...settings };
		},
		config: { accessLog: { path: "-", format: "json" } },
		portico: { files: { "ca.pem": authority.cert, "other.pem": other.cert } },
	},
);

for (const [index, { name, node, error }] of cases.entries()) {
	test(`${name}: ${error ?? "served"}`, async (t) => {
		const before = node.connections.length;
		// Three times: a session that a failed handshake left behind must not open the door.
		for (let i = 0; i < 3; i++) {
			const response = await stage.exchange(t, get(`/s${index}`, "Authorization: secret"));
			assert.equal(response.status, error === null ? 200 : 502);
		}
		if (error === null) return;
		for (const connection of node.connections.slice(before)) {
			await connection.ended();
			assert.ok(!connection.received.includes("secret"));
		}
	});
}

test("each refusal is logged with its error code", async () => {
	for (const [index, { error }] of cases.entries()) assert.equal((await stage.logged(`/s${index}`)).error, error);
});

/** The sockets of connections that this service had to make for so many requests at once, more than the connections it has. */
async function handshakes(t: Parameters<typeof stage.connect>[0], index: number, count: number): Promise<TLSSocket[]> {
	const before = named.connections.length;
	const clients = await Promise.all(Array.from({ length: count }, () => stage.connect(t)));
	await Promise.all(clients.map((each) => each.send(get(`/s${index}`))));
	await Promise.all(clients.map((each) => each.response()));
	return named.connections.slice(before).map(({ socket }) => socket as TLSSocket);
}

/** What Node knows of a server's side of a handshake, not in its types. */
const nameAsked = (socket: TLSSocket): unknown => (socket as unknown as { servername: unknown }).servername;

test("the server name is asked for (SNI); for a bare address none is", async (t) => {
	assert.deepEqual(new Set((await handshakes(t, 1, 8)).map(nameAsked)), new Set(["is-1.internal"]));
	assert.deepEqual(new Set((await handshakes(t, 0, 8)).map(nameAsked)), new Set([false]));
});

test("a member's later connections resume its TLS session", async (t) => {
	const sockets = await handshakes(t, 0, 24);
	assert.ok(sockets.length > 0 && sockets.every((socket) => socket.isSessionReused()));
});
