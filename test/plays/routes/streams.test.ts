/** What stays open: WebSocket APIs through their own pool, events that come one by one, event receivers. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { portName, startFront, startNodes } from "./front.ts";

const nodes = await startNodes({ after });
const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
const MASK = Buffer.from([1, 2, 3, 4]);

/** A masked text frame of a client, up to 125 bytes (RFC 6455 section 5.2). */
function textFrame(text: string): Buffer {
	const payload = Buffer.from(text).map((byte, index) => byte ^ (MASK[index % 4] ?? 0));
	return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), MASK, payload]);
}

const fronts = [
	["https", await startFront({ after }, nodes, { transport: "https" })],
	["http", await startFront({ after }, nodes, { transport: "http" })],
] as const;

for (const [transport, front] of fronts) {
	for (const path of ["/echo/1.0.0", "/t/acme.com/echo/1.0.0"]) {
		test(`a WebSocket on ${path} goes to its pool over ${transport}, and echoes`, async (t) => {
			const client = await front.connect(t);
			const publicPath = front.publicPath("apim", path);
			await client.send([`GET ${publicPath} HTTP/1.1`, "Host: sso.example.com", ...UPGRADE, "", ""].join("\r\n"));
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

	test(`a WebSocket that the API refuses is answered as it says, over ${transport}`, async (t) => {
		for (const [path, status] of [
			["/chat/1.0.0", 401],
			["/none/1.0.0", 404],
		] as const) {
			const { response } = await front.ask(t, "apim", front.publicPath("apim", path), { fields: UPGRADE });
			assert.equal(response.status, status);
		}
	});

	test(`events arrive one by one, long before the stream ends, over ${transport}`, async (t) => {
		const client = await front.connect(t);
		await client.send("GET /apim-stream/1.0.0/events?every=50 HTTP/1.1\r\nHost: sso.example.com\r\nAccept: text/event-stream\r\n\r\n");
		const head = await client.readUntil("\r\n\r\n");
		assert.match(head, /^HTTP\/1\.1 200 /);
		assert.match(head, /\r\nContent-Type: text\/event-stream\r\n/i);
		assert.doesNotMatch(head, /\r\nContent-Length:/i);
		// This stream has no end: whatever holds answers back until they are complete would hold it for ever.
		for (const number of [1, 2, 3]) await client.readUntil(`{"node":"apim-1","number":${number}}`);
		client.destroy();
	});

	test(`an event receiver is its own port over ${transport}`, async (t) => {
		const path = front.publicPath("apim", "/webhook/1.0.0/webhooks_events_receiver_resource?topic=x");
		const { response, seen } = await front.ask(t, "apim", path, { method: "POST", body: "{}" });
		assert.deepEqual([response.status, seen[0]?.port], [200, portName("websub", transport)]);
	});
}
