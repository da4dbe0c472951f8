/** Two real Tomcat nodes, one of which is alive and does nothing: its kernel goes on accepting connections, until their queue is full. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, type TestContext, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { eventually } from "../../harness/stage.ts";
import { memberOf } from "../admin/rig.ts";
import { GETS, LOADED, loadBoth, SteadyLoad, untilEligible, untilVisited } from "./steadyLoad.ts";
import { openTomcatStage, stageBefore } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
/** Connections that a node's kernel keeps until Tomcat accepts them. */
const ACCEPT_QUEUE = 100;
// With the other form of replication the healthy node waits for the frozen one.
const stage =
	skip === false ? await openTomcatStage({ after }, { ...LOADED, replication: "after answer", acceptCount: ACCEPT_QUEUE }) : null;

test("a node that freezes: what it has in hand is answered by the other one, sessions go on, and it is visited again when it thaws", {
	skip,
}, async (t) => {
	if (stage === null) return;
	const [first] = stage.pair.nodes;
	const load = await loadBoth(t, stage);

	first.signal("SIGSTOP");
	await untilEligible(stage, "n1", false);
	await load.more(20);
	assert.deepEqual([...new Set(load.lastNodes)], ["n2"]);
	const newcomers = new SteadyLoad(t, stage, GETS.slice(0, 2));
	await newcomers.more(5);

	first.signal("SIGCONT");
	await untilEligible(stage, "n1", true);
	await untilVisited(t, stage, "n1");
	await load.more(20);
	await Promise.all([load.stop(), newcomers.stop()]);
	await newcomers.assertNothingLost();
	await load.assertNothingLost({ ghosts: true });
});

/** Connects until the kernel takes no more; the connections stay. @returns what closes them */
async function fillAcceptQueue(t: TestContext, port: number): Promise<() => void> {
	const sockets = Array.from({ length: ACCEPT_QUEUE + 10 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
	const close = (): void => {
		for (const socket of sockets) socket.destroy();
	};
	t.after(close);
	await eventually(
		() => waitingToBeAccepted(port) > ACCEPT_QUEUE,
		() => `a full queue; there are ${waitingToBeAccepted(port)}`,
		// A connection whose first packets were dropped is tried again after 1, 2 and 4 s.
		20_000,
	);
	return close;
}

/** What the kernel says of a listening socket: its receive queue is its connections that were not accepted yet. */
function waitingToBeAccepted(port: number): number {
	const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => readFileSync(path, "utf8").split("\n"));
	const address = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
	for (const line of lines) {
		const [, local = "", , state, queues = ""] = line.trim().split(/\s+/);
		if (state === "0A" && local.endsWith(address)) return Number.parseInt(queues.split(":")[1] ?? "", 16);
	}
	throw new Error(`nothing listens on port ${port}`);
}

test("a node whose accept queue is full: requests of any method go to the other one", { skip }, async (t) => {
	if (stage === null) return;
	const { pair } = stage;
	const [first] = pair.nodes;
	const unwatched = await stageBefore(t, pair, {
		service: {
			// Nobody sees it coming: every request needs a new connection, and traffic alone tells.
			keepAlive: { maxIdle: 0 },
			health: { check: "off", passive: { connect: 3, baseTime: "1s", maxTime: "1s" } },
			balance: { slowStart: "off" },
		},
		config: { ...LOADED.config, timeouts: { connect: "1500ms" } },
	});
	first.signal("SIGSTOP");
	const empty = await fillAcceptQueue(t, first.http);
	const load = new SteadyLoad(t, unwatched, ["GET", "GET", "GET", "GET", "POST", "POST", "POST", "POST"]);
	await untilEligible(unwatched, "n1", false);
	await load.more(10);
	assert.deepEqual([...new Set(load.lastNodes)], ["n2"]);
	assert.ok((await memberOf(unwatched.portico, "n1/servlet")).attempts >= 3);

	empty();
	first.signal("SIGCONT");
	await untilVisited(t, unwatched, "n1");
	await load.more(10);
	await load.stop();
	await load.assertNothingLost();
});
