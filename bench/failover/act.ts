/** One act: users at work, a blow to the first node, its recovery. */

import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { now, pollUntil } from "./clock.ts";
import { type Figures, figures, type Span, shareOf, shareRegained } from "./figures.ts";
import { Clients } from "./load/clients.ts";
import type { Newcomers } from "./load/newcomers.ts";
import type { Origin, OriginNode } from "./origin/origin.ts";
import { CHECK_PATH, CLIENTS } from "./tuning.ts";

export const ACTS = ["kill", "freeze", "term"] as const;
export type ActName = (typeof ACTS)[number];

/** Milliseconds of the parts. */
export interface Pace {
	readonly steady: number;
	/** From the blow to the recovery. */
	readonly blow: Readonly<Record<ActName, number>>;
	/** The longest wait for the node's share, from the moment it answers. */
	readonly spread: number;
	/** What is watched after that. */
	readonly after: number;
}

export interface ActResult {
	readonly steady: Figures;
	readonly blow: Figures;
	readonly recovery: Figures;
	/** Milliseconds from the first response of the node, asked directly, to its share of newcomers; Infinity when it did not get it in time. */
	readonly spread: number;
	/** Which part of the newcomers it got from then on, 0 to 1: half is its fair share. NaN when it did not get it in time. */
	readonly share: number;
	/** Clients that were on the node when the blow came. */
	readonly hit: number;
}

const SETTLE = 20_000;
/** A node that is hit should have at least this share of the clients. */
const LEAST_HIT = 0.4;
const TRIES = 5;
const START = 60_000;

export async function playAct(name: ActName, origin: Origin, port: number, newcomers: Newcomers, pace: Pace): Promise<ActResult> {
	const [node] = origin.nodes;
	await untilBothServe(origin, newcomers);
	const clients = await settledClients(port, node);
	try {
		const start = now();
		await sleep(pace.steady);
		const hit = clients.on(node.name);
		const blow = now();
		await strike(name, node);
		await sleep(Math.max(0, blow + pace.blow[name] - now()));
		const recovery = now();
		const [ready] = await Promise.all([firstAnswer(node.port), recover(name, node)]);
		const regained = await pollUntil(() => shareRegained(newcomers.samples, node.name, ready), Math.max(0, ready + pace.spread - now()));
		await sleep(pace.after);
		const end = now();
		await Promise.all([clients.stop(), newcomers.pending()]);
		const samples = [...clients.samples, ...newcomers.samples.filter(({ at }) => at >= start)];
		const part = (from: number, to: number, isBlow: boolean): Figures => figures(samples, { from, to, isBlow } satisfies Span);
		return {
			steady: figures(
				samples.filter(({ at, took }) => at + took < blow),
				{ from: start, to: blow, isBlow: false },
			),
			blow: part(blow, recovery, true),
			recovery: part(recovery, end, false),
			spread: regained === null ? Number.POSITIVE_INFINITY : regained - ready,
			share: regained === null ? Number.NaN : shareOf(newcomers.samples, node.name, regained, end),
			hit,
		};
	} finally {
		// It may have been left frozen by an error.
		node.signal("SIGCONT");
		await clients.stop();
	}
}

async function untilBothServe({ nodes }: Origin, newcomers: Newcomers): Promise<void> {
	const from = now();
	const served = await pollUntil(
		() => (nodes.every(({ name }) => shareRegained(newcomers.samples, name, from) !== null) ? true : null),
		SETTLE,
	);
	if (served === null) throw new Error(`newcomers do not come to both nodes within ${SETTLE} ms`);
}

/** Clients with a session each, enough of them on the node. Throws when so many sets of them were not. */
async function settledClients(port: number, node: OriginNode): Promise<Clients> {
	for (let tries = 0; tries < TRIES; tries++) {
		const clients = new Clients(port);
		const settled = await pollUntil(() => (clients.fewest() >= 3 ? true : null), SETTLE);
		if (settled !== null && clients.on(node.name) >= LEAST_HIT * CLIENTS) return clients;
		await clients.stop();
	}
	throw new Error(`too few clients are on ${node.name}`);
}

async function strike(name: ActName, node: OriginNode): Promise<void> {
	if (name === "kill") await node.kill();
	else node.signal(name === "freeze" ? "SIGSTOP" : "SIGTERM");
}

async function recover(name: ActName, node: OriginNode): Promise<void> {
	if (name === "freeze") node.signal("SIGCONT");
	else await node.start();
}

/** The moment at which the node itself answers a request. */
async function firstAnswer(port: number): Promise<number> {
	const deadline = now() + START;
	while (now() < deadline) {
		if (await answers(port)) return now();
		await sleep(20);
	}
	throw new Error(`the node did not come back within ${START} ms`);
}

function answers(port: number): Promise<boolean> {
	const asked = Promise.withResolvers<boolean>();
	const request = get({ host: "127.0.0.1", port, path: CHECK_PATH, agent: false, timeout: 1000 }, (response) => {
		response.resume();
		asked.resolve(response.statusCode === 200);
	});
	request.once("timeout", () => request.destroy());
	request.once("close", () => asked.resolve(false));
	request.once("error", () => asked.resolve(false));
	return asked.promise;
}
