import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientShares, NO_CLIENT, networkOf } from "./clientShares.ts";

test("a client is an IPv4 address, or a /64 network", () => {
	for (const [address, network] of [
		["192.0.2.1", "192.0.2.1"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
		["2001:db8:1:2::", "2001:db8:1:2"],
		["2001:db8::5:6", "2001:db8:0:0"],
		["::1", "0:0:0:0"],
		["::", "0:0:0:0"],
	] as const)
		assert.equal(networkOf(address), network, address);
});

test("over its share is who holds more than the clients that want slots do on average", () => {
	const shares = new ClientShares();
	const [a, b] = [shares.of("192.0.2.1", 0), shares.of("192.0.2.2", 0)];
	for (let i = 0; i < 4; i++) shares.hold(a);
	assert.equal(shares.isOver(a), false, "nobody else wants any");
	shares.enqueue(b);
	assert.deepEqual([shares.isOver(a), shares.isOver(b)], [true, false]);
	shares.dequeue(b);
	for (let i = 0; i < 4; i++) shares.hold(b);
	assert.deepEqual([shares.isOver(a), shares.isOver(b)], [false, false]);
	for (let i = 0; i < 4; i++) shares.release(b);
	assert.equal(shares.isOver(a), false);
});

test("a client with many slots leaves an eighth of a member's to others, while others have been seen", () => {
	const shares = new ClientShares();
	const many = shares.of("192.0.2.1", 0);
	for (let i = 0; i < 16; i++) shares.hold(many);
	assert.equal(shares.within(16, many), 16, "it is alone");
	const few = shares.of("192.0.2.2", 0);
	assert.deepEqual([shares.within(16, many), shares.within(7, many), shares.within(0, many)], [14, 7, 0]);
	assert.equal(shares.within(16, few), 16);
	shares.forget(59_000);
	assert.equal(shares.within(16, many), 14);
	shares.forget(70_000);
	assert.equal(shares.within(16, many), 16, "the other one is forgotten");
});

test("what other threads saw counts, unless it was the same client", () => {
	const [here, there] = [new ClientShares(), new ClientShares()];
	assert.equal(here.mark, NO_CLIENT);
	const many = here.of("192.0.2.1", 0);
	for (let i = 0; i < 16; i++) here.hold(many);
	there.of("192.0.2.1", 0);
	here.compare([NO_CLIENT, here.mark, there.mark]);
	assert.equal(here.within(16, many), 16);
	there.of("192.0.2.2", 0);
	here.compare([NO_CLIENT, here.mark, there.mark]);
	assert.equal(here.within(16, many), 14);
});

test("addresses without end take no memory without end: only clients with a request are kept", () => {
	const shares = new ClientShares();
	const held = shares.of("192.0.2.1", 0);
	shares.hold(held);
	for (let i = 0; i < 30_000; i++) shares.of(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`, 0);
	assert.equal(shares.of("192.0.2.1", 0), held);
	assert.ok(shares.size <= 10_000, String(shares.size));
});
