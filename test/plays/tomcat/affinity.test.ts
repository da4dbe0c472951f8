/** Affinity by the cookie of two real Tomcat nodes that share their sessions: with their jvmRoute, a prefix of ours, and learned. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { startTomcatPair } from "../../harness/tomcat.ts";
import { stageBefore, type TomcatStage, Visitor } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
const scope = { after };
const pair = skip === false ? await startTomcatPair(scope) : null;
const modes = ["jvmRoute", "prefix", "learn"] as const;
const fronts: TomcatStage[] = [];
if (pair !== null) {
	for (const mode of modes) fronts.push(await stageBefore(scope, pair, { service: { affinity: { mode } }, config: { workers: 2 } }));
}

test("visitors stay on the node that they began with; when it dies, their sessions go on at the other one, where they stay", {
	skip,
}, async (t) => {
	const visitors = fronts.flatMap((stage) => Array.from({ length: 4 }, () => new Visitor(stage, t)));
	const first = await Promise.all(visitors.map((visitor) => visitor.count()));
	assert.deepEqual([...new Set(first.map(({ node }) => node))].sort(), ["n1", "n2"]);
	const expect = async (count: number, node: (index: number) => string | undefined): Promise<void> => {
		for (const [index, visitor] of visitors.entries()) {
			// Each time on another connection, so that another worker may get it.
			visitor.leave();
			const visit = await visitor.count();
			const who = `${modes[Math.floor(index / 4)]} ${index}`;
			assert.deepEqual([who, visit.node, visit.count], [who, node(index), count]);
		}
	};
	for (let count = 2; count < 8; count++) await expect(count, (index) => first[index]?.node);
	await pair?.nodes[0].kill();
	await expect(8, () => "n2");
	await pair?.nodes[0].start();
	await expect(9, () => "n2");
});
