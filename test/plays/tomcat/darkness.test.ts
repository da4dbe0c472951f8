/** Two real Tomcat nodes on machines of their own; the packets of one are swallowed, without a reset and without a word. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { namespaceSkip, openNetwork } from "../../harness/netns.ts";
import { peer } from "../../harness/peers.ts";
import { GETS, LOADED, loadBoth, SteadyLoad, untilEligible, untilVisited } from "./steadyLoad.ts";
import { HOST, openTomcatStage } from "./tomcatStage.ts";

const skip = peer("tomcat").skip || namespaceSkip;
const hosts = skip === false ? await openNetwork({ after }, 2) : [];
const [host1, host2] = hosts;
const stage =
	host1 === undefined || host2 === undefined
		? null
		: await openTomcatStage(
				{ after },
				{
					hosts: [host1, host2],
					// With the other form the healthy node waits 5 s for the silent one, which is Tomcat's own time-out.
					replication: "after answer",
					service: {
						retry: { perTry: "2s" },
						health: { check: "off", passive: { connect: 3, timeout: 3, minClients: 1, baseTime: "1s", maxTime: "1s" } },
						balance: { slowStart: "off" },
					},
					config: { ...LOADED.config, timeouts: { connect: "1500ms", upstreamIdle: "1s" } },
				},
			);

test("a node that falls silent: what it has in hand is answered by the other one, sessions go on, and it is visited again later", {
	skip,
}, async (t) => {
	if (stage === null || host1 === undefined) return;
	const load = await loadBoth(t, stage);

	await host1.goDark();
	await untilEligible(stage, "n1", false);
	await load.more(20);
	assert.deepEqual([...new Set(load.lastNodes)], ["n2"]);

	const newcomers = new SteadyLoad(t, stage, GETS.slice(0, 2));
	await newcomers.more(5);

	await host1.comeBack();
	await untilVisited(t, stage, "n1");
	await load.more(20);
	await Promise.all([load.stop(), newcomers.stop()]);
	await newcomers.assertNothingLost();
	await load.assertNothingLost({ ghosts: true });
});

test("a response that falls silent in its middle is cut, so that nobody takes it for whole", { skip }, async (t) => {
	if (stage === null || host1 === undefined || host2 === undefined) return;
	const client = await stage.connect(t);
	await client.send(`GET /is-x/bytes.jsp?n=50000000 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
	await client.readUntil("\r\n\r\n");
	// What is on its way fits into no buffer.
	client.pause();
	await Promise.all([host1.goDark(), host2.goDark()]);
	client.resume();
	await client.ended(20_000);
	await Promise.all([host1.comeBack(), host2.comeBack()]);
	assert.ok(client.received.length < 50_000_000);
	assert.doesNotMatch(client.received.subarray(-7).toString("latin1"), /\r\n0\r\n\r\n$/);
});
