/** A proxy's stay in front of the nodes for one act: it starts, the act is played, it stops. Fresh every time: what an act leaves behind is its own. */

import { chmodSync, mkdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Daemon } from "../children.ts";
import { freePort } from "../scene.ts";
import { type ActName, type ActResult, type Pace, playAct } from "./act.ts";
import { pollUntil } from "./clock.ts";
import { isPage } from "./load/ask.ts";
import { Newcomers } from "./load/newcomers.ts";
import type { Origin } from "./origin/origin.ts";
import type { Proxy } from "./proxies/proxy.ts";

export interface Stay {
	readonly proxy: string;
	readonly act: ActName;
	/** Null where it ended early. */
	readonly result: ActResult | null;
	/** Why it ended early, or null. */
	readonly broken: string | null;
	/** Longest pause of this program itself, ms: no stall below it says anything. */
	readonly ownPause: number;
}

const START = 20_000;

/** Never rejects for what a proxy does; leaves the nodes running. */
export async function stay(proxy: Proxy, act: ActName, origin: Origin, dir: string, pace: Pace): Promise<Stay> {
	mkdirSync(dir);
	// Apache's child runs as another user.
	chmodSync(dir, 0o755);
	const port = await freePort();
	const about = { proxy: proxy.name, act };
	let daemon: Daemon;
	try {
		daemon = proxy.start({ dir, port, spare: await freePort(), nodes: origin.nodes });
	} catch (error) {
		return { ...about, result: null, broken: messageOf(error), ownPause: 0 };
	}
	const delays = monitorEventLoopDelay({ resolution: 5 });
	const newcomers = new Newcomers(port);
	try {
		await pollUntil(() => (newcomers.samples.some(({ result }) => isPage(result)) || daemon.exited() ? true : null), START);
		delays.enable();
		const result = await playAct(act, origin, port, newcomers, pace);
		return { ...about, result, broken: null, ownPause: delays.max / 1e6 };
	} catch (error) {
		const broken = `${messageOf(error)}\n${daemon.output().trim().slice(-1500)}`;
		return { ...about, result: null, broken, ownPause: delays.max / 1e6 };
	} finally {
		delays.disable();
		await newcomers.stop();
		await daemon.stop();
	}
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
