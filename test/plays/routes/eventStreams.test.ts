/** Event streams of the products' own routes, over TLS on both sides: no time limit ends them, only their two ends do. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { get, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";

/** Every limit there is. */
const LIMIT = "300ms";
const LIMITS = ["requestHead", "bodyIdle", "keepAlive", "clientWrite", "halfClosed", "firstByte", "upstreamIdle", "tunnelIdle"];
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n";

const authority = await TestAuthority.create();
const { cert, key } = await authority.issue();
/** Streams that wait for a test, by path. */
const streams = new Map<string, PromiseWithResolvers<RawSocket>>();
const node = await startRawServer(
	{ after },
	async (connection) => {
		const { target } = await connection.request(60_000);
		const stream = streams.get(target);
		if (stream !== undefined) return stream.resolve(connection);
		// All else begins and falls silent.
		await connection.send(`${responseText(200, ["Content-Type: text/plain"], "some").replace(": 4", ": 5")}`);
	},
	{ tls: { cert, key } },
);
const portico = await startPortico(
	{ after },
	{
		public: "https://localhost",
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "front.pem", key: "front.key" }] } }],
		services: Object.fromEntries(
			(["is", "apim"] as const).map((product) => [
				product,
				{
					product: `wso2-${product}`,
					prefix: `/${product}-`,
					trust: "ca.pem",
					health: { check: "off" },
					retry: { perTry: LIMIT },
					overload: { queueTimeout: LIMIT },
					nodes: [
						product === "is"
							? { name: "is-1", host: "localhost", ports: { servlet: node.port } }
							: { name: "am-1", host: "127.0.0.1", ports: { servlet: 1, gateway: node.port, websocket: 2, websub: 3 } },
					],
				},
			]),
		),
		timeouts: Object.fromEntries(LIMITS.map((name) => [name, LIMIT])),
		accessLog: { path: "-", format: "json" },
		workers: 1,
	},
	{ files: { "front.pem": cert, "front.key": key, "ca.pem": authority.cert } },
);

const connect = (t: TestContext): Promise<RawSocket> =>
	connectRaw(t, portico.port, { tls: { ca: authority.cert, servername: "localhost" } });
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** A client and a node with an open stream between them, its head sent and its first event come. */
async function open(
	t: TestContext,
	method: string,
	path: string,
	framing: "chunked" | "close",
): Promise<{ client: RawSocket; stream: RawSocket }> {
	const waiting = Promise.withResolvers<RawSocket>();
	streams.set(path.replace(/^\/(?:is|apim)-/, "/"), waiting);
	const client = await connect(t);
	await client.send(
		`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n${method === "POST" ? "Content-Length: 0\r\n" : ""}\r\n`,
	);
	const stream = await within(waiting.promise, `a stream at ${path}`);
	await stream.send(framing === "chunked" ? `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk("data: 1\n\n")}` : `${HEAD}\r\ndata: 1\n\n`);
	await client.readUntil("data: 1\n\n\r\n");
	return { client, stream };
}

/** Longer than every limit, by what they do to others, whose responses fall silent and are cut. */
async function limitsPass(t: TestContext): Promise<void> {
	await Promise.all(
		["/apim-echo/1.0.0", "/is-oauth2/jwks"].map(async (other) => {
			const client = await connect(t);
			await client.send(get(other));
			await client.ended();
		}),
	);
}

const logged = async (path: string): Promise<string | null> =>
	(await portico.child.until(() => portico.log.find((line) => line.path === path && "request_id" in line), `the line of ${path}`)).error as
		| string
		| null;

for (const [name, method, route] of [
	["an API", "GET", "/apim-stream/1.0.0/a"],
	["an API that is posted to", "POST", "/apim-stream/1.0.0/b"],
	["a page whose URLs are rewritten", "GET", "/is-oauth2/authorize/c"],
] as const) {
	for (const framing of ["chunked", "close"] as const) {
		test(`${name}: silence longer than every limit ends nothing, the node's end does (${framing})`, async (t) => {
			const path = `${route}/${framing}`;
			const { client, stream } = await open(t, method, path, framing);
			await limitsPass(t);
			assert.equal(client.ending, null);
			await stream.send(framing === "chunked" ? chunk("data: 2\n\n") : "data: 2\n\n");
			await client.readUntil("data: 2\n\n\r\n");
			if (framing === "chunked") await stream.send("0\r\n\r\n");
			else stream.end();
			await client.readUntil("0\r\n\r\n");
			assert.equal(await logged(path), null);
		});
	}

	test(`${name}: a node that ends in the middle of its stream is no end in order`, async (t) => {
		const path = `${route}/broken`;
		const { client, stream } = await open(t, method, path, "chunked");
		stream.end();
		await client.ended();
		assert.ok(!client.received.includes("0\r\n\r\n"));
		assert.equal(await logged(path), "http_response_incomplete");
	});

	test(`${name}: a client that leaves ends the silent stream at its node`, async (t) => {
		const path = `${route}/left`;
		const { client, stream } = await open(t, method, path, "chunked");
		client.end();
		await stream.ended();
		assert.equal(await logged(path), "client_gone");
	});
}
