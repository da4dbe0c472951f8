/** A reload while a body waits for its rest: the request goes where the new configuration says. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";

test("a request whose node was removed while its body waited is sent to the new one, whole", async (t) => {
	const node = (name: string): Promise<RawServer> =>
		startRawServer(t, async (connection) => {
			const { body } = await connection.request();
			await connection.send(responseText(200, [], `${name} got ${body}`));
		});
	const [before, after] = [await node("before"), await node("after")];
	const config = ({ port }: RawServer): object => ({
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { app: { product: "http", routes: [{ path: "/app" }], nodes: [{ name: `n${port}`, url: `http://127.0.0.1:${port}` }] } },
		workers: 1,
	});
	const portico = await startPortico(t, config(before));
	const client = await connectRaw(t, portico.port);
	await client.send("POST /app/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n");
	await client.readUntil("HTTP/1.1 100 Continue\r\n\r\n");
	await client.send("abc");
	writeFileSync(join(portico.folder, "portico.yaml"), stringify(config(after)));
	portico.signal("SIGHUP");
	await portico.event("config_reloaded");
	await client.send("def");
	assert.equal((await client.response("POST")).body.toString(), "after got abcdef");
	assert.equal(before.connections.length, 0);
});
