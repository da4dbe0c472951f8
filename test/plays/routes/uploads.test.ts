/** Uploads to an API over TLS on both sides: streamed whatever their framing, refused early in words that arrive, repeated only as a whole. */
// alone: forty uploads over TLS keep every core busy, and connections run out of their time beside others
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { field, requestText, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { type Script, startRawServer } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { serve } from "../../harness/stage.ts";

const MIB = 1024 * 1024;
const authority = await TestAuthority.create();
const { cert, key } = await authority.issue();

/** Portico before gateways that follow the scripts; `null`: nobody listens there. */
async function start(t: TestContext, scripts: readonly (Script | null)[], settings: object = {}) {
	const gateways = await Promise.all(
		scripts.map(async (script) => (script === null ? null : startRawServer(t, script, { tls: { cert, key } }))),
	);
	const nobody = await freePorts(scripts.length);
	const nodes = gateways.map((gateway, index) => ({
		name: `am-${index}`,
		host: "127.0.0.1",
		ports: { servlet: index + 1, gateway: gateway?.port ?? nobody[index], websocket: index + 11, websub: index + 21 },
	}));
	const portico = await startPortico(
		t,
		{
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "front.pem", key: "front.key" }] } }],
			services: { apim: { product: "wso2-apim", prefix: "/api-", trust: "ca.pem", health: { check: "off" }, nodes, ...settings } },
			accessLog: [],
			workers: 1,
		},
		{ files: { "front.pem": cert, "front.key": key, "ca.pem": authority.cert } },
	);
	const connect = (): Promise<RawSocket> => connectRaw(t, portico.port, { tls: { ca: authority.cert, servername: "localhost" } });
	return { portico, gateways, connect };
}

const head = (method: string, ...fields: string[]): string => requestText(method, "/api-files/1.0.0/upload", { fields });
const CHUNKED = "Transfer-Encoding: chunked";
const chunk = (body: Buffer): Buffer => Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);

/** Sends without an end, until the connection is gone. */
async function pour(client: RawSocket, piece: Buffer): Promise<void> {
	while (!client.socket.destroyed && client.ending === null) await client.send(piece);
}

for (const [status, framing] of [
	[401, `Content-Length: ${1024 * MIB}`],
	[413, CHUNKED],
] as const) {
	test(`a gateway that responses ${status} while the upload goes on, and closes with most of it unread, is heard (${framing})`, async (t) => {
		const { connect } = await start(t, [
			async (connection, index) => {
				await connection.readBytes(100_000 + index * 7001);
				connection.pause();
				void connection.send(responseText(status, ["Connection: close"], "no more"));
				connection.socket.destroySoon();
			},
		]);
		const piece = framing === CHUNKED ? chunk(Buffer.alloc(MIB)) : Buffer.alloc(MIB);
		// Many at once, so that writes meet closed connections before what came on them was read.
		const one = async (): Promise<string> => {
			const client = await connect();
			await client.send(head("POST", framing));
			void pour(client, piece);
			const response = await client.response("POST", 30_000);
			client.destroy();
			return `${response.status} ${response.body}`;
		};
		const answers = await Promise.all(Array.from({ length: 40 }, one));
		assert.deepEqual(new Set(answers), new Set([`${status} no more`]));
	});
}

test("a client that waits for 100 Continue gets it once, and the whole body reaches the gateway", async (t) => {
	const { connect } = await start(t, [
		serve(({ body, headers }) => responseText(200, [], `${body.length} ${headers.some(([name]) => /^expect$/i.test(name))}`)),
	]);
	const client = await connect();
	await client.send(head("POST", CHUNKED, "Expect: 100-continue"));
	assert.equal(await client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
	for (let sent = 0; sent < 8; sent++) await client.send(chunk(Buffer.alloc(MIB)));
	await client.send("0\r\n\r\n");
	const response = await client.response("POST", 30_000);
	assert.deepEqual([response.status, response.informational.length, response.body.toString()], [200, 0, `${8 * MIB} false`]);
});

test("a gateway where nobody listens: nothing was sent yet, so the whole upload goes to the other one, whatever its method and length", async (t) => {
	const { connect, gateways } = await start(t, [null, serve(({ body }) => responseText(200, [], String(body.length)))]);
	for (const framing of [CHUNKED, `Content-Length: ${2 * MIB}`]) {
		// Each of the two is asked first by one of them.
		for (const _ of [1, 2]) {
			const client = await connect();
			const piece = framing === CHUNKED ? chunk(Buffer.alloc(MIB)) : Buffer.alloc(MIB);
			await client.send(
				Buffer.concat([Buffer.from(head("POST", framing)), piece, piece, Buffer.from(framing === CHUNKED ? "0\r\n\r\n" : "")]),
			);
			const response = await client.response("POST", 30_000);
			assert.deepEqual([response.status, response.body.toString()], [200, String(2 * MIB)]);
		}
	}
	assert.ok((gateways[1]?.connections.length ?? 0) > 0);
});

for (const [kept, bytes, expected] of [
	["a body that was kept goes to the other gateway as a whole", 40_000, `200 40000`],
	["a body that was too long to be kept is not sent again in part: the client hears the refusal", 4 * MIB, "503 busy"],
] as const) {
	test(`a gateway that refuses with 503 before the upload is complete; ${kept}`, async (t) => {
		const refuse: Script = async (connection) => {
			await connection.readUntil("\r\n\r\n");
			await connection.readBytes(Math.min(bytes, 100_000));
			await connection.send(responseText(503, [], "busy"));
		};
		const asked: number[] = [];
		// Whoever is asked first refuses.
		const script: Script = async (connection, index) => {
			asked.push(index);
			if (asked.length === 1) return refuse(connection, index);
			return serve(({ body }) => responseText(200, [], String(body.length)))(connection, index);
		};
		const { connect } = await start(t, [script, script], { retry: { statuses: [503] } });
		const client = await connect();
		await client.send(head("PUT", `Content-Length: ${bytes}`));
		await client.send(Buffer.alloc(bytes));
		const response = await client.response("PUT", 30_000);
		assert.equal(`${response.status} ${response.body}`, expected);
		assert.equal(asked.length, expected.startsWith("200") ? 2 : 1);
	});
}

test("a body over the route's limit is refused in its middle, and the gateway gets no end of it", async (t) => {
	const { connect, gateways } = await start(t, [async (connection) => void (await connection.ended(30_000))], {
		routes: [{ path: "/files", maxBody: "1MiB" }],
	});
	const client = await connect();
	await client.send(head("POST", CHUNKED));
	void pour(client, chunk(Buffer.alloc(MIB / 4)));
	const response = await client.response("POST", 30_000);
	assert.equal(response.status, 413);
	assert.equal(field(response, "connection"), "close");
	const gateway = gateways[0]?.connections[0];
	await gateway?.ended();
	assert.ok(!gateway?.received.includes("\r\n0\r\n\r\n"));
});

for (const [who, script, status] of [
	[
		"the gateway",
		async (connection) => {
			await connection.readBytes(100_000);
			await connection.send(responseText(403, [], "no"));
		},
		403,
	],
	["Portico, for its length", () => undefined, 413],
] as const satisfies readonly (readonly [string, Script, number])[]) {
	for (const framing of [CHUNKED, `Content-Length: ${24 * MIB}`]) {
		test(`a client that sends all of its upload before it reads hears the refusal of ${who} (${framing})`, async (t) => {
			const { connect } = await start(t, [script], status === 413 ? { routes: [{ path: "/files", maxBody: "1MiB" }] } : {});
			const client = await connect();
			client.pause();
			await client.send(head("POST", framing));
			const piece = framing === CHUNKED ? chunk(Buffer.alloc(MIB)) : Buffer.alloc(MIB);
			for (let sent = 0; sent < 24; sent++) await client.send(piece);
			if (framing === CHUNKED) await client.send("0\r\n\r\n");
			client.resume();
			assert.equal((await client.response("POST", 30_000)).status, status);
		});
	}
}
