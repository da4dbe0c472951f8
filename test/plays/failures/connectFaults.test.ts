/** A node that cannot be reached, or does not speak what it should from the start: an error page, and the client may go on. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { ErrorCode } from "../../../src/errors.ts";
import type { Scope } from "../../harness/deadline.ts";
import { get, requestText } from "../../harness/message.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { type RawServer, type Script, startRawServer } from "../../harness/rawServer.ts";
import { NONSENSE } from "./messages.ts";

/** The start of a TLS 1.2 record, then nothing: a handshake that never goes on. */
const HALF_A_RECORD = Buffer.from([0x16, 3, 3, 0x40, 0, 2]);

interface Row {
	readonly what: string;
	readonly scheme: "http" | "https";
	readonly script: Script;
	readonly status: number;
	/** Several where it is a race what is noticed first. */
	readonly errors: readonly ErrorCode[];
}

const ENDED: readonly ErrorCode[] = ["connection_terminated", "connection_refused"];
const end: Script = (node) => node.end();
const reset: Script = (node) => node.reset();
const silent: Script = () => undefined;
const say =
	(bytes: string | Buffer): Script =>
	(node) =>
		node.send(bytes);

const rows: readonly Row[] = [
	{ what: "ends every connection at once", scheme: "http", script: end, status: 502, errors: ["connection_terminated"] },
	{ what: "resets every connection at once", scheme: "http", script: reset, status: 502, errors: ENDED },
	{ what: "speaks before it is asked", scheme: "http", script: say("SSH-2.0-Open\r\n"), status: 502, errors: ["http_protocol_error"] },
	{ what: "takes connections and does nothing", scheme: "http", script: silent, status: 504, errors: ["http_response_timeout"] },
	{ what: "ends every connection at once", scheme: "https", script: end, status: 502, errors: ENDED },
	{ what: "resets every connection at once", scheme: "https", script: reset, status: 502, errors: ENDED },
	{ what: "answers with plain HTTP", scheme: "https", script: say("HTTP/1.1 400 No\r\n\r\n"), status: 502, errors: ["tls_protocol_error"] },
	{ what: "answers with nonsense", scheme: "https", script: say(NONSENSE), status: 502, errors: ["tls_protocol_error"] },
	{ what: "says nothing", scheme: "https", script: silent, status: 504, errors: ["connection_timeout"] },
	{ what: "stops inside the handshake", scheme: "https", script: say(HALF_A_RECORD), status: 504, errors: ["connection_timeout"] },
];

const servers = await Promise.all(rows.map(({ script }) => startRawServer({ after }, script)));
const urls = rows.map(({ scheme }, index) => `${scheme}://127.0.0.1:${servers[index]?.port}`);
const [nobody] = await freePorts(1);
const refusing = urls.push(`http://127.0.0.1:${nobody}`) - 1;
const unresolved = urls.push("http://nowhere.invalid:8080") - 1;
const portico: Portico = await startPortico(
	{ after },
	{
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: Object.fromEntries(
			urls.map((url, index) => [
				`s${index}`,
				{
					product: "http",
					routes: [{ path: `/s${index}` }],
					nodes: [{ name: `n-${index}`, url }],
					...(url.startsWith("https") ? { tls: { verify: "off" } } : {}),
				},
			]),
		),
		timeouts: { connect: "2s", firstByte: "2s" },
		accessLog: { format: "json" },
		workers: 1,
	},
);

/** The client is told, keeps its connection, and the log has the cause, for a request without and one with a body. */
async function assertTold(t: Scope, index: number, status: number, errors: readonly ErrorCode[]): Promise<void> {
	const client = await connectRaw(t, portico.port);
	const [getPath, postPath] = [`/s${index}/get`, `/s${index}/post`];
	for (const request of [get(getPath), requestText("POST", postPath, { body: "abc" })]) {
		await client.send(request);
		const response = await client.response();
		assert.equal(response.status, status);
		assert.doesNotMatch(response.body.toString(), /127\.0\.0\.1|n-\d|nowhere/);
	}
	assert.equal(client.ending, null);
	for (const path of [getPath, postPath]) {
		const line = await portico.child.until(() => portico.log.find((each) => each.path === path), `the log's line of ${path}`);
		assert.equal(line.status, status);
		assert.ok((errors as readonly unknown[]).includes(line.error), String(line.error));
	}
}

describe("a node that cannot be talked to", { concurrency: true }, () => {
	rows.forEach(({ what, scheme, status, errors }, index) => {
		test(`a node of an ${scheme} service that ${what}: ${status}`, async (t) => {
			await assertTold(t, index, status, errors);
			if (scheme === "https") for (const connection of (servers[index] as RawServer).connections) await connection.ended();
		});
	});
	test("a node where nobody listens: 502", async (t) => assertTold(t, refusing, 502, ["connection_refused"]));
	test("a node whose name does not resolve: 502", async (t) => assertTold(t, unresolved, 502, ["dns_error"]));
});
