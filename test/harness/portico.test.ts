import assert from "node:assert/strict";
import { test } from "node:test";
import { get } from "./message.ts";
import { startPortico } from "./portico.ts";
import { exchange } from "./rawClient.ts";
import { answerAll, startRawServer } from "./rawServer.ts";

function configFor(port: number): object {
	return {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { app: { product: "http", routes: [{ path: "/" }], nodes: [{ name: "n-1", url: `http://127.0.0.1:${port}` }] } },
		accessLog: [],
		workers: 1,
	};
}

test("Portico starts from source, relays, and ends with 0 on SIGTERM", async (t) => {
	const node = await startRawServer(t, answerAll("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
	const portico = await startPortico(t, configFor(node.port));

	const response = await exchange(t, portico.port, get("/a"));

	assert.equal(response.body.toString(), "hi");
	assert.deepEqual(await portico.stop(), { code: 0, signal: null });
	assert.equal(portico.log.at(-1)?.msg, "stopped");
});

test("a configuration with a problem rejects the start with Portico's own words", async (t) => {
	await assert.rejects(startPortico(t, "public: nonsense\n"), /portico\.yaml:1:1: `listeners` is missing/);
});
