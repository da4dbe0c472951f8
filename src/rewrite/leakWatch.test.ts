import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED } from "../http/message.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { LeakRules } from "./leaks.ts";
import { LeakWatch } from "./leakWatch.ts";

const PAGE = '<form action="https://localhost:9443/commonauth">';

function watching(route: Partial<RoutePlan> = {}, service: Partial<ServicePlan> = {}) {
	const plan = planOf([servicePlan({ product: "wso2-is", nodeHosts: ["localhost"], ...service })], [routePlan(route)]);
	const rules = LeakRules.build(plan);
	const waiting: (() => void)[] = [];
	/** As if it took the coding off: the bytes without their first one. */
	const watch = new LeakWatch((_coding, coded, most, onDecoded) => {
		waiting.push(() => onDecoded(coded.subarray(1, 1 + most)));
	});
	const [only] = plan.routes;
	assert.ok(only);
	/** One response; whether its body was looked at. */
	const answer = (fields: readonly (readonly [string, string])[], chunks: readonly string[] = [], shownPlain = false): boolean => {
		const head = { status: 200, reason: "OK", version: 1, headers: HeaderList.of(...fields) };
		const sample = watch.look(rules, plan, only, head, BODY_CHUNKED, shownPlain);
		for (const chunk of chunks) sample?.add(Buffer.from(chunk));
		sample?.end();
		return sample !== null;
	};
	return { watch, answer, waiting };
}

test("every head is looked at; one row for each kind and place, with the first of its kind", () => {
	const { watch, answer } = watching();
	for (const path of ["/a", "/b", "/c"]) answer([["Location", `https://localhost:9443${path}?secret`]]);
	answer([["X-Where", "http://10.0.0.7/"]]);
	const found = watch.take().map(({ where, kind, field, url, count }) => [where, kind, field, url, count]);
	assert.deepEqual(found, [
		["header", "loopback", "location", "https://localhost:9443/a", 3],
		["header", "private", "x-where", "http://10.0.0.7/", 1],
	]);
	assert.deepEqual(watch.take(), []);
});

test("of the bodies of a route the first is looked at, and one in a hundred", () => {
	const { watch, answer } = watching();
	const looked = Array.from({ length: 201 }, () => answer([["Content-Type", "text/html"]], [PAGE]));
	assert.deepEqual(
		looked.flatMap((is, index) => (is ? [index] : [])),
		[0, 100, 200],
	);
	assert.deepEqual(
		watch.take().map(({ where, field, count }) => [where, field, count]),
		[["body", null, 3]],
	);
});

test("a body that never came, as after HEAD, does not count as looked at", () => {
	const { answer } = watching();
	assert.deepEqual(
		[
			answer([["Content-Type", "text/html"]]),
			answer([["Content-Type", "text/html"]], [PAGE]),
			answer([["Content-Type", "text/html"]], [PAGE]),
		],
		[true, true, false],
	);
});

test("a leak is found across chunks, up to 64 KiB from the beginning", () => {
	const html = [["Content-Type", "text/html; charset=UTF-8"]] as const;
	const count = (chunks: readonly string[]): number => {
		const { watch, answer } = watching();
		answer(html, chunks);
		return watch.take().length;
	};
	assert.equal(count([...PAGE]), 1);
	assert.equal(count([" ".repeat(60_000), PAGE]), 1);
	assert.equal(count([" ".repeat(65_536), PAGE]), 0);
	assert.equal(count([" ".repeat(70_000) + PAGE]), 0);
	assert.equal(count([" ".repeat(60_000), " ".repeat(10_000) + PAGE]), 0);
});

test("only text is looked at, in a coding that is known, of the routes that say so", () => {
	for (const type of [
		"text/html",
		"TEXT/CSS",
		"application/json",
		"application/scim+json; charset=utf-8",
		"application/samlmetadata+xml",
		"application/javascript",
	])
		assert.equal(
			watching().answer([
				["Content-Type", type],
				["Content-Encoding", "identity"],
			]),
			true,
			type,
		);
	for (const fields of [
		[],
		[["Content-Type", "image/png"]],
		[["Content-Type", "text/event-stream"]],
		[["Content-Type", "application/octet-stream"]],
		[
			["Content-Type", "text/html"],
			["Content-Encoding", "gzip, br"],
		],
	] as [string, string][][])
		assert.equal(watching().answer(fields), false, JSON.stringify(fields));
	const compressed = [
		["Content-Type", "text/html"],
		["Content-Encoding", "gzip"],
	] as const;
	assert.equal(watching().answer(compressed, [], true), true, "a body that Portico itself puts into a coding");
	assert.equal(watching().answer([["Content-Type", "image/png"]], [], true), false);
	assert.equal(watching({ sampleBodies: false }).answer([["Content-Type", "text/html"]]), false);
});

test("a body in a coding is decoded after it has left, one at a time, and no more than wait", () => {
	const { watch, answer, waiting } = watching();
	const coded = [
		["Content-Type", "text/html"],
		["Content-Encoding", "x-gzip"],
	] as const;
	const ask = (): boolean => answer(coded, ["x", PAGE, " ".repeat(70_000), PAGE]);
	assert.equal(ask(), true);
	assert.deepEqual([waiting.length, watch.take().length], [1, 0]);
	// Those in between are not sampled.
	for (let turn = 1; turn < 30 * 100; turn++) ask();
	assert.equal(waiting.length, 1, "the others wait until it is done");
	let decoded = 0;
	for (let next = waiting.shift(); next !== undefined; next = waiting.shift(), decoded++) next();
	assert.equal(decoded, 16);
	assert.deepEqual(
		watch.take().map(({ where, count }) => [where, count]),
		[["body", 16]],
	);
	for (let turn = 0; turn < 100; turn++) ask();
	assert.equal(waiting.length, 1);
});

test("one that Portico itself puts into a coding is seen before that", () => {
	const { watch, answer, waiting } = watching();
	answer(
		[
			["Content-Type", "text/html"],
			["Content-Encoding", "gzip"],
		],
		[PAGE],
		true,
	);
	assert.deepEqual([waiting.length, watch.take().length], [0, 1]);
});
