/** Starting a proxy, asking whether it answers as it must, measuring it, stopping it. */

import { mkdirSync, truncateSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROXY_CORE } from "./children.ts";
import { coreBusyMicros, cpuMicros, processTree } from "./cpu.ts";
import type { LoadResult } from "./load/load.ts";
import type { Peer, Scene, Started } from "./peers/peer.ts";
import type { Expected, Row } from "./rows.ts";
import { type Certificate, freePort, PUBLIC_HOST } from "./scene.ts";

const START_MS = 30_000;
const FIRST_WARM_UP = { jit: 4, native: 1 };
const WARM_UP = { jit: 2, native: 1 };

export interface Measurement extends LoadResult {
	/** CPU time of all the proxy's processes per unit of the row. */
	readonly micros: number;
	/** Share of its core that the proxy used, 0 to 1. */
	readonly busy: number;
	/** Share of that core that others used meanwhile: above a few percent the figure is not to be trusted. */
	readonly foreign: number;
}

export interface World {
	readonly dir: string;
	readonly originPort: number;
	readonly certificate: Certificate;
}

/** A running proxy with one routing table. */
export class Stage {
	readonly peer: Peer;
	readonly port: number;
	readonly tlsPort: number;
	readonly #started: Started;
	readonly #warm = new Set<string>();

	/** Why it runs without TLS, or null if it does not. */
	readonly #noTls: string | null;

	private constructor(peer: Peer, started: Started, scene: Scene, noTls: string | null) {
		this.peer = peer;
		this.#started = started;
		this.port = scene.port;
		this.tlsPort = scene.tlsPort;
		this.#noTls = noTls;
	}

	/** Throws if the proxy does not answer in time; the message ends with what it printed. */
	static async open(peer: Peer, world: World, routes: number, label: string): Promise<Stage> {
		const dir = join(world.dir, `${peer.name}-${label}`);
		mkdirSync(dir, { mode: 0o755 });
		const [port, tlsPort, spare] = [await freePort(), await freePort(), await freePort()];
		const scene = { dir, originPort: world.originPort, certificate: world.certificate, routes, port, tlsPort, spare };
		const stage = new Stage(peer, peer.start(scene), scene, null);
		const problem = await stage.#ready();
		if (problem === null) return stage;
		if (peer.startPlain === undefined) throw new Error(problem);
		const plain = new Stage(peer, peer.startPlain(scene), scene, problem);
		const again = await plain.#ready();
		if (again !== null) throw new Error(again);
		return plain;
	}

	/** Null once it takes connections. Otherwise it is stopped, and this is what it printed. */
	async #ready(): Promise<string | null> {
		const deadline = Date.now() + START_MS;
		const ports = this.#noTls === null ? [this.port, this.tlsPort] : [this.port];
		while (Date.now() < deadline && !this.#started.daemons.some((daemon) => daemon.exited())) {
			const open = await Promise.all(ports.map(accepts));
			if (open.every((isOpen) => isOpen)) return null;
			await sleep(100);
		}
		await this.close();
		const output = this.output();
		return `${this.peer.name} does not start: ${complaint(output)}\n${output}`;
	}

	/** The end of what its processes printed. */
	output(): string {
		return this.#started.daemons.map((daemon) => daemon.output().trim().slice(-1500)).join("\n");
	}

	pids(): number[] {
		return this.#started.daemons.flatMap((daemon) => processTree(daemon.pid));
	}

	/** Throws unless one request is answered as the row expects. */
	async check(row: Row): Promise<void> {
		if (row.tls && this.#noTls !== null) throw new Error(this.#noTls);
		const problem = await misanswer(row.expected, row.tls ? this.tlsPort : this.port, row.tls);
		if (problem !== null) throw new Error(`${this.peer.name} answers ${row.name} wrongly: ${problem}`);
	}

	async warmUp(row: Row): Promise<void> {
		if (this.#warm.has(row.name)) return;
		const times = this.#warm.size === 0 ? FIRST_WARM_UP : WARM_UP;
		this.#warm.add(row.name);
		await row.load(this.#target(row), this.peer.jit ? times.jit : times.native);
	}

	async measure(row: Row, seconds: number): Promise<Measurement> {
		const pids = this.pids();
		const before = cpuMicros(pids);
		const coreBefore = coreBusyMicros(PROXY_CORE);
		const start = performance.now();
		const result = await row.load(this.#target(row), seconds);
		const used = cpuMicros(pids) - before;
		const others = Math.max(0, coreBusyMicros(PROXY_CORE) - coreBefore - used);
		const foreign = others / 1000 / (performance.now() - start);
		this.emptyLogs();
		const units = row.unit === "MiB" ? result.bytes / 1048576 : result.completed;
		return { ...result, micros: used / units, busy: used / 1e6 / result.seconds, foreign };
	}

	#target(row: Row): { port: number; tls: boolean } {
		return { port: row.tls ? this.tlsPort : this.port, tls: row.tls };
	}

	emptyLogs(): void {
		for (const log of this.#started.logs) truncateSync(log, 0);
	}

	async close(): Promise<void> {
		await Promise.all(this.#started.daemons.map((daemon) => daemon.stop()));
	}
}

/** The line of a program's output that tells most: the last that speaks of an error and is not JSON, else the last. */
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

/** What is wrong with the answer, or null. */
function misanswer(expected: Expected, port: number, tls: boolean): Promise<string | null> {
	const body = expected.method === "POST" ? Buffer.alloc(10240, "x") : Buffer.alloc(0);
	const options = {
		host: "127.0.0.1",
		port,
		path: expected.path,
		method: expected.method,
		agent: false,
		timeout: 10_000,
		headers: {
			Host: PUBLIC_HOST,
			"Content-Length": body.length,
			...(expected.coding === undefined ? {} : { "Accept-Encoding": expected.coding }),
		},
	} as const;
	return new Promise((resolve) => {
		const onResponse = (response: IncomingMessage): void => {
			let bytes = 0;
			response.on("data", (chunk: Buffer) => {
				bytes += chunk.length;
			});
			response.once("end", () => resolve(difference(expected, response, bytes)));
			response.once("error", (error) => resolve(error.message));
		};
		const request = tls
			? httpsRequest({ ...options, rejectUnauthorized: false, servername: PUBLIC_HOST }, onResponse)
			: httpRequest(options, onResponse);
		request.once("timeout", () => request.destroy(new Error("no answer in 10 s")));
		request.once("error", (error) => resolve(error.message));
		request.end(body);
	});
}

function difference(expected: Expected, response: IncomingMessage, bytes: number): string | null {
	if (response.statusCode !== expected.status) return `status ${response.statusCode}, not ${expected.status}`;
	if (expected.location !== undefined && response.headers.location !== expected.location) return `Location ${response.headers.location}`;
	const coding = response.headers["content-encoding"];
	if (expected.coding !== coding) return `content coding ${coding ?? "none"}, not ${expected.coding ?? "none"}`;
	if (expected.bodyBytes !== undefined && bytes !== expected.bodyBytes) return `${bytes} bytes of body, not ${expected.bodyBytes}`;
	return null;
}
