import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { accepts, freePorts } from "../../test/harness/ports.ts";
import { systemClock, TurnClock } from "../clock.ts";
import { CidrSet } from "../http/cidr.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import { Deadlines } from "../transport/deadlines.ts";
import { NodeTransport } from "../transport/node/nodeTransport.ts";
import type { ExchangeStarter } from "./clientStream.ts";
import { Listener, type ListenerSettings } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import { ReadAhead } from "./readAhead.ts";

const NOBODY: ExchangeStarter = {
	begin: () => assert.fail("nobody asks"),
	refuse: () => assert.fail("nobody asks"),
};
const SETTINGS: ListenerSettings = {
	...{ headBytes: 1000, headerFields: 10, requestHead: 1000, bodyIdle: 1000, bodyMinRate: 0, keepAlive: 1000, clientWrite: 1000 },
	...{ halfClosed: 1000, responseBuffer: 0, tlsHandshake: 1000, ticketKeys: Buffer.alloc(48) },
};

const HEADS = { take: () => true, release: () => {} };

function stage(): Listeners {
	const deadlines = new Deadlines(new TurnClock());
	const gate = { open: () => null, close: () => {}, refused: () => {}, abused: () => {}, isCrowded: false };
	const none = CidrSet.of([]);
	const transport = new NodeTransport(new TurnClock());
	const readAhead = new ReadAhead({ take: () => false, release: () => {} });
	return new Listeners(
		(plan, settings) => new Listener(transport, plan, settings, NOBODY, gate, HEADS, () => none, deadlines, readAhead),
		systemClock.now,
	);
}

const planAt = (port: number): ListenerPlan => ({
	...{ name: `127.0.0.1:${port}`, host: "127.0.0.1", port, ipv6Only: false },
	...{ tls: null, redirectToHttps: false, redirectExcept: [], proxyProtocol: false, http2: false, probe: null },
});

/** A port that somebody listens on until the test ends. */
async function takenPort(t: TestContext): Promise<number> {
	const other = createServer();
	await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
	t.after(() => other.close());
	return (other.address() as AddressInfo).port;
}

test("when one cannot be opened, discarding closes those that could; what was there goes on", async (t) => {
	const listeners = stage();
	const taken = await takenPort(t);
	const [kept = 0, fresh = 0] = await freePorts(2);
	const first = listeners.prepare([planAt(kept)], SETTINGS);
	await first.open();
	await first.takeOver(0);
	const change = listeners.prepare([planAt(kept), planAt(fresh), planAt(taken)], SETTINGS);
	await assert.rejects(change.open(), { code: "EADDRINUSE" });
	assert.equal(await accepts(fresh), true);
	change.discard();
	assert.deepEqual([await accepts(fresh), await accepts(kept)], [false, true]);
	listeners.cut();
	assert.equal(await accepts(kept), false);
});

test("a change that is discarded while it opens leaves nothing open", async () => {
	const listeners = stage();
	const ports = await freePorts(2);
	const change = listeners.prepare(ports.map(planAt), SETTINGS);
	const opened = change.open();
	change.discard();
	await opened.catch(() => undefined);
	for (const port of ports) assert.equal(await accepts(port), false);
	assert.deepEqual([listeners.connections, listeners.accepting], [0, false]);
});

test("one that is removed is closed when the change is done", async () => {
	const listeners = stage();
	const [port = 0] = await freePorts(1);
	const first = listeners.prepare([planAt(port)], SETTINGS);
	await first.open();
	await first.takeOver(0);
	assert.equal(listeners.accepting, true);
	await listeners.prepare([], SETTINGS).takeOver(10_000);
	assert.deepEqual([await accepts(port), listeners.accepting], [false, false]);
});
