/** One short act of each kind that the bench plays, over small nodes in place of the Tomcats: it works, and its page has all it needs. */
// alone: it measures what clients get within fractions of a second
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../test/harness/folder.ts";
import { peer } from "../../test/harness/peers.ts";
import { CLI } from "../../test/harness/portico.ts";
import { missingCommand } from "../peers/versions.ts";
import { makeCertificate } from "../scene.ts";
import type { ActName, Pace } from "./act.ts";
import { startNodeOrigin } from "./origin/nodeOrigin.ts";
import { failoverPage } from "./page.ts";
import { PLAIN_ACTS, plainStay } from "./plain/act.ts";
import { plainNodes } from "./plain/nodes.ts";
import { PLAIN_PROXIES, plainPorticoFrom } from "./plain/proxies.ts";
import { haproxyRetrying } from "./proxies/haproxy.ts";
import { portico, startPortico } from "./proxies/portico.ts";
import type { Proxy } from "./proxies/proxy.ts";
import { stay } from "./stay.ts";

/** Short, but patient with a busy machine. */
const PACE: Pace = { steady: 500, blow: { kill: 1000, freeze: 1000, term: 1000 }, spread: 30_000, after: 200 };
const current: Proxy = { ...portico, missing: () => null, start: (site) => startPortico(site, CLI) };

const NO_PLAIN = { plainProxies: [], plainStays: [] };

const linux = process.platform === "linux" ? false : "it needs Linux";
const cases: readonly (readonly [Proxy, ActName, string | false])[] = [
	[current, "kill", linux],
	[haproxyRetrying, "freeze", linux === false ? peer("haproxy").skip : linux],
];

for (const [proxy, act, skip] of cases) {
	test(`${proxy.name} is measured while a node is hit (${act}) and comes back`, { skip }, async (t) => {
		const origin = await startNodeOrigin(t);
		const folder = temporaryFolder(t);
		const found = await stay(proxy, act, origin, `${folder}/stay`, PACE);
		assert.equal(found.broken, null);
		assert.ok(found.result !== null);
		const { steady, blow, recovery, spread, hit } = found.result;
		assert.ok(hit > 0);
		for (const part of [steady, blow, recovery]) assert.ok(part.sent > 0);
		assert.ok(Number.isFinite(spread));

		const about = {
			absent: [],
			origin: origin.description,
			pace: PACE,
			rounds: 1,
			machine: [],
			warnings: [],
			date: "2026-01-01",
			...NO_PLAIN,
		};
		const page = failoverPage({ ...about, proxies: [proxy], stays: [found], command: "npm run bench:failover" });
		const rows = page.split("\n").filter((line) => line.startsWith(`| ${proxy.name} |`));
		assert.equal(rows.length, 2);
		for (const row of rows) assert.doesNotMatch(row, /NaN|undefined|not measured/);
	});
}

for (const act of PLAIN_ACTS) {
	const skip = linux === false ? (missingCommand("wrk") ?? false) : linux;
	test(`Portico fails no GET without a session (${act}), and the page tells it`, { skip }, async (t) => {
		const proxies = PLAIN_PROXIES.filter(({ name }) => name === "portico").map((proxy) => plainPorticoFrom(proxy, CLI));
		const [proxy] = proxies;
		assert.ok(proxy !== undefined);
		const folder = temporaryFolder(t);
		const stay = await plainStay(proxy, act, await plainNodes(t), makeCertificate(folder), `${folder}/stay`, {
			page: 20,
			connections: 16,
			seconds: 2,
		});
		assert.equal(stay.broken, null);
		assert.ok(stay.kills > 0);
		assert.ok(stay.figures !== null && stay.figures.sent > 0);
		assert.equal(stay.figures.failed, 0);
		const about = { absent: [], origin: null, pace: PACE, rounds: 1, machine: [], warnings: [], date: "2026-01-01" };
		const page = failoverPage({
			...about,
			proxies: [],
			stays: [],
			plainProxies: proxies,
			plainStays: [stay],
			command: "npm run bench:failover",
		});
		const [row = ""] = page.split("\n").filter((line) => line.startsWith("| portico |"));
		assert.match(row, /\| 0, 0, 0, 0 \| 0 \|/);
		assert.doesNotMatch(row, /NaN|undefined/);
	});
}

test("a proxy that does not start is told on the page, and no figures of it", { skip: linux }, async (t) => {
	const origin = await startNodeOrigin(t);
	const proxy: Proxy = {
		...portico,
		start: () => {
			throw new Error("no such program");
		},
	};
	const found = await stay(proxy, "kill", origin, `${temporaryFolder(t)}/stay`, PACE);
	assert.equal(found.result, null);
	const about = {
		absent: [],
		origin: origin.description,
		pace: PACE,
		rounds: 1,
		machine: [],
		warnings: [],
		date: "2026-01-01",
		...NO_PLAIN,
	};
	const page = failoverPage({ ...about, proxies: [proxy], stays: [found], command: "npm run bench:failover" });
	assert.match(page, /^\| portico \| not measured/m);
	assert.match(page, /`portico`, kill: ended early: no such program/);
});
