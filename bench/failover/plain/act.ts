/** Acts over nodes without sessions: one is dead all the time, or one is killed every second. */

import { chmodSync, mkdirSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Daemon } from "../../children.ts";
import { type Certificate, freePorts, PUBLIC_HOST } from "../../scene.ts";
import { now, pollUntil } from "../clock.ts";
import { type PlainFigures, plainLoad } from "./load.ts";
import type { PlainNode } from "./nodes.ts";
import type { PlainProxy } from "./proxies.ts";

export const PLAIN_ACTS = ["dead", "everySecond"] as const;
export type PlainActName = (typeof PLAIN_ACTS)[number];

export interface PlainPace {
	/** Milliseconds that a page takes: some requests are in flight whenever a node dies. */
	readonly page: number;
	readonly seconds: number;
	readonly connections: number;
}

export interface PlainStay {
	readonly proxy: string;
	readonly act: PlainActName;
	/** Null where it ended early. */
	readonly figures: PlainFigures | null;
	/** What the proxy's log says of requests that failed, by error code. */
	readonly codes: Readonly<Record<string, number>>;
	/** How often a node was killed. */
	readonly kills: number;
	/** Why it ended early, or null. */
	readonly broken: string | null;
}

export const PLAIN_PACE: Readonly<Record<PlainActName, PlainPace>> = {
	dead: { page: 40, connections: 8, seconds: 5 },
	everySecond: { page: 150, connections: 64, seconds: 15 },
};

const START = 20_000;
const WARM_UP_SECONDS = 1;
/** From one kill to the next one, ms. */
const KILL_PERIOD = 1000;
/** From the beginning of a period to its kill. */
const FIRST_PART = 300;
/** From a kill until the node is started again. */
const DOWN_TIME = 400;

/** Never rejects for what a proxy does. */
export async function plainStay(
	proxy: PlainProxy,
	act: PlainActName,
	nodes: readonly PlainNode[],
	certificate: Certificate,
	dir: string,
	pace: PlainPace,
): Promise<PlainStay> {
	mkdirSync(dir);
	// Apache's child runs as another user.
	chmodSync(dir, 0o755);
	const [port = 0, tlsPort = 0, spare = 0] = await freePorts(3);
	const used = act === "dead" ? nodes.slice(0, 2) : nodes;
	await Promise.all(used.map((node) => node.kill()));
	await Promise.all(used.map((node) => node.start(pace.page)));
	let kills = 0;
	let daemon: Daemon | null = null;
	try {
		daemon = proxy.start({ dir, port, tlsPort, spare, certificate, nodes: used });
		await untilServed(daemon, port, proxy.path);
		const url = act === "dead" ? `http://127.0.0.1:${port}${proxy.path}` : `https://127.0.0.1:${tlsPort}${proxy.path}`;
		await plainLoad(url, pace.connections, WARM_UP_SECONDS);
		const over = new AbortController();
		if (act === "dead") await used[0]?.kill();
		const blows = act === "dead" ? Promise.resolve() : killEverySecond(used, pace.page, over.signal, () => kills++);
		const figures = await plainLoad(url, pace.connections, pace.seconds).finally(() => over.abort());
		await blows;
		await daemon.stop();
		return { proxy: proxy.name, act, figures, codes: proxy.codes(dir), kills: act === "dead" ? 1 : kills, broken: null };
	} catch (error) {
		const broken = `${error instanceof Error ? error.message : String(error)}\n${daemon?.output().trim().slice(-1500) ?? ""}`;
		return { proxy: proxy.name, act, figures: null, codes: {}, kills, broken };
	} finally {
		await daemon?.stop();
	}
}

/** One after the other, never two at once: the next one dies when the last one serves again, and a second has passed. */
async function killEverySecond(nodes: readonly PlainNode[], page: number, over: AbortSignal, onKill: () => void): Promise<void> {
	for (let blow = 0; !over.aborted; blow++) {
		const node = nodes[blow % nodes.length];
		if (node === undefined) return;
		const from = now();
		await sleep(FIRST_PART);
		if (over.aborted) return;
		await node.kill();
		onKill();
		await sleep(DOWN_TIME);
		await node.start(page);
		await sleep(Math.max(0, from + KILL_PERIOD - now()));
	}
}

async function untilServed(daemon: Daemon, port: number, path: string): Promise<void> {
	const deadline = now() + START;
	while (!(await answers(port, path))) {
		if (daemon.exited()) throw new Error("it ended");
		if (now() > deadline) throw new Error(`it did not serve within ${START} ms`);
		await sleep(50);
	}
	// Let checks that begin with the first response settle.
	await pollUntil(() => null, 500);
}

function answers(port: number, path: string): Promise<boolean> {
	const asked = Promise.withResolvers<boolean>();
	const request = get({ host: "127.0.0.1", port, path, headers: { Host: PUBLIC_HOST }, agent: false, timeout: 1000 }, (response) => {
		response.resume();
		asked.resolve(response.statusCode === 200);
	});
	request.once("timeout", () => request.destroy());
	request.once("close", () => asked.resolve(false));
	request.once("error", () => asked.resolve(false));
	return asked.promise;
}
