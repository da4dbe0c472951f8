import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "../../../test/harness/plans.ts";
import type { AdminPlan } from "../../plan/admin.ts";
import type { ListenerPlan } from "../../plan/listener.ts";
import type { Plan } from "../../plan/plan.ts";
import { nextPlan, type RunningPlan } from "./nextPlan.ts";

const OWN = { id: "process", secret: "made at random" };
const CONFIGURED = { id: "a", secret: "from the file" };

const listener = (host: string, port: number, fields: Partial<ListenerPlan> = {}): ListenerPlan => ({
	name: `${host}:${port}`,
	...{
		host,
		port,
		ipv6Only: false,
		tls: null,
		redirectToHttps: false,
		redirectExcept: [],
		proxyProtocol: false,
		http2: false,
		probe: null,
	},
	...fields,
});
const planWith = (fields: Partial<Plan>): Plan => ({ ...planOf([]), ...fields });
const admin = (fields: Partial<AdminPlan> = {}): AdminPlan => ({
	...{ name: "127.0.0.1:9990", host: "127.0.0.1", port: 9990, hosts: [], tokens: [], openProbes: false },
	...fields,
});

/** Runs as it stands in the file, apart from these. */
const running = (file: Partial<Plan>, real: Partial<Plan> = {}): RunningPlan => ({
	file: planWith(file),
	plan: planWith({ ...file, affinityKeys: [OWN], ...real }),
});
const next = (before: RunningPlan, file: Partial<Plan>) => nextPlan(before, planWith(file), OWN);

test("a listener with the same address keeps its socket, whatever else changes; others are added", () => {
	const before = running({ listeners: [listener("0.0.0.0", 443), listener("0.0.0.0", 80)] });
	const { plan, added } = next(before, {
		listeners: [listener("0.0.0.0", 80, { redirectToHttps: true }), listener("0.0.0.0", 8443)],
	});
	assert.deepEqual(
		plan.listeners.map(({ port, redirectToHttps }) => [port, redirectToHttps]),
		[
			[80, true],
			[8443, false],
		],
	);
	assert.deepEqual(
		added.map(({ port }) => port),
		[8443],
	);
});

test("port 0 stays the port that it was given, one for each", () => {
	const file = { listeners: [listener("127.0.0.1", 0), listener("127.0.0.1", 0)] };
	const before = running(file, { listeners: [listener("127.0.0.1", 40001), listener("127.0.0.1", 40002)] });
	const three = { listeners: [...file.listeners, listener("127.0.0.1", 0)] };
	const { plan, added } = next(before, three);
	assert.deepEqual(
		plan.listeners.map(({ port }) => port),
		[40001, 40002, 0],
	);
	assert.equal(added.length, 1);
	// The file that was read last counts, and its listeners stand beside the real ones.
	const again = next(
		{ file: planWith(three), plan: { ...plan, listeners: plan.listeners.map((each) => ({ ...each, port: each.port || 40003 })) } },
		three,
	);
	assert.deepEqual(
		again.plan.listeners.map(({ port }) => port),
		[40001, 40002, 40003],
	);
	assert.deepEqual(again.added, []);
});

test("an address that is bound in another way needs another socket", () => {
	const before = running({ listeners: [listener("::", 443)] });
	assert.equal(next(before, { listeners: [listener("::", 443, { ipv6Only: true })] }).added.length, 1);
});

test("the number of workers stays, and the admin server's address; both are told", () => {
	const before = running({ workers: 2, admin: admin() });
	const { plan, restart } = next(before, { workers: 4, admin: admin({ name: "127.0.0.1:9991", port: 9991 }) });
	assert.deepEqual([plan.workers, plan.admin?.port], [2, 9990]);
	assert.deepEqual(restart, ["admin: 127.0.0.1:9990 → 127.0.0.1:9991", "workers: 2 → 4"]);
	assert.deepEqual(next(before, { workers: 2, admin: null }).restart, ["admin: 127.0.0.1:9990 → none"]);
	assert.deepEqual(next(running({ workers: 2 }), { workers: 2, admin: admin() }).restart, ["admin: none → 127.0.0.1:9990"]);
	assert.deepEqual(next(before, { workers: 2, admin: admin() }).restart, []);
});

test("what needs a restart is told again by the next reload, until it is taken back", () => {
	const before = running({ workers: 2, admin: admin() });
	const first = next(before, { workers: 4, admin: null });
	assert.equal(next(first, { workers: 4, admin: null }).restart.length, 2);
	assert.deepEqual(next(first, { workers: 2, admin: null }).restart, ["admin: 127.0.0.1:9990 → none"]);
	assert.deepEqual(next(first, { workers: 2, admin: admin() }).restart, []);
});

test("names and tokens of the admin server follow, with its real port", () => {
	const name = "127.0.0.1:0";
	const before = running({ admin: admin({ name, port: 0 }) }, { admin: admin({ name, port: 40009 }) });
	const tokens = [{ id: "ops", secret: "x".repeat(32) }];
	const wanted = admin({ name, port: 0, hosts: ["lb"], tokens });
	assert.deepEqual(next(before, { admin: wanted }).plan.admin, { ...wanted, port: 40009 });
});

test("without a configured key the one of the process stays; its cookies are read on when there is one", () => {
	const before = running({});
	assert.deepEqual(next(before, {}).plan.affinityKeys, [OWN]);
	const configured = next(before, { affinityKeys: [CONFIGURED] });
	assert.deepEqual(configured.plan.affinityKeys, [CONFIGURED, OWN]);
	assert.deepEqual(next(configured, { affinityKeys: [CONFIGURED] }).plan.affinityKeys, [CONFIGURED, OWN]);
	assert.deepEqual(next(configured, {}).plan.affinityKeys, [OWN]);
});

test("a key that nothing was sealed with is not added, nor one whose id the file uses", () => {
	assert.deepEqual(next(running({}, { affinityKeys: [CONFIGURED] }), { affinityKeys: [CONFIGURED] }).plan.affinityKeys, [CONFIGURED]);
	const same = { id: "process", secret: "of the file" };
	assert.deepEqual(next(running({}), { affinityKeys: [same] }).plan.affinityKeys, [same]);
});
