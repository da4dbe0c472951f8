/** Starting a proxy, asking whether it answers as it must, measuring it, stopping it. */

import { mkdirSync, truncateSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collectCookies } from "./ask.ts";
import { checkRow } from "./check.ts";
import { PROXY_CORE } from "./children.ts";
import { coreBusyMicros, cpuTime, processTree } from "./cpu.ts";
import type { LoadResult, Target } from "./load/load.ts";
import type { ProductNodes } from "./origin/products.ts";
import type { Peer, Scene, Started } from "./peers/peer.ts";
import type { Row } from "./rows/row.ts";
import { type Certificate, freePorts, type Routing } from "./scene.ts";

const START_MS = 30_000;
const FIRST_WARM_UP = { jit: 4, native: 1 };
const WARM_UP = { jit: 2, native: 1 };

export interface Measurement extends LoadResult {
	/**
	 * CPU time in µs of all the proxy's processes per unit of the row: in the proxy and its libraries, in the
	 * kernel, and both.
	 */
	readonly user: number;
	readonly system: number;
	readonly micros: number;
	/** Share of its core that the proxy used, 0 to 1. */
	readonly busy: number;
	/** Share of that core that others used meanwhile: above a few percent the figure is not to be trusted. */
	readonly foreign: number;
}

export interface World {
	readonly dir: string;
	readonly originPort: number;
	readonly nodes: ProductNodes;
	readonly certificate: Certificate;
}

/** A running proxy with one routing table. */
export class Stage {
	readonly peer: Peer;
	readonly port: number;
	readonly tlsPort: number;
	readonly #started: Started;
	readonly #warm = new Set<string>();
	/** By row: the Cookie field that the proxy's own cookies make. */
	readonly #cookies = new Map<string, string>();

	private constructor(peer: Peer, started: Started, scene: Scene) {
		this.peer = peer;
		this.#started = started;
		this.port = scene.port;
		this.tlsPort = scene.tlsPort;
	}

	/** Throws if the proxy does not answer in time; the message ends with what it printed. */
	static async open(peer: Peer, world: World, routing: Routing, label: string): Promise<Stage> {
		const dir = join(world.dir, `${peer.name}-${label}`);
		mkdirSync(dir, { mode: 0o755 });
		const [port = 0, tlsPort = 0, spare = 0] = await freePorts(3);
		const { originPort, nodes, certificate } = world;
		const scene = { dir, originPort, nodes, certificate, routing, port, tlsPort, spare };
		const stage = new Stage(peer, peer.start(scene), scene);
		await stage.#ready();
		return stage;
	}

	/** Resolves once it takes connections. Otherwise it is stopped, and the error is what it printed. */
	async #ready(): Promise<void> {
		const deadline = Date.now() + START_MS;
		while (Date.now() < deadline && !this.#started.daemons.some((daemon) => daemon.exited())) {
			const open = await Promise.all([this.port, this.tlsPort].map(accepts));
			if (open.every((isOpen) => isOpen)) return;
			await sleep(100);
		}
		await this.close();
		const output = this.output();
		throw new Error(`${this.peer.name} does not start: ${complaint(output)}\n${output}`);
	}

	/** The end of what its processes printed. */
	output(): string {
		return this.#started.daemons.map((daemon) => daemon.output().trim().slice(-1500)).join("\n");
	}

	pids(): number[] {
		return this.#started.daemons.flatMap((daemon) => processTree(daemon.pid));
	}

	/**
	 * Throws unless the row's request is answered as the row expects; learns the cookies that it has from
	 * here on.
	 */
	async check(row: Row): Promise<void> {
		try {
			this.#cookies.set(row.name, await collectCookies(this.#target(row), row.request));
			await checkRow(row, this.#target(row));
		} catch (error) {
			throw new Error(`${this.peer.name} answers ${row.name} wrongly: ${error instanceof Error ? error.message : String(error)}`);
		}
	}

	async warmUp(row: Row): Promise<void> {
		if (this.#warm.has(row.name)) return;
		const times = this.#warm.size === 0 ? FIRST_WARM_UP : WARM_UP;
		this.#warm.add(row.name);
		await row.load(this.#target(row), this.peer.jit ? times.jit : times.native);
	}

	async measure(row: Row, seconds: number): Promise<Measurement> {
		const pids = this.pids();
		const before = cpuTime(pids);
		const coreBefore = coreBusyMicros(PROXY_CORE);
		const start = performance.now();
		const result = await row.load(this.#target(row), seconds);
		const after = cpuTime(pids);
		const [user, system] = [after.user - before.user, after.system - before.system];
		const used = user + system;
		const others = Math.max(0, coreBusyMicros(PROXY_CORE) - coreBefore - used);
		const foreign = others / 1000 / (performance.now() - start);
		this.emptyLogs();
		const units = row.unit === "MiB" ? result.bytes / 1048576 : result.completed;
		return { ...result, user: user / units, system: system / units, micros: used / units, busy: used / 1e6 / result.seconds, foreign };
	}

	#target({ name, tls }: Row): Target {
		return { port: tls ? this.tlsPort : this.port, tls, cookies: this.#cookies.get(name) ?? "" };
	}

	emptyLogs(): void {
		for (const log of this.#started.logs) truncateSync(log, 0);
	}

	async close(): Promise<void> {
		await Promise.all(this.#started.daemons.map((daemon) => daemon.stop()));
	}
}

/**
 * The line of a program's output that tells most: the last that speaks of an error and is not JSON, else the
 * last.
 */
function complaint(output: string): string {
	const lines = output.split("\n").filter((line) => line.trim() !== "");
	return (
		lines.findLast((line) => /error|not supported|cannot|unable/i.test(line) && !line.startsWith("{")) ??
		lines.at(-1) ??
		"it prints nothing"
	);
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
