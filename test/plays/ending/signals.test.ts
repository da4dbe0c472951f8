/** Signals, exit codes and streams that are closed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const ENDED = { code: 0, signal: null };

for (const signal of ["SIGTERM", "SIGINT"] as const) {
	test(`${signal} with nothing to do ends with 0 at once`, async (t) => {
		const stage = await openStage(t, { services: 1, config: { workers: 2, limits: { connections: 100 } } });
		stage.portico.signal(signal);
		assert.deepEqual(await stage.portico.child.exited, ENDED);
		assert.deepEqual(
			stage.portico.log.map(({ msg }) => msg),
			["ready", "draining", "stopped"],
		);
	});
}

test("a second signal ends it at once, with 1", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path));
	await (await node.connection(0)).request();
	stage.portico.signal("SIGTERM");
	await stage.portico.event("draining");
	stage.portico.signal("SIGINT");
	assert.deepEqual(await stage.portico.child.exited, { code: 1, signal: null });
	await client.ended();
});

test("a closed standard output and error, which are its logs, do not end it", async (t) => {
	const stage = await openStage(t, { services: 1, config: { accessLog: { format: "combined" } } });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const { stdout, stderr } = stage.portico.child.process;
	stdout?.destroy();
	stderr?.destroy();
	const client = await stage.connect(t);
	// Enough for several chunks of the access log, and what follows has to be written to the control log.
	for (let count = 0; count < 300; count++) {
		await client.send(get(path));
		assert.equal((await client.response()).status, 200);
	}
	stage.portico.signal("SIGUSR1");
	await client.send(get(path));
	assert.equal((await client.response()).status, 200);
	client.end();
	assert.deepEqual(await stage.portico.stop(), { code: 0, signal: null });
});

test("SIGPIPE does not end it", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	stage.portico.signal("SIGPIPE");
	assert.equal((await stage.exchange(t, get(path))).status, 200);
	assert.equal(stage.portico.child.exit, null);
});
