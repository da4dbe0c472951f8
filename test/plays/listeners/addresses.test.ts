/** Where listeners listen, and what happens when they cannot. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { stringify } from "yaml";
import { temporaryFolder } from "../../harness/folder.ts";
import { get } from "../../harness/message.ts";
import { runPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "./echo.ts";

test("several listeners serve the same, IPv4 and IPv6, each on a port of its own", async (t) => {
	const addresses = ["127.0.0.1:0", "[::1]:0", "127.0.0.2:0"];
	const stage = await openStage(t, { services: 1, config: { listeners: addresses.map((address) => ({ address })), workers: 2 } });
	const { path } = stage.service(echo);
	const hosts = ["127.0.0.1", "::1", "127.0.0.2"];
	assert.equal(new Set(stage.portico.ports).size, hosts.length);
	for (const [index, host] of hosts.entries()) {
		const response = await exchange(t, stage.portico.ports[index] ?? 0, get(path), { host });
		assert.equal(seen(response).headers["x-forwarded-for"], host === "::1" ? "::1" : "127.0.0.1");
	}
});

test("a listener on [::] serves IPv4 too, and a client's address is shown as IPv4", async (t) => {
	const stage = await openStage(t, { services: 1, config: { listeners: [{ address: "[::]:0" }] } });
	const { path } = stage.service(echo);
	assert.equal(seen(await exchange(t, stage.port, get(path))).headers["x-forwarded-for"], "127.0.0.1");
	assert.equal(seen(await exchange(t, stage.port, get(path), { host: "::1" })).headers["x-forwarded-for"], "::1");
});

/** Runs it with a listener on this address, which is expected to end it. */
async function failingStart(t: TestContext, address: string) {
	const config = {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }, { address }],
		services: { app: { product: "http", routes: [{ path: "/" }], nodes: [{ name: "n-1", url: "http://127.0.0.1:9" }] } },
		accessLog: [],
		workers: 2,
	};
	const folder = temporaryFolder(t, { "portico.yaml": stringify(config) });
	return runPortico(t, ["run", "-c", "portico.yaml"], { cwd: folder });
}

function assertPlainMessage(result: { code: number | null; stdout: string; stderr: string }, message: string): void {
	assert.equal(result.code, 1);
	assert.equal(result.stderr, `${message}\n`);
	assert.equal(result.stdout, "");
}

test("a port in use ends the start with exit code 1 and one line that says so", async (t) => {
	const holder = createServer();
	await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
	t.after(() => void holder.close());
	const address = holder.address();
	assert.ok(typeof address === "object" && address !== null);
	const name = `127.0.0.1:${address.port}`;
	const result = await failingStart(t, name);
	assertPlainMessage(result, `cannot listen on ${name}: the port is in use; stop the other program or choose another port`);
});

test("a second Portico on the same port does not share it", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const name = `127.0.0.1:${stage.port}`;
	const result = await failingStart(t, name);
	assertPlainMessage(result, `cannot listen on ${name}: the port is in use; stop the other program or choose another port`);
});

test("an address that the machine does not have ends the start with a message", async (t) => {
	const result = await failingStart(t, "192.0.2.1:18080");
	assertPlainMessage(result, "cannot listen on 192.0.2.1:18080: this machine does not have that address");
});

test("an access log that cannot be opened ends the start with a message", async (t) => {
	const config = {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { app: { product: "http", routes: [{ path: "/" }], nodes: [{ name: "n-1", url: "http://127.0.0.1:9" }] } },
		accessLog: { path: "portico.yaml/access.log" },
	};
	const folder = temporaryFolder(t, { "portico.yaml": stringify(config) });
	const result = await runPortico(t, ["run", "-c", "portico.yaml"], { cwd: folder });
	assert.equal(result.code, 1);
	assert.match(result.stderr, /^cannot open the access log .*portico\.yaml\/access\.log: /m);
	assert.doesNotMatch(result.stderr, /\n\s+at /);
});
