/** Streams that outlive what happens around them: events in a coding, over a reload and a drain; uploads over TLS to a node that is slow to read. */
import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { createKeystore } from "../../../estate/keystore.ts";
import { Barrier } from "../../harness/barrier.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { get } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { changeNode } from "../admin/rig.ts";
import { residentPeakMiB } from "../failures/processState.ts";
import { Reloadable } from "../reload/rig.ts";

const MIB = 1024 * 1024;
const EVENTS = 4;

/** A node whose response to everything is a stream of events in gzip: the next one for each that meets it. */
async function startEvents(t: TestContext, next: Barrier) {
	return startRawServer(t, async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n");
		for (let event = 1; event <= EVENTS; event++) {
			await next.meet(60_000);
			// Members of one gzip stream (RFC 1952, 2.2).
			await connection.send(gzipSync(`data: ${event} https://localhost:9443/x\n\n`));
		}
		connection.end();
	});
}

for (const path of ["/is-oauth2/authorize/events", "/api-stream/1.0/events"]) {
	test(`events that a node compresses come one by one on ${path}, over a reload and the node's drain`, async (t) => {
		const next = new Barrier();
		const node = await startEvents(t, next);
		const ports = path.startsWith("/is-") ? { servlet: node.port } : { servlet: 1, gateway: node.port, websocket: 2, websub: 3 };
		const service = { transport: "http", health: { check: "off" }, nodes: [{ name: "n-1", host: "127.0.0.1", ports }] };
		const rig = await Reloadable.start(t, {
			public: "http://localhost",
			listeners: [{ address: "127.0.0.1:0" }],
			services: path.startsWith("/is-")
				? { is: { product: "wso2-is", prefix: "/is-", ...service, rewriteBodies: true } }
				: { apim: { product: "wso2-apim", prefix: "/api-", ...service } },
			accessLog: [],
			admin: { address: "127.0.0.1:0" },
			workers: 1,
		});
		const client = await connectRaw(t, rig.portico.port);
		await client.send(get(path, "Accept-Encoding: gzip"));
		const parts: Buffer[] = [];
		const event = async (number: number): Promise<void> => {
			await next.meet(60_000);
			if (number === 1) assert.match(await client.readUntil("\r\n\r\n"), /\r\nContent-Encoding: gzip\r\n/);
			const size = Number.parseInt(await client.readUntil("\r\n"), 16);
			parts.push((await client.readBytes(size + 2)).subarray(0, size));
			const text = gunzipSync(Buffer.concat(parts)).toString();
			assert.ok(text.includes(`data: ${number} https://localhost:9443/x\n\n`), text);
		};
		await event(1);
		await rig.reload((config) => {
			config.timeouts = { upstreamIdle: "10ms", firstByte: "10ms" };
			config.responseHeaders = { "X-New": "1" };
		});
		await event(2);
		await changeNode(rig.portico, "n-1", { adminState: "draining" });
		await event(3);
		assert.equal(client.ending, null);
		await event(4);
		assert.equal(await client.readUntil("0\r\n\r\n"), "0\r\n\r\n");
	});
}

for (const [method, framing] of [
	["POST", "a length"],
	// What may be repeated is kept for that up to `keepBody`, and no further.
	["PUT", "chunks"],
] as const) {
	test(`200 MiB with ${framing} over TLS on both sides, to a node that is slower than its client: all of it arrives, and memory stays flat`, async (t) => {
		const [keystore, authority] = await Promise.all([createKeystore(["am-1"]), TestAuthority.create()]);
		let bytes = 0;
		const node = createServer({ key: keystore.key, cert: keystore.cert }, (request, response) => {
			request.on("data", (part: Buffer) => {
				bytes += part.length;
				// One turn of the event loop for each part: the client could send much faster.
				request.pause();
				setImmediate(() => request.resume());
			});
			request.on("end", () => response.writeHead(200, { "Content-Length": "0" }).end());
		});
		await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
		t.after(() => node.close());
		const ports = { servlet: 1, gateway: (node.address() as AddressInfo).port, websocket: 2, websub: 3 };
		const { cert, key } = await authority.issue();
		const portico = await startPortico(
			t,
			{
				public: "https://localhost",
				listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "front.pem", key: "front.key" }] } }],
				services: {
					apim: {
						...{ product: "wso2-apim", prefix: "/api-", trust: "nodes.pem", health: { check: "off" } },
						nodes: [{ name: "am-1", host: "127.0.0.1", ports }],
					},
				},
				accessLog: [],
				workers: 1,
			},
			{ files: { "front.pem": cert, "front.key": key, "nodes.pem": keystore.cert } },
		);
		const client = await connectRaw(t, portico.port, { tls: { ca: authority.cert, servername: "localhost" } });
		const body = Buffer.alloc(MIB, "0123456789abcdef");
		const piece = framing === "chunks" ? Buffer.concat([Buffer.from("100000\r\n"), body, Buffer.from("\r\n")]) : body;
		const upload = async (mib: number): Promise<void> => {
			bytes = 0;
			const length = framing === "chunks" ? "Transfer-Encoding: chunked" : `Content-Length: ${mib * MIB}`;
			const fields = ["Host: localhost", length, "Content-Type: application/octet-stream"];
			await client.send([`${method} /api-files/1.0.0/upload HTTP/1.1`, ...fields, "", ""].join("\r\n"));
			for (let sent = 0; sent < mib; sent++) await within(client.send(piece), "a MiB is taken", 60_000);
			if (framing === "chunks") await client.send("0\r\n\r\n");
			assert.equal((await client.response(method, 60_000)).status, 200);
			assert.equal(bytes, mib * MIB);
		};
		await upload(20);
		const before = residentPeakMiB(portico.child.pid);
		await upload(200);
		const grown = residentPeakMiB(portico.child.pid) - before;
		assert.ok(grown < 64, `200 MiB passed, and memory grew by ${grown.toFixed(0)} MiB`);
	});
}
