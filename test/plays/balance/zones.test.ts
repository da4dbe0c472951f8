/** Near nodes first, others in proportion to what is missing, standby last: what a file's states make of it, by two workers. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { responseText } from "../../harness/message.ts";
import { openStage, type Stage, serve } from "../../harness/stage.ts";
import { home, Nodes, type Tally, tally } from "./rig.ts";

const AMS = { zone: "ams" };
const FRA = { zone: "fra" };
const STANDBY = { standby: true };
const DISABLED = { state: "disabled" };

/** What the nodes a, b, c of a service say, and what they get of 100 requests. */
const CASES: readonly (readonly [title: string, nodes: readonly object[], expected: Tally, expectedTight?: Tally])[] = [
	["near nodes get all", [AMS, AMS, FRA], { a: 50, b: 50 }],
	["a node of no zone is near", [AMS, {}, FRA], { a: 50, b: 50 }],
	[
		"half of the near ones away: the rest keep 1.4 times their share",
		[AMS, { ...AMS, ...DISABLED }, FRA],
		{ a: 70, c: 30 },
		{ a: 50, c: 50 },
	],
	["a quarter away: the rest bear it", [{ ...AMS, weight: 3 }, { ...AMS, ...DISABLED }, FRA], { a: 100 }, { a: 75, c: 25 }],
	["no near node left: the others get all", [{ ...AMS, ...DISABLED }, FRA, FRA], { b: 50, c: 50 }],
	["standby gets nothing while others serve", [AMS, STANDBY, { ...AMS, ...STANDBY }], { a: 100 }],
	["a far node comes before a standby that is near", [{ ...AMS, ...DISABLED }, FRA, { ...AMS, ...STANDBY }], { b: 100 }],
	["standby gets all when no other is there", [{ ...AMS, ...DISABLED }, { ...FRA, state: "draining" }, STANDBY], { c: 100 }],
];
const FAILING = CASES.length;

async function stageOf(config: object): Promise<Stage> {
	return openStage(
		{ after },
		{
			services: CASES.length + 1,
			nodes: 3,
			node: (index, service) => (service === FAILING ? [AMS, STANDBY, STANDBY] : (CASES[service]?.[1] ?? []))[index] ?? {},
			config: { workers: 2, zone: `$\{ZONE}`, ...config },
			portico: { env: { ZONE: "ams" } },
		},
	);
}

const stage = await stageOf({});
const tight = await stageOf({ zones: { overProvisioning: 1 } });
const unzoned = await stageOf({ zone: undefined });

for (const [index, [title, , expected, expectedTight = expected]] of CASES.entries()) {
	test(title, async (t) => {
		const { path } = stage.at(index, ...new Nodes(3).scripts);
		assert.deepEqual(sorted(await tally(t, stage.port, path, 100)), expected);
	});

	test(`${title}: without over-provisioning`, async (t) => {
		const { path } = tight.at(index, ...new Nodes(3).scripts);
		assert.deepEqual(sorted(await tally(t, tight.port, path, 100)), expectedTight);
	});
}

test("without a zone of one's own all zones are the same, and standby stays standby", async (t) => {
	const { path } = unzoned.at(0, ...new Nodes(3).scripts);
	assert.deepEqual(sorted(await tally(t, unzoned.port, path, 99)), { a: 33, b: 33, c: 33 });
	const standby = unzoned.at(5, ...new Nodes(3).scripts);
	assert.deepEqual(await tally(t, unzoned.port, standby.path, 10), { a: 10 });
});

test("a request whose node breaks off is answered by a standby", async (t) => {
	const breaksOff = async (connection: { request(): Promise<unknown>; reset(): void }): Promise<void> => {
		await connection.request();
		connection.reset();
	};
	const standby = serve(responseText(200, [], "s"));
	const { path, node } = stage.at(FAILING, breaksOff, standby, standby);
	assert.equal(await home(t, stage.portico, path), "s");
	assert.equal(node.connections.length, 1);
});

function sorted(counts: Tally): Tally {
	return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
