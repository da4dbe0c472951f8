import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientShares, NO_CLIENT, type Share, type SlotHolder } from "./clientShares.ts";

/** A holder that has its slot. */
function held(shares: ClientShares, share: Share, slowPace: number | null = null, heldAt = "a"): SlotHolder {
	const holder = { share, position: 0, heldAt, slowPace, evict: () => {} };
	shares.hold(holder);
	return holder;
}

/** That many of one client. */
function hold(shares: ClientShares, share: Share, count: number): SlotHolder[] {
	return Array.from({ length: count }, () => held(shares, share));
}

test("a client is an IPv4 address, or a /64 network", () => {
	const shares = new ClientShares();
	assert.equal(shares.of("2001:db8:1:2::1"), shares.of("2001:db8:1:2:ffff::9"));
	assert.notEqual(shares.of("2001:db8:1:2::1"), shares.of("2001:db8:1:3::1"));
	assert.notEqual(shares.of("192.0.2.1"), shares.of("192.0.2.2"));
});

test("over its share is who holds more than the clients that want slots do on average", () => {
	const shares = new ClientShares();
	const [a, b] = [shares.of("192.0.2.1"), shares.of("192.0.2.2")];
	hold(shares, a, 4);
	assert.equal(shares.isOver(a), false, "nobody else wants any");
	shares.enqueue(b);
	assert.deepEqual([shares.isOver(a), shares.isOver(b)], [true, false]);
	shares.dequeue(b);
	const ofB = hold(shares, b, 4);
	assert.deepEqual([shares.isOver(a), shares.isOver(b)], [false, false]);
	for (const holder of ofB) shares.release(holder);
	assert.equal(shares.isOver(a), false);
});

test("a client with many slots leaves an eighth of a member's to others, while others have been seen", () => {
	const shares = new ClientShares();
	const many = shares.of("192.0.2.1");
	hold(shares, many, 16);
	assert.equal(shares.within(16, many), 16, "it is alone");
	const few = shares.of("192.0.2.2");
	assert.deepEqual([shares.within(16, many), shares.within(7, many), shares.within(0, many)], [14, 7, 0]);
	assert.equal(shares.within(16, few), 16);
	shares.look(59_000, []);
	assert.equal(shares.within(16, many), 14);
	shares.look(70_000, []);
	assert.equal(shares.within(16, many), 16, "the other one is forgotten");
});

test("what other threads saw counts, unless it was the same client", () => {
	const [here, there] = [new ClientShares(), new ClientShares()];
	assert.equal(here.mark, NO_CLIENT);
	const many = here.of("192.0.2.1");
	hold(here, many, 16);
	there.of("192.0.2.1");
	here.look(0, [NO_CLIENT, here.mark, there.mark]);
	assert.equal(here.within(16, many), 16);
	there.of("192.0.2.2");
	here.look(0, [NO_CLIENT, here.mark, there.mark]);
	assert.equal(here.within(16, many), 14);
});

test("what is released twice counts once, and the others keep their places", () => {
	const shares = new ClientShares();
	const [a, b] = [shares.of("192.0.2.1"), shares.of("192.0.2.2")];
	const [first, second] = [held(shares, a), held(shares, b, 10)];
	shares.release(first);
	shares.release(first);
	assert.deepEqual([a.held, b.held], [0, 1]);
	assert.equal(shares.slowest(null, 0, null), second);
	shares.release(second);
	assert.equal(shares.slowest(null, 0, null), null);
});

test("the slowest request of the client with most slots is the one to give its slot up", () => {
	const shares = new ClientShares();
	const [a, b] = [shares.of("192.0.2.1"), shares.of("192.0.2.2")];
	assert.equal(shares.slowest(null, 0, null), null);
	const slow = held(shares, b, 10);
	hold(shares, a, 2);
	assert.equal(shares.slowest(null, 0, null), slow);
	const [slower, slowest] = [held(shares, a, 300, "b"), held(shares, a, 200)];
	assert.equal(shares.slowest(null, 0, null), slowest);
	assert.equal(shares.slowest("b", 0, null), slower);
	assert.equal(shares.slowest("c", 0, null), null);
	shares.release(slowest);
	assert.equal(shares.slowest(null, 0, null), slower);
	shares.release(slower);
	assert.equal(shares.slowest(null, 0, null), slow);
});

test("no slot is taken from a client that has no more than the one that waits, unless that is itself", () => {
	const shares = new ClientShares();
	const [greedy, other] = [shares.of("192.0.2.1"), shares.of("192.0.2.2")];
	hold(shares, greedy, 14);
	const slow = held(shares, other, 10);
	assert.equal(shares.slowest(null, greedy.held, greedy), null);
	assert.equal(shares.sawSlow, true);
	assert.equal(shares.slowest(null, 1, null), null);
	assert.equal(shares.slowest(null, 1, other), slow);
	assert.equal(shares.slowest(null, 0, null), slow);
	const own = held(shares, greedy, 500);
	assert.equal(shares.slowest(null, greedy.held, greedy), own);
	shares.release(own);
	shares.release(slow);
	assert.equal(shares.slowest(null, 0, null), null);
	assert.equal(shares.sawSlow, false);
});

test("addresses without end take no memory without end: only clients with a request are kept", () => {
	const shares = new ClientShares();
	const kept = shares.of("192.0.2.1");
	hold(shares, kept, 1);
	for (let i = 0; i < 30_000; i++) shares.of(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`);
	assert.equal(shares.of("192.0.2.1"), kept);
	assert.ok(shares.size <= 10_000, String(shares.size));
});
