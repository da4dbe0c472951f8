import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { startNode, startProgram } from "./child.ts";
import { within } from "./deadline.ts";
import { peer } from "./peers.ts";
import { connectRaw } from "./rawClient.ts";
import { startRawServer } from "./rawServer.ts";

const LISTENER = `const server = require("node:net").createServer(() => {}).listen(0, "127.0.0.1", () => console.log("port=" + server.address().port + ";"));`;

test("output is kept and an early end is reported with it", async (t) => {
	const child = startNode(t, ["-e", 'console.log("one"); console.error("two"); process.exitCode = 3']);

	await assert.rejects(
		child.until(() => undefined, "nothing"),
		/ended before nothing; output:\none\ntwo/,
	);
	assert.deepEqual(await child.exited, { code: 3, signal: null });
});

test("SIGTERM and SIGKILL end a program and tell so", async (t) => {
	for (const [end, signal] of [
		["stop", "SIGTERM"],
		["kill", "SIGKILL"],
	] as const) {
		const child = startNode(t, ["-e", LISTENER]);
		await child.until(() => /port=\d+;/.exec(child.stdout) ?? undefined, "its port");
		await child[end]();
		assert.deepEqual(child.exit, { code: null, signal });
	}
});

test("a program that does not exist is an end with a message", async (t) => {
	const child = startProgram(t, "/nowhere/at/all", []);

	const exit = await within(child.exited, "the end");

	assert.notEqual(exit.code, 0);
	assert.match(child.stderr, /nowhere/);
});

test("programs die with the test process, even when that is killed", { skip: peer("openssl").skip }, async (t) => {
	// The play is a test process of its own, which starts two programs that both connect here.
	const server = await startRawServer(t, () => undefined);
	const play = `
		import { startNode, startProgram } from ${JSON.stringify(new URL("child.ts", import.meta.url).href)};
		const scope = { after() {} };
		startNode(scope, ["-e", "require('node:net').connect(${server.port}, '127.0.0.1')"]);
		startProgram(scope, "openssl", ["s_client", "-connect", "127.0.0.1:${server.port}"]);
		setInterval(() => {}, 1000);`;
	const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", play], { stdio: "inherit" });
	t.after(() => {
		parent.kill("SIGKILL");
	});
	const connections = [await server.connection(0), await server.connection(1)];

	parent.kill("SIGKILL");

	for (const connection of connections) await connection.ended();
});

test("a client can come from another loopback address", { skip: process.platform !== "linux" }, async (t) => {
	const server = await startRawServer(t, () => undefined);
	await connectRaw(t, server.port, { localAddress: "127.0.0.2" });

	assert.equal((await server.connection(0)).socket.remoteAddress, "127.0.0.2");
});
