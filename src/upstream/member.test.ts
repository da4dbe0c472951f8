import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { type TestContext, test } from "node:test";
import { memberPlan } from "../../test/harness/plans.ts";
import { type Clock, TurnClock } from "../clock.ts";
import { HeaderList } from "../http/headers.ts";
import { Deadlines } from "../transport/deadlines.ts";
import { NodeTransport } from "../transport/node/nodeTransport.ts";
import type { UpstreamConnection } from "./http1/connection.ts";
import { UpstreamMember } from "./member.ts";
import type { UpstreamEvents } from "./stream.ts";

class TestClock implements Clock {
	time = 0;
	now(): number {
		return this.time;
	}
	wall(): number {
		return this.time;
	}
}

async function listening(t: TestContext): Promise<number> {
	const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on("error", () => undefined);
		socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	});
	const { promise, resolve } = Promise.withResolvers<void>();
	server.listen(0, "127.0.0.1", resolve);
	await promise;
	t.after(() => server.close());
	const address = server.address();
	return typeof address === "object" && address !== null ? address.port : 0;
}

/** As many as there may be. */
class Gauge {
	count = 0;
	readonly #most: number;

	constructor(most: number) {
		this.#most = most;
	}

	open(): boolean {
		if (this.count >= this.#most) return false;
		this.count++;
		return true;
	}

	close(): void {
		this.count--;
	}

	streams = 0;

	beginStream(): void {
		this.count--;
		this.streams++;
	}

	endStream(): void {
		this.streams--;
	}
}

async function opened(
	t: TestContext,
	most: number,
): Promise<{ member: UpstreamMember; gauge: Gauge; clock: TestClock; deadlines: Deadlines }> {
	const clock = new TestClock();
	const deadlines = new Deadlines(new TurnClock(clock));
	const gauge = new Gauge(most);
	const settings = { headBytes: 1000, headerFields: 10, connect: 5000, idle: 60_000, maxRequests: 100, maxIdle: 10 };
	const plan = memberPlan({ host: "127.0.0.1", port: await listening(t), tls: null });
	const member = new UpstreamMember(new NodeTransport(new TurnClock()), plan, 0, settings, deadlines, gauge);
	t.after(() => member.closeIdle());
	return { member, gauge, clock, deadlines };
}

/** One request from its connection on to the end of its response. */
async function exchange(connection: UpstreamConnection<UpstreamMember>): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const ignore = (): void => undefined;
	const attempt: UpstreamEvents = {
		onConnected() {
			connection.sendHead({ method: "GET", target: "/", version: 1, headers: HeaderList.of(["Host", "n"]) }, 0, null);
			connection.sendEnd(null, 60_000);
		},
		onResponseEnd: () => resolve(),
		onUpstreamError: reject,
		onInformational: ignore,
		onResponse: ignore,
		onResponseBody: ignore,
		onResponseFlush: ignore,
		onSwitched: ignore,
		onUpstreamDrain: ignore,
		onMemberDown: ignore,
	};
	connection.start(attempt, 5000);
	await promise;
}

function taken(member: UpstreamMember, fresh: boolean, repeatable: boolean): UpstreamConnection<UpstreamMember> {
	const connection = member.take(fresh, repeatable);
	assert.ok(connection);
	return connection;
}

test("a kept connection is used again; one that was idle for long only by what may be sent again", async (t) => {
	const { member, clock, deadlines } = await opened(t, 10);
	const first = taken(member, false, false);
	await exchange(first);
	clock.time = 900;
	deadlines.tick();
	assert.equal(taken(member, false, false), first);
	await exchange(first);
	clock.time = 1900;
	deadlines.tick();
	const second = taken(member, false, false);
	assert.notEqual(second, first);
	assert.equal(taken(member, false, true), first);
	await exchange(first);
	await exchange(second);
});

test("`fresh` is a new connection, though one is idle", async (t) => {
	const { member } = await opened(t, 10);
	const first = taken(member, false, true);
	await exchange(first);
	const second = taken(member, true, true);
	assert.notEqual(second, first);
	await exchange(second);
});

test("an event stream leaves its place to another connection, and is kept after its end only if there is room again", async (t) => {
	const { member, gauge } = await opened(t, 1);
	const first = taken(member, false, true);
	member.onStream();
	first.isStream = true;
	const second = taken(member, false, true);
	assert.deepEqual([gauge.count, gauge.streams, member.onStreamEnd()], [1, 1, false]);
	second.abort();
	assert.deepEqual([member.onStreamEnd(), gauge.count, gauge.streams], [true, 1, 0]);
	first.isStream = false;
	first.abort();
	assert.deepEqual([gauge.count, gauge.streams], [0, 0]);
});

test("there are no more connections than there may be; an idle one makes room for a new one", async (t) => {
	const { member, gauge } = await opened(t, 2);
	const [first, second] = [taken(member, false, true), taken(member, false, true)];
	assert.equal(member.take(false, true), null);
	await exchange(first);
	await exchange(second);
	assert.equal(gauge.count, 2);
	const third = taken(member, true, true);
	assert.ok(third !== first && third !== second);
	assert.equal(gauge.count, 2);
	await exchange(third);
	member.closeIdle();
	assert.equal(gauge.count, 0);
});
