/** What streams: WebSocket APIs through their own pool, events that come one by one, event receivers, large uploads. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, requestText } from "../../harness/message.ts";
import { residentPeakMiB } from "../failures/processState.ts";
import { portName, startFront, startNodes } from "./front.ts";

const nodes = await startNodes({ after });
const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
const MIB = 1024 * 1024;
const MASK = Buffer.from([1, 2, 3, 4]);

/** A masked text frame of a client, up to 125 bytes (RFC 6455 section 5.2). */
function textFrame(text: string): Buffer {
	const payload = Buffer.from(text).map((byte, index) => byte ^ (MASK[index % 4] ?? 0));
	return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), MASK, payload]);
}

const fronts = [
	["dash form over https", await startFront({ after }, nodes, { transport: "https" })],
	["slash form over http", await startFront({ after }, nodes, { form: "slash", transport: "http" })],
	["no prefix over https", await startFront({ after }, nodes, { form: "hosts", transport: "https" })],
] as const;

for (const [name, front] of fronts) {
	const transport = name.endsWith("https") ? "https" : "http";
	const start = (method: string, path: string, ...fields: string[]): string =>
		requestText(method, front.publicPath("apim", path), { host: front.hostOf("apim"), fields });

	for (const path of ["/echo/1.0.0", "/t/acme.com/echo/1.0.0"]) {
		test(`a WebSocket on ${path} goes to its pool, and echoes: ${name}`, async (t) => {
			const client = await front.connect(t);
			await client.send(start("GET", path, ...UPGRADE));
			const response = await client.response();
			assert.equal(response.status, 101);
			assert.equal(field(response, "sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
			await client.send(textFrame("who"));
			assert.equal((await client.readBytes(2 + 6)).subarray(2).toString(), "apim-1");
			for (const text of ["one", "two", "x".repeat(125)]) {
				await client.send(textFrame(text));
				assert.equal((await client.readBytes(2 + text.length)).subarray(2).toString(), text);
			}
			assert.equal(nodes.apim.requests.last.at(-1)?.port, portName("websocket", transport));
		});
	}

	test(`whatever way a browser asks for a WebSocket, it is the same pool: ${name}`, async (t) => {
		const rest = UPGRADE.slice(2);
		for (const fields of [
			["Connection: keep-alive, Upgrade", "Upgrade: websocket"],
			["connection: upgrade", "upgrade: WebSocket"],
			["Connection: keep-alive", "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"],
			["Sec-WebSocket-Protocol: chat, mqtt", "Sec-WebSocket-Extensions: permessage-deflate", ...UPGRADE.slice(0, 2)],
		]) {
			const { response, seen } = await front.ask(t, "apim", front.publicPath("apim", "/echo/1.0.0"), { fields: [...fields, ...rest] });
			assert.deepEqual([response.status, seen[0]?.port], [101, portName("websocket", transport)], fields.join());
		}
	});

	test(`a WebSocket that the API refuses is answered as it says: ${name}`, async (t) => {
		for (const [path, status] of [
			["/chat/1.0.0", 401],
			["/none/1.0.0", 404],
		] as const) {
			const { response } = await front.ask(t, "apim", front.publicPath("apim", path), { fields: UPGRADE });
			assert.equal(response.status, status);
		}
	});

	test(`events arrive one by one, long before the stream ends: ${name}`, async (t) => {
		const client = await front.connect(t);
		await client.send(start("GET", "/stream/1.0.0/events?every=50", "Accept: text/event-stream"));
		const head = await client.readUntil("\r\n\r\n");
		assert.match(head, /^HTTP\/1\.1 200 /);
		assert.match(head, /\r\nContent-Type: text\/event-stream\r\n/i);
		assert.doesNotMatch(head, /\r\nContent-Length:/i);
		// This stream has no end: whatever holds answers back until they are complete would hold it for ever.
		for (const number of [1, 2, 3]) await client.readUntil(`{"node":"apim-1","number":${number}}`);
		client.destroy();
	});

	for (const tenant of ["", "/t/acme.com"]) {
		test(`an event receiver${tenant === "" ? "" : " of a tenant"} is its own port: ${name}`, async (t) => {
			const path = front.publicPath("apim", `${tenant}/webhook/1.0.0/webhooks_events_receiver_resource?topic=x`);
			const { response, seen } = await front.ask(t, "apim", path, { method: "POST", body: "{}" });
			assert.deepEqual([response.status, seen[0]?.port], [200, portName("websub", transport)]);
		});
	}
}

test("an upload of 200 MiB to an API streams: all of it arrives, and memory stays flat", async (t) => {
	const [, front] = fronts[1];
	const { pid } = front.portico.child;
	const piece = Buffer.alloc(MIB, "0123456789abcdef");
	const client = await front.connect(t);
	const upload = async (mib: number): Promise<unknown> => {
		const fields = [`Host: ${front.hostOf("apim")}`, `Content-Length: ${mib * MIB}`, "Content-Type: application/octet-stream"];
		await client.send([`POST ${front.publicPath("apim", "/files/1.0.0/upload")} HTTP/1.1`, ...fields, "", ""].join("\r\n"));
		for (let sent = 0; sent < mib; sent++) await client.send(piece);
		const response = await client.response("POST", 60_000);
		assert.equal(response.status, 200);
		return (JSON.parse(response.body.toString()) as { bytes: number }).bytes;
	};
	// What a connection and the heap grow to in use is no leak.
	await upload(20);
	const before = residentPeakMiB(pid);
	assert.equal(await upload(200), 200 * MIB);
	const grown = residentPeakMiB(pid) - before;
	assert.ok(grown < 64, `200 MiB passed, and memory grew by ${grown.toFixed(0)} MiB`);
});
