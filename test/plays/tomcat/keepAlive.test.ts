/** Two real Tomcat nodes that close each connection after a few requests, as they all do sooner or later: nothing is lost by it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { LOADED, SteadyLoad, untilEligible } from "./steadyLoad.ts";
import { openTomcatStage } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
/** Requests on a connection, then the nodes close it. */
const KEEP_ALIVE_REQUESTS = 5;
const stage = skip === false ? await openTomcatStage({ after }, { ...LOADED, maxKeepAliveRequests: KEEP_ALIVE_REQUESTS }) : null;

for (const method of ["GET", "POST"] as const) {
	test(`${method}: nodes that close every few requests lose none`, { skip }, async (t) => {
		if (stage === null) return;
		for (const { name } of stage.pair.nodes) await untilEligible(stage, name, true);
		const load = new SteadyLoad(t, stage, [method, method, method, method]);
		await load.more(15 * KEEP_ALIVE_REQUESTS);
		await load.stop();
		await load.assertNothingLost();
		assert.deepEqual([...new Set(load.lastNodes)].sort(), ["n1", "n2"]);
	});
}
