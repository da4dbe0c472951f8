/**
 * Two real Tomcat nodes that are restarted again and again under a steady load, drained before or killed: nothing is lost, and Portico is afterwards as it was
 * before. About 20 s; `npm run soak` goes on for SOAK_MINUTES.
 */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { peer } from "../../harness/peers.ts";
import { changeNode, memberOf } from "../admin/rig.ts";
import { type Counts, countsOf, memoryOf, WITH_RESOURCES } from "./resources.ts";
import { LOADED, loadBoth, until, untilEligible } from "./steadyLoad.ts";
import { openTomcatStage, type TomcatStage } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
const MINUTES = Number(process.env.SOAK_MINUTES ?? 0);
const WORKERS = 2;
/** MiB that may come and go with the garbage collector and what is compiled. */
const LIVE_SLACK = 8;
const RESIDENT_SLACK = 64;

const stage =
	skip === false
		? await openTomcatStage(
				{ after },
				{
					...LOADED,
					service: { ...LOADED.service, keepAlive: { idle: "500ms" } },
					config: { ...LOADED.config, workers: WORKERS },
					portico: WITH_RESOURCES,
				},
			)
		: null;

/** As an operator does it: nobody is on the node when it stops. */
async function drainAndRestart({ portico, pair }: TomcatStage, index: 0 | 1): Promise<void> {
	const node = pair.nodes[index];
	await changeNode(portico, node.name, { drain: "hard" });
	await until(
		async () => (await memberOf(portico, `${node.name}/servlet`)).drain?.empty === true,
		() => `${node.name} to be empty`,
	);
	await node.stop();
	await node.start();
	await changeNode(portico, node.name, { adminState: "enabled" });
}

async function killAndRestart(stage: TomcatStage, index: 0 | 1): Promise<void> {
	const node = stage.pair.nodes[index];
	await node.kill();
	await untilEligible(stage, node.name, false);
	await node.start();
}

/** Kills one node and drains the other, the other way round in the next cycle; waits until each is in again before the next goes. */
async function restartBoth(t: TestContext, stage: TomcatStage, cycle: number): Promise<void> {
	const load = await loadBoth(t, stage);
	for (const index of [0, 1] as const) {
		await load.more(10);
		await (cycle % 2 === index ? killAndRestart : drainAndRestart)(stage, index);
		await untilEligible(stage, stage.pair.nodes[index].name, true);
	}
	await load.more(10);
	await load.stop();
	await load.assertNothingLost();
}

/** What there is without any load. Health checks come and go: the least of several looks. */
async function atRest({ portico }: TomcatStage): Promise<Counts> {
	const looks: Counts[] = [];
	for (let i = 0; i < 20; i++) looks.push(await countsOf(portico, WORKERS));
	const least = (name: keyof Counts): number => Math.min(...looks.map((look) => look[name]));
	return { files: least("files"), sockets: least("sockets"), timers: least("timers") };
}

/** Waits until no more than that is left. */
async function untilAtRest({ portico }: TomcatStage, before: Counts): Promise<void> {
	let left: Counts | null = null;
	const isAtRest = async (): Promise<boolean> => {
		left = await countsOf(portico, WORKERS);
		return left.files <= before.files && left.sockets <= before.sockets && left.timers <= before.timers;
	};
	await until(isAtRest, () => `${JSON.stringify(before)}; there is ${JSON.stringify(left)}`);
}

test("rolling restarts: nothing is lost, and memory, sockets and timers stay flat", { skip }, async (t) => {
	if (stage === null) return;
	const end = Date.now() + MINUTES * 60_000;
	const before = await atRest(stage);
	await restartBoth(t, stage, 0);
	// With everything compiled and every cache filled.
	await untilAtRest(stage, before);
	const warm = await memoryOf(stage.portico, WORKERS);
	let cycle = 0;
	do {
		await restartBoth(t, stage, ++cycle);
		await untilAtRest(stage, before);
		const { live, resident } = await memoryOf(stage.portico, WORKERS);
		const told = `after ${cycle} cycles ${live.toFixed(1)} MiB live, ${resident.toFixed(0)} resident; warm ${warm.live.toFixed(1)} and ${warm.resident.toFixed(0)}`;
		t.diagnostic(told);
		assert.ok(live < warm.live + LIVE_SLACK, told);
		assert.ok(resident < warm.resident + RESIDENT_SLACK, told);
	} while (Date.now() < end);
});
