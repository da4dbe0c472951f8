import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log } from "../log/log.ts";
import type { LeakCount } from "../rewrite/leakWatch.ts";
import { LeakLedger } from "./leakLedger.ts";

const leak = (route: string, count: number, rest: Partial<LeakCount> = {}): LeakCount => ({
	...{ route, service: "is", product: "wso2-is", where: "header", kind: "loopback", field: "location" },
	...{ url: "https://localhost:9443/x", host: "localhost", isRewritten: false, publicPort: 443, count },
	...rest,
});

function ledger() {
	const logged: string[] = [];
	const note = (event: string, fields: object = {}): void => void logged.push(`${event} ${String((fields as { route?: string }).route)}`);
	const log: Log = { debug: note, info: note, warn: note, error: note };
	const made = new LeakLedger();
	let now = 0;
	return { made, logged, add: (...found: LeakCount[]) => made.add(found, log, ++now) };
}

test("what workers tell adds up by route, kind and place; each is logged once; the most frequent is first", () => {
	const { made, logged, add } = ledger();
	add(leak("is:/a", 1), leak("is:/b", 2));
	add(leak("is:/b", 3), leak("is:/b", 1, { where: "body", field: null }));
	assert.deepEqual(
		made.rows.map(({ route, where, count }) => [route, where, count]),
		[
			["is:/b", "header", 5],
			["is:/a", "header", 1],
			["is:/b", "body", 1],
		],
	);
	assert.deepEqual(logged, ["leak_found is:/a", "leak_found is:/b", "leak_found is:/b"]);
});

test("a row tells when it was first and last told of", () => {
	const { made, add } = ledger();
	add(leak("is:/a", 1));
	add(leak("is:/a", 1), leak("is:/b", 1));
	add(leak("is:/b", 1));
	assert.deepEqual(
		made.rows.map(({ route, firstAt, lastAt }) => [route, firstAt, lastAt]),
		[
			["is:/a", 1, 2],
			["is:/b", 2, 3],
		],
	);
});

test("a reload takes the rows of routes that it removes, so that reloads do not make it grow", () => {
	const { made, add } = ledger();
	for (let round = 0; round < 1000; round++) {
		add(leak(`is:/${round}`, 1), leak("is:/stays", 1));
		made.keep([{ id: `is:/${round + 1}` }, { id: "is:/stays" }]);
	}
	assert.deepEqual(
		made.rows.map(({ route, count }) => [route, count]),
		[["is:/stays", 1000]],
	);
});
