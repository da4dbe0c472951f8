/** Two real Tomcat nodes that share their sessions: one dies, comes back, and both close connections all the time. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { eventually } from "../../harness/stage.ts";
import { openTomcatStage, type TomcatStage, Visitor } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
/** Requests on a connection, then the nodes close it. */
const KEEP_ALIVE_REQUESTS = 5;
const VISITORS = 4;
const stage = skip === false ? await openTomcatStage({ after }, { maxKeepAliveRequests: KEEP_ALIVE_REQUESTS }) : null;

type Visit = Awaited<ReturnType<Visitor["count"]>>;

/** Visits that count, one after the other, until told to stop. Any answer but 200 ends it with an Error. */
async function visitUntil(visitor: Visitor, isOver: () => boolean, seen: Visit[]): Promise<void> {
	while (!isOver()) seen.push(await visitor.count());
}

/** Everyone goes on visiting while `happens` takes place; what each one saw. */
async function everyoneWhile(
	stage: TomcatStage,
	visitors: readonly Visitor[],
	happens: (visits: Visit[][]) => Promise<void>,
): Promise<Visit[][]> {
	let over = false;
	const visits: Visit[][] = visitors.map(() => []);
	const loops = visitors.map((visitor, index) => visitUntil(visitor, () => over, visits[index] ?? []));
	const all = Promise.all(loops);
	try {
		await Promise.race([happens(visits), all]);
	} finally {
		over = true;
	}
	await all;
	assert.equal(stage.portico.child.exit, null);
	return visits;
}

/** Waits until everyone has made so many more visits. */
async function moreVisits(visits: readonly Visit[][], count: number): Promise<void> {
	const goals = visits.map(({ length }) => length + count);
	const isMade = () => visits.every(({ length }, index) => length >= (goals[index] ?? 0));
	await eventually(isMade, () => `${count} more visits of everyone`, 20_000);
}

/** One session, and its count goes up with every visit; by two where an answer was lost with its node. */
function assertOneSession(visits: readonly Visit[]): void {
	const ids = new Set(visits.map(({ session }) => session.split(".")[0]));
	assert.equal(ids.size, 1);
	for (const [index, { count }] of visits.entries()) {
		const before = visits[index - 1]?.count ?? count - 1;
		assert.ok(count > before && count <= before + 2, `${before}, then ${count}`);
	}
}

test("nodes that close every few requests lose none", { skip }, async (t) => {
	if (stage === null) return;
	const visitors = Array.from({ length: VISITORS }, () => new Visitor(stage, t));
	const visits = await everyoneWhile(stage, visitors, (visits) => moreVisits(visits, 15 * KEEP_ALIVE_REQUESTS));
	for (const one of visits) {
		assertOneSession(one);
		assert.equal(one.at(-1)?.count, one.length);
	}
	assert.deepEqual([...new Set(visits.flat().map(({ node }) => node))].sort(), ["n1", "n2"]);
});

test("a node that is killed takes no request and no session with it, and gets visitors again when it is back", { skip }, async (t) => {
	if (stage === null) return;
	const [first] = stage.pair.nodes;
	const visitors = Array.from({ length: VISITORS }, () => new Visitor(stage, t));
	const visits = await everyoneWhile(stage, visitors, async (visits) => {
		await moreVisits(visits, 20);
		await first.kill();
		await moreVisits(visits, 30);
	});
	for (const one of visits) assertOneSession(one);
	assert.ok(visits.flat().some(({ node }) => node === "n1"));
	assert.deepEqual([...new Set(visits.map((one) => one.at(-1)?.node))], ["n2"]);

	await first.start();
	const later = Date.now() + 10_000;
	let node = "";
	while (node !== "n1" && Date.now() < later) ({ node } = await new Visitor(stage, t).count());
	assert.equal(node, "n1");
});
