/** A node that cannot be reached, or does not speak the TLS that it should: an error page, and the next node for the next request. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ErrorCode } from "../../../src/errors.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { type Script, startRawServer } from "../../harness/rawServer.ts";
import { getHead, NONSENSE } from "./messages.ts";

/** The start of a TLS 1.2 record with an alert, then nothing: a handshake that never goes on. */
const HALF_A_RECORD = Buffer.from([0x16, 3, 3, 0x40, 0, 2]);

async function start(t: TestContext, url: string): Promise<Portico> {
	return startPortico(t, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			app: {
				product: "http",
				routes: [{ path: "/" }],
				nodes: [{ name: "n-1", url }],
				...(url.startsWith("https") ? { tls: { verify: "off" } } : {}),
			},
		},
		timeouts: { connect: "700ms", firstByte: "700ms" },
		accessLog: { format: "json" },
		workers: 1,
	});
}

/** The client is told, keeps its connection, and the log has the cause, for a request without and one with a body. */
async function assertTold(t: TestContext, portico: Portico, status: number, errors: readonly ErrorCode[]): Promise<void> {
	const client = await connectRaw(t, portico.port);
	for (const request of [getHead("/get"), "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"]) {
		await client.send(request);
		const response = await client.response();
		assert.equal(response.status, status);
		assert.doesNotMatch(response.body.toString(), /127\.0\.0\.1|n-1/);
	}
	assert.equal(client.ending, null);
	client.end();
	await portico.stop();
	const lines = portico.log.filter((line) => "request_id" in line);
	assert.deepEqual(
		lines.map(({ path, status }) => [path, status]),
		[
			["/get", status],
			["/post", status],
		],
	);
	for (const { error } of lines) assert.ok((errors as readonly unknown[]).includes(error), String(error));
}

interface Row {
	readonly what: string;
	readonly script: Script;
	readonly status: number;
	/** Several where it is a race what is noticed first. */
	readonly errors: readonly ErrorCode[];
}

const plain: readonly Row[] = [
	{ what: "that ends every connection at once", script: (node) => node.end(), status: 502, errors: ["connection_terminated"] },
	{
		what: "that resets every connection at once",
		script: (node) => node.reset(),
		status: 502,
		errors: ["connection_terminated", "connection_refused"],
	},
	{
		what: "that speaks before it is asked",
		script: (node) => node.send("SSH-2.0-OpenSSH_10.0\r\n"),
		status: 502,
		errors: ["http_protocol_error"],
	},
	{ what: "that takes connections and does nothing", script: () => undefined, status: 504, errors: ["http_response_timeout"] },
];

const secure: readonly Row[] = [
	{
		what: "ends every connection at once",
		script: (node) => node.end(),
		status: 502,
		errors: ["connection_terminated", "connection_refused"],
	},
	{
		what: "resets every connection at once",
		script: (node) => node.reset(),
		status: 502,
		errors: ["connection_refused", "connection_terminated"],
	},
	{ what: "answers with plain HTTP", script: (node) => node.send("HTTP/1.1 400 No\r\n\r\n"), status: 502, errors: ["tls_protocol_error"] },
	{ what: "answers with nonsense", script: (node) => node.send(NONSENSE), status: 502, errors: ["tls_protocol_error"] },
	{ what: "says nothing", script: () => undefined, status: 504, errors: ["connection_timeout"] },
	{ what: "stops inside the handshake", script: (node) => node.send(HALF_A_RECORD), status: 504, errors: ["connection_timeout"] },
];

describe("a node that cannot be talked to", { concurrency: 4 }, () => {
	test("nobody listens: 502", async (t) => {
		const [port] = await freePorts(1);
		await assertTold(t, await start(t, `http://127.0.0.1:${port}`), 502, ["connection_refused"]);
	});

	test("a name that does not resolve: 502", async (t) => {
		await assertTold(t, await start(t, "http://nowhere.invalid:8080"), 502, ["dns_error"]);
	});

	for (const { what, script, status, errors } of plain) {
		test(`a node ${what}: ${status}`, async (t) => {
			const node = await startRawServer(t, script);
			await assertTold(t, await start(t, `http://127.0.0.1:${node.port}`), status, errors);
		});
	}

	for (const { what, script, status, errors } of secure) {
		test(`a node that should speak TLS and ${what}: ${status}`, async (t) => {
			const node = await startRawServer(t, script);
			await assertTold(t, await start(t, `https://127.0.0.1:${node.port}`), status, errors);
			for (const connection of node.connections) await connection.ended();
		});
	}
});
