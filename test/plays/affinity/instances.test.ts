/** Affinity between workers, between instances and over changes of the configuration. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newCookie, SECRET, startFront, startNodes, visit } from "./rig.ts";

const nodes = await startNodes({ after }, ["n-1", "n-2"]);
const front = await startFront({ after }, nodes);
const otherNode = (name: string): string => (name === "n-1" ? "n-2" : "n-1");

test("every worker honours the cookie of every other, with a key that nobody configured", async (t) => {
	const portico = await startFront(t, nodes, { keys: [], config: { workers: 2 } });
	const { node, cookie } = await newCookie(t, portico);
	const visits = await Promise.all(Array.from({ length: 60 }, () => visit(t, portico, [cookie])));
	assert.deepEqual([...new Set(visits.map((each) => each.node))], [node]);
	assert.deepEqual(
		visits.flatMap((each) => each.setCookies),
		[],
	);
});

test("instances with the same secret know each other's cookies, those without do not", async (t) => {
	const { node, cookie } = await newCookie(t, front);
	const [twin, stranger] = await Promise.all([startFront(t, nodes), startFront(t, nodes, { keys: [] })]);
	const known = [await visit(t, twin, [cookie]), await visit(t, twin, [cookie])];
	assert.deepEqual(
		known.map((each) => [each.node, each.cookie]),
		[
			[node, null],
			[node, null],
		],
	);
	const unknown = [await visit(t, stranger, [cookie]), await visit(t, stranger, [cookie])];
	assert.deepEqual(unknown.map((each) => each.node).sort(), ["n-1", "n-2"]);
});

test("a key that is being replaced still reads, and its cookies are exchanged", async (t) => {
	const { node, cookie } = await newCookie(t, front);
	const keys = [
		{ id: "k2", secret: `${SECRET}, newer` },
		{ id: "k1", secret: SECRET },
	];
	const portico = await startFront(t, nodes, { keys });
	const next = await visit(t, portico, [cookie]);
	assert.equal(next.node, node);
	assert.ok(next.cookie !== null);
	assert.deepEqual((await visit(t, portico, [next.cookie])).setCookies, []);
});

test("a draining node keeps its clients and gets no new ones; a disabled or removed one keeps none", async (t) => {
	const { node, cookie } = await newCookie(t, front);
	const rest = nodes.filter(({ name }) => name !== node);
	const [draining, disabled, removed] = await Promise.all([
		startFront(t, nodes, { states: { [node]: "draining" } }),
		startFront(t, nodes, { states: { [node]: "disabled" } }),
		startFront(t, rest),
	]);
	for (let i = 0; i < 3; i++) {
		assert.deepEqual(await visit(t, draining, [cookie]).then((each) => [each.node, each.cookie]), [node, null]);
		assert.equal((await visit(t, draining)).node, otherNode(node));
	}
	for (const portico of [disabled, removed]) {
		const next = await visit(t, portico, [cookie]);
		assert.equal(next.node, otherNode(node));
		assert.ok(next.cookie !== null);
	}
});
