import assert from "node:assert/strict";
import { test } from "node:test";
import { keyHash } from "../balance/hash.ts";
import { SessionCounts } from "./sessionCounts.ts";
import { createMemory, openMemory } from "./sharedMemory.ts";

const WALL = 1_750_000_000_000;

test("sessions and logins of a member, as of half a second ago at most", () => {
	const tables = openMemory(createMemory());
	let now = 1000;
	const counts = new SessionCounts(tables, { now: () => now, wall: () => WALL + now });
	const second = WALL / 1000;
	assert.deepEqual(counts.of("is-1/servlet"), { sessions: 0, flows: 0 });
	const put = (table: "sessions" | "flows" | "learned", id: number, member: string): void =>
		tables[table].put({ a: id, b: id }, keyHash(member), second, second + 60);
	put("sessions", 1, "is-1/servlet");
	put("sessions", 2, "is-1/servlet");
	put("sessions", 3, "is-2/servlet");
	put("flows", 1, "is-1/servlet");
	put("learned", 1, "is-1/servlet");
	now += 499;
	assert.deepEqual(counts.of("is-1/servlet"), { sessions: 0, flows: 0 });
	now += 1;
	assert.deepEqual(counts.of("is-1/servlet"), { sessions: 2, flows: 1 });
	assert.deepEqual(counts.of("is-2/servlet"), { sessions: 1, flows: 0 });
	assert.equal(counts.age, 500);
	now += 60_000;
	assert.deepEqual(counts.of("is-1/servlet"), { sessions: 0, flows: 0 });
});
