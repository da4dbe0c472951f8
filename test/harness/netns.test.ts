import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startProgram } from "./child.ts";
import { type NetworkHost, namespaceSkip, openNetwork } from "./netns.ts";
import { connectRaw } from "./rawClient.ts";

const ECHO = `require("node:net").createServer((socket) => socket.pipe(socket)).listen(7, () => console.log("here"))`;

async function echoOn(t: TestContext, host: NetworkHost): Promise<void> {
	const child = startProgram(t, ...host.command(process.execPath, ["-e", ECHO]));
	await child.until(() => (child.stdout.includes("here") ? true : undefined), "the echo");
}

test("machines are reached from here and from each other, also by the same port", { skip: namespaceSkip }, async (t) => {
	const [first, second] = await openNetwork(t, 2);
	assert.ok(first && second);
	for (const host of [first, second]) {
		await echoOn(t, host);
		const client = await connectRaw(t, 7, { host: host.address });
		await client.send("ping");
		assert.equal((await client.readBytes(4)).toString(), "ping");
	}
	await first.run(process.execPath, "-e", `require("node:net").connect(7, "${second.address}", () => process.exit(0))`);
});

test("a machine in the dark is silent, and goes on where it was when it is back", { skip: namespaceSkip }, async (t) => {
	const [host] = await openNetwork(t, 1);
	assert.ok(host);
	await echoOn(t, host);
	const client = await connectRaw(t, 7, { host: host.address });
	await host.goDark();
	await client.send("ping");
	await assert.rejects(client.ended(300), /^Error: not within/);
	assert.equal(client.received.length, 0);
	await host.comeBack();
	// The kernel sends again by itself.
	assert.equal((await client.readBytes(4, 20_000)).toString(), "ping");
});
