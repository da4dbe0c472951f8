/** Two real Tomcat nodes that share their sessions, under a steady load: one is killed, and comes back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { LOADED, loadBoth, untilEligible, untilVisited } from "./steadyLoad.ts";
import { openTomcatStage } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
const stage = skip === false ? await openTomcatStage({ after }, LOADED) : null;

test("a node that is killed takes no request and no session with it, and gets visitors again when it is back", { skip }, async (t) => {
	if (stage === null) return;
	const [first] = stage.pair.nodes;
	const load = await loadBoth(t, stage);

	await first.kill();
	await untilEligible(stage, "n1", false);
	await load.more(20);
	assert.deepEqual([...new Set(load.lastNodes)], ["n2"]);

	await first.start();
	await untilEligible(stage, "n1", true);
	await untilVisited(t, stage, "n1");
	await load.more(20);
	assert.deepEqual([...new Set(load.lastNodes)], ["n2"], "whoever moved stays where he is");
	await load.stop();
	await load.assertNothingLost();
});
