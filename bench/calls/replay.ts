/**
 * One Portico from the instrumented build, and one request to it, again and again over the same connection.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, collectCookies } from "../ask.ts";
import { type Daemon, PROXY_CORE, startDaemon } from "../children.ts";
import { porticoConfig } from "../peers/porticoConfig.ts";
import { freePorts } from "../scene.ts";
import type { World } from "../stage.ts";
import type { CountedRequest } from "./requests.ts";
import type { Taken } from "./runtime.ts";

const START_MS = 30_000;
/** Enough that caches are filled, and connections to both nodes are open. */
const WARM_UP = 300;
const COUNTED = 25;
/** What is done after the response has left: the log line, the counters. */
const AFTERWARDS_MS = 20;

export class Replay {
	readonly #request: CountedRequest;
	readonly #port: number;
	readonly #orders: number;
	readonly #daemon: Daemon;
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

	private constructor(request: CountedRequest, port: number, orders: number, daemon: Daemon) {
		this.#request = request;
		this.#port = port;
		this.#orders = orders;
		this.#daemon = daemon;
	}

	static async open(world: World, cli: string, request: CountedRequest): Promise<Replay> {
		const dir = join(world.dir, request.name);
		mkdirSync(dir, { mode: 0o755 });
		const [port = 0, tlsPort = 0, spare = 0, orders = 0] = await freePorts(4);
		const { originPort, nodes, certificate } = world;
		const file = join(dir, "portico.yaml");
		const scene = { originPort, nodes, certificate, routing: request.routing, port, tlsPort, spare };
		writeFileSync(file, porticoConfig(scene, join(dir, "access.log")));
		const daemon = startDaemon([process.execPath, cli, "run", "-c", file], join(dir, "output.txt"), {
			core: PROXY_CORE,
			env: { PORTICO_CALLS_PORT: String(orders) },
		});
		const replay = new Replay(request, port, orders, daemon);
		await replay.#ready();
		return replay;
	}

	async #ready(): Promise<void> {
		const deadline = Date.now() + START_MS;
		while (Date.now() < deadline && !this.#daemon.exited()) {
			const isUp = await this.#order("arm").then(
				() => true,
				() => false,
			);
			const isListening = isUp && (await canConnect(this.#port));
			if (isListening) return;
			await sleep(100);
		}
		throw new Error(`the instrumented build does not start:\n${this.#daemon.output().slice(-2000)}`);
	}

	/** What one request calls: of many, the one with the most common number of calls. */
	async count(): Promise<Taken> {
		const { request, expect } = this.#request;
		const target = { port: this.#port, tls: false, cookies: "" };
		const cookies = await collectCookies(target, request);
		const once = async (): Promise<void> => {
			const difference = expect(await ask({ ...target, cookies }, request, this.#agent));
			if (difference !== null) throw new Error(`${this.#request.name}: ${difference}`);
		};
		await this.#order("take");
		for (let index = 0; index < WARM_UP; index++) await once();
		const all: Taken[] = [];
		for (let index = 0; index < COUNTED; index++) {
			await sleep(AFTERWARDS_MS);
			await this.#order("arm");
			await once();
			await sleep(AFTERWARDS_MS);
			all.push(JSON.parse(await this.#order("take")));
		}
		return mostCommon(all);
	}

	#order(text: "arm" | "take"): Promise<string> {
		return new Promise((resolve, reject) => {
			const socket = connect(this.#orders, "127.0.0.1", () => socket.write(text));
			let reply = "";
			socket.setEncoding("utf8");
			socket.on("data", (chunk: string) => {
				reply += chunk;
			});
			socket.once("error", reject);
			socket.once("close", () => resolve(reply));
		});
	}

	async close(): Promise<void> {
		this.#agent.destroy();
		await this.#daemon.stop();
	}
}

function canConnect(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}

export function callsIn(taken: Taken): number {
	return taken.calls.reduce((sum, [, count]) => sum + count, 0);
}

function mostCommon(all: readonly Taken[]): Taken {
	const sorted = [...all].sort((one, other) => callsIn(one) - callsIn(other));
	const occurrences = (taken: Taken): number => sorted.filter((other) => callsIn(other) === callsIn(taken)).length;
	const best = sorted.reduce((found, next) => (occurrences(next) > occurrences(found) ? next : found));
	return best;
}
