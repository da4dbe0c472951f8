/** What a client can bring about by itself says nothing about a node: it is neither blamed nor taken out. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { openStage, STREAMED } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{
		services: 2,
		service: () => ({ health: { passive: { broken: 3 } } }),
		config: {
			accessLog: { path: "-", format: "json" },
			timeouts: { upstreamIdle: "500ms", bodyIdle: "20s" },
			limits: { ...STREAMED, responseHead: "4KiB" },
		},
	},
);

test("an upload that stops arriving is the client's: 408, not a timeout of the node", async (t) => {
	const { path } = stage.service(async (node) => {
		await node.readUntil("abc");
	});
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nabc`);
	const response = await client.response();
	assert.equal(response.status, 408);
	const line = await stage.portico.child.until(() => stage.portico.log.find((each) => each.path === path), "the log's line");
	assert.equal(line.error, "request_body_timeout");
});

test("a response head that is too large is refused, again and again, and the node serves on", async (t) => {
	const { path } = stage.service(async (node) => {
		for (;;) {
			const { target } = await node.request();
			await node.send(responseText(200, target.endsWith("large") ? [`X-Large: ${"x".repeat(5000)}`] : [], "ok"));
		}
	});
	const client = await stage.connect(t);
	for (let i = 0; i < 12; i++) {
		await client.send(get(`${path}/large`));
		assert.equal((await client.response()).status, 502);
	}
	await client.send(get(path));
	assert.equal((await client.response()).status, 200);
	assert.equal(
		stage.portico.log.find(({ msg }) => msg === "health_changed"),
		undefined,
	);
});
