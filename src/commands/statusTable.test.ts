import assert from "node:assert/strict";
import { test } from "node:test";
import type { DrainReport, MemberReport, StatusReport } from "../admin/model.ts";
import { progressText, statusTable } from "./statusTable.ts";

const member: MemberReport = {
	name: "is-1/servlet",
	node: "is-1",
	pool: "is/servlet",
	address: "10.0.0.11:9443",
	health: "up",
	healthSince: null,
	cause: null,
	evidence: null,
	selfDraining: false,
	adminState: "enabled",
	standby: false,
	eligible: true,
	weight: 1,
	inFlight: 3,
	attempts: 10,
	latencyMs: 12.3,
	sessions: 0,
	flows: 0,
	drain: null,
};
const drain: DrainReport = {
	mode: "soft",
	since: "2026-01-31T12:00:00.000Z",
	deadline: "2026-01-31T12:10:00.000Z",
	overdue: false,
	empty: false,
	quietMs: 300_000,
	quietForMs: 65_000,
	inFlight: 3,
	sessions: 0,
	flows: 0,
	counted: false,
};

function statusOf(...members: MemberReport[]): StatusReport {
	return {
		time: "2026-01-31T12:05:30.000Z",
		public: "https://sso.example.com",
		ready: true,
		draining: false,
		maintenance: false,
		memory: { level: "normal", used: 100, limit: 1000, live: 50 },
		workers: { configured: 2, listening: 2, deaths: 0 },
		connections: 1,
		leaks: [],
		services: [
			{
				name: "is",
				product: "wso2-is",
				maintenance: false,
				pools: [{ name: "is/servlet", kind: "servlet", policy: "roundRobin", members: 2, eligible: 1, waiting: 0 }],
				nodes: [{ name: "is-1", service: "is", zone: "ams", roles: ["all"], adminState: "mixed", drain: null, members }],
			},
		],
	};
}

test("the status is an aligned table with states in words", () => {
	const second: MemberReport = {
		...member,
		name: "is-2/servlet",
		adminState: "draining",
		inFlight: 120,
		sessions: 1042,
		latencyMs: null,
		weight: 1000,
		drain,
	};
	assert.equal(
		statusTable(statusOf(member, second), false),
		[
			"https://sso.example.com  ready  2 workers  1 connection  12:05:30 UTC",
			"",
			"is (wso2-is), eligible: servlet 1 of 2",
			"MEMBER        ADDRESS         ZONE  HEALTH  STATE                        WEIGHT  IN FLIGHT  SESSIONS  LATENCY",
			"is-1/servlet  10.0.0.11:9443  ams   up      enabled                           1          3              12 ms",
			"is-2/servlet  10.0.0.11:9443  ams   up      draining, soft, 4m 30s left    1000        120      1042        -",
			"",
		].join("\n"),
	);
});

test("requests that wait for a member are told beside their pool", () => {
	const status = statusOf(member);
	const [service] = status.services;
	assert.ok(service?.pools[0]);
	service.pools[0].waiting = 12;
	assert.match(statusTable(status, false), /servlet 1 of 2, 12 requests waiting$/m);
	service.pools[0].waiting = 1;
	assert.match(statusTable(status, false), /servlet 1 of 2, 1 request waiting$/m);
});

test("evidence stands behind, and what is empty, late or drains itself is told", () => {
	const table = statusTable(
		statusOf(
			{ ...member, health: "down", evidence: "3 checks in a row: refused" },
			{ ...member, adminState: "draining", drain: { ...drain, empty: true } },
			{ ...member, adminState: "draining", drain: { ...drain, overdue: true, mode: "hard" } },
			{ ...member, selfDraining: true },
			{ ...member, standby: true },
		),
		false,
	);
	assert.match(table, /EVIDENCE$/m);
	assert.match(table, / down .* 3 checks in a row: refused$/m);
	assert.match(table, /draining, empty/);
	assert.match(table, /draining, deadline passed/);
	assert.match(table, /draining \(by its health checks\)/);
	assert.match(table, /enabled, standby/);
});

test("internal addresses in responses follow, with their fix; no more than one can read", () => {
	const leak = {
		service: "is",
		where: "header",
		kind: "loopback",
		field: "location",
		url: "https://localhost:9443/x",
		firstAt: "2026-01-01T00:00:00.000Z",
		lastAt: "2026-01-01T00:00:00.000Z",
		fix: "`aliases`",
	} as const;
	const leaks = Array.from({ length: 12 }, (_, index) => ({ ...leak, route: `is:/x${index}`, count: 12 - index }));
	const lines = statusTable({ ...statusOf(member), leaks }, false).split("\n");
	const at = lines.indexOf("Internal addresses in responses to clients:");
	assert.deepEqual(lines.slice(at + 1, at + 3), ["is:/x0  location: https://localhost:9443/x  12 responses", "  fix: `aliases`"]);
	assert.deepEqual(lines.slice(-2), ["and 2 more: see --json", ""]);
	assert.ok(!statusTable(statusOf(member), false).includes("Internal"));
});

test("colours change nothing but colours", () => {
	const plain = statusTable(statusOf(member, { ...member, health: "down" }), false);
	const coloured = statusTable(statusOf(member, { ...member, health: "down" }), true);
	assert.ok(!plain.includes("\x1b"));
	assert.match(coloured, /\x1b\[31mdown/);
	assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, "").replaceAll(/ +$/gm, ""), plain);
});

test("what is left of a drain is counted as far as it is known", () => {
	assert.equal(
		progressText(drain),
		"3 requests in flight, 0 sessions with affinity, 0 logins in progress; no request for 1m 5s (empty after 5m, because older sessions may exist)",
	);
	assert.equal(
		progressText({ ...drain, sessions: 12, flows: 1, counted: true }),
		"3 requests in flight, 12 sessions with affinity, 1 login in progress",
	);
	assert.equal(progressText({ ...drain, mode: "hard" }), "3 requests in flight");
});
