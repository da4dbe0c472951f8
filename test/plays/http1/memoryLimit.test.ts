/** A process that is short of memory takes no more connections, tells why, and lives. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

// Far below what Node itself holds, so that the limit is reached from the start.
const stage = await openStage({ after }, { services: 1, config: { limits: { memory: "1MiB" } } });

test("new connections get 503 with its code, and the control log says so", async (t) => {
	const { path } = stage.service(serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	const request = get(path);
	// The first look at the memory comes a moment after the start.
	for (let tries = 0; tries < 5000 && (await stage.exchange(t, request)).status !== 503; tries++);
	const response = await stage.exchange(t, request);
	assert.equal(response.status, 503);
	assert.match(field(response, "proxy-status") ?? "", /error=overloaded/);
	assert.ok(field(response, "retry-after"));
	await stage.portico.event("client_refused", (line) => line.code === "overloaded");
});
