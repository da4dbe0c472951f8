import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientShares } from "./clientShares.ts";
import { Placement, type PlacementRequest } from "./placement.ts";
import type { Pool } from "./pool.ts";

test("a request whose body came for longer than its client was remembered counts for that client", () => {
	const shares = new ClientShares();
	const plan = { overload: { queueTimeout: 1 } };
	const pool = { shares, plan, assign: () => "full", evict: () => false, join: () => true } as unknown as Pool;
	const route = { plan: { retry: { methods: [] }, affinity: null, priority: 1 } };
	const request = { method: "POST", clientAddress: "192.0.2.1" };
	const routed = { route, request, claim: null, key: 0, hashed: false } as unknown as PlacementRequest;
	const owner = { onAssigned: () => {}, onUnplaced: () => {}, slowPace: null };
	const early = new Placement(pool, routed, owner);
	shares.look(70_000, []);
	const late = new Placement(pool, routed, owner);
	late.seek();
	early.seek();
	assert.equal(early.share, late.share);
	assert.equal(shares.size, 1);
});
