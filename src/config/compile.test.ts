/**
 * Every configuration in golden/ stands beside the plan that it gives: NAME.yaml beside NAME.plan.json. Some
 * have NAME.requests.txt, too: requests, and where each goes by that plan. load.test.ts has the refused ones.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import type { Plan } from "../plan/plan.ts";
import { findAmbiguity } from "../route/router.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { answered, changes, planText } from "./golden.fixture.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const GOLDEN = "src/config/golden";
const files = readdirSync(GOLDEN);
const names = files.filter((file) => file.endsWith(".yaml")).map((file) => file.slice(0, -".yaml".length));

/** UPDATE_GOLDEN=1 writes the plans and answers anew; read the difference before you keep it. */
const update = process.env.UPDATE_GOLDEN === "1";

/** Certificates are made anew for each run, and lie in a folder of a new name. */
const KEY_FILES = new Map(["sso.pem", "sso.key", "ca.pem"].map((name) => [readFileSync(`${tls.directory}/${name}`, "utf8"), name]));
const rename = (text: string): string => KEY_FILES.get(text) ?? text.replace(tls.directory, "HERE");

const yamlOf = (name: string): string => readFileSync(`${GOLDEN}/${name}.yaml`, "utf8");

async function planOf(name: string): Promise<Plan> {
	const loaded = await loadText(`${tls.directory}/portico.yaml`, yamlOf(name), {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.plan;
}

/** The plan without what differs between machines: without a number in the file, each core has a worker. */
function steady(name: string, plan: Plan): Omit<Plan, "workers"> & { readonly workers: number | "auto" } {
	if (/^workers: *\d/m.test(yamlOf(name))) return plan;
	assert.equal(plan.workers, availableParallelism());
	return { ...plan, workers: "auto" };
}

function compare(file: string, text: string): void {
	if (update) writeFileSync(`${GOLDEN}/${file}`, text);
	const recorded = readFileSync(`${GOLDEN}/${file}`, "utf8");
	if (text !== recorded) assert.fail(`${GOLDEN}/${file} says otherwise (UPDATE_GOLDEN=1 writes it anew)\n${changes(recorded, text)}`);
}

for (const name of names) {
	test(`the plan of ${name}`, async () => {
		const plan = await planOf(name);
		assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan, "JSON must be able to hold the plan");
		compare(`${name}.plan.json`, planText(steady(name, plan), rename));
	});
}

for (const name of names.filter((each) => existsSync(`${GOLDEN}/${each}.requests.txt`))) {
	test(`the requests of ${name}`, async () => {
		const file = `${name}.requests.txt`;
		compare(file, answered(await planOf(name), readFileSync(`${GOLDEN}/${file}`, "utf8")));
	});
}

test("every route of a plan is unambiguous, has an id of its own and a pool unless it is blocked", async () => {
	for (const name of names) {
		const { routes, pools, services } = await planOf(name);
		assert.equal(findAmbiguity(routes, services), null, name);
		assert.equal(new Set(routes.map(({ id }) => id)).size, routes.length, name);
		// Where nodes have roles, a role may be missing.
		const isServed = (pool: number): boolean => pools[pool] !== undefined || (pool === -1 && name === "roles");
		for (const { id, access, pool } of routes) assert.ok(access === "blocked" ? pool === -1 : isServed(pool), `${name}: ${id}`);
	}
});

test("every golden file belongs to a configuration, which begins with what it shows", () => {
	const known = new Set(names.flatMap((name) => [`${name}.yaml`, `${name}.plan.json`, `${name}.requests.txt`]));
	assert.deepEqual(
		files.filter((file) => !known.has(file)),
		[],
	);
	for (const name of names) assert.match(yamlOf(name), /^# [A-Z`]/, name);
});
