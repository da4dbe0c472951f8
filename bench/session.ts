/** One run: which proxy is measured on which row, in which order. Rounds are interleaved (A B C, A B C) so that a drift of the machine hits all alike. */

import { memoryPerConnection } from "./memory.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peers/peer.ts";
import type { MemoryRow, Row } from "./rows/row.ts";
import { memoryRows, rows } from "./rows.ts";
import type { Routing } from "./scene.ts";
import { type Measurement, Stage, type World } from "./stage.ts";

/** What was found about one proxy on one row. */
export interface Cell {
	readonly row: string;
	readonly peer: string;
	readonly measurements: Measurement[];
	/** Memory rows only: bytes per connection. */
	readonly bytes: number[];
	/** Why there are none, or no more of them. */
	broken: string | null;
}

const MEMORY_ROUNDS = 3;
/** Share of the proxy's core used by other programs above which a measurement is told apart. */
export const FOREIGN_LIMIT = 0.1;

export class Session {
	readonly #world: World;
	readonly #options: Options;
	readonly #stages = new Map<string, Promise<Stage>>();
	readonly #say: (line: string) => void;
	readonly cells: Cell[] = [];
	/** Proxies left out: name and reason. */
	readonly absent: [string, string][] = [];

	constructor(world: World, options: Options, say: (line: string) => void) {
		this.#world = world;
		this.#options = options;
		this.#say = say;
	}

	async run(allPeers: readonly Peer[]): Promise<void> {
		const peers = allPeers.filter((peer) => this.#isPresent(peer));
		const { only, rounds } = this.#options;
		for (let round = 1; round <= rounds; round++) {
			for (const row of rows.filter((row) => isWanted(only, row.name))) {
				for (const peer of peers) {
					if (row.needs.every((ability) => peer.abilities.includes(ability))) await this.#measure(round, row, peer);
				}
			}
		}
		await this.#closeStages();
		for (let round = 1; round <= Math.min(rounds, MEMORY_ROUNDS); round++) {
			for (const row of memoryRows.filter((row) => isWanted(only, row.name))) {
				await Promise.all(peers.map((peer) => this.#measureMemory(round, row, peer)));
			}
		}
	}

	#isPresent(peer: Peer): boolean {
		if (!isWanted(this.#options.peers, peer.name)) return false;
		const missing = peer.missing();
		if (missing === null) return true;
		this.absent.push([peer.name, missing]);
		this.#say(`!!! ${peer.name} is LEFT OUT: ${missing}`);
		return false;
	}

	async #measure(round: number, row: Row, peer: Peer): Promise<void> {
		const cell = this.#cell(row.name, peer.name);
		if (cell.broken !== null) return;
		try {
			const stage = await this.#stage(peer, row.routing);
			if (round === 1) {
				await stage.check(row);
				await stage.warmUp(row);
			}
			const result = await stage.measure(row, this.#options.seconds);
			cell.measurements.push(result);
			this.#say(progress(round, row, peer, result));
		} catch (error) {
			this.#fail(cell, error);
		}
	}

	/** Each on a process of its own that has done nothing else. All proxies at once: a resident set does not mind neighbours. */
	async #measureMemory(round: number, row: MemoryRow, peer: Peer): Promise<void> {
		const cell = this.#cell(row.name, peer.name);
		if (cell.broken !== null) return;
		const warmUp = rows.find((candidate) => candidate.name === (row.tls ? "get-tls" : "get-plain"));
		if (warmUp === undefined) throw new Error("no row to warm up with");
		try {
			const stage = await Stage.open(peer, this.#world, "few", `${row.name}-${round}`);
			try {
				const bytes = await memoryPerConnection(stage, row, warmUp);
				cell.bytes.push(bytes);
				this.#say(`round ${round}  ${row.name.padEnd(15)} ${peer.name.padEnd(19)} ${(bytes / 1000).toFixed(1).padStart(8)} KB/connection`);
			} finally {
				await stage.close();
			}
		} catch (error) {
			this.#fail(cell, error);
		}
	}

	#fail(cell: Cell, error: unknown): void {
		cell.broken = error instanceof Error ? error.message : String(error);
		const isNews = !this.cells.some((other) => other !== cell && other.peer === cell.peer && other.broken === cell.broken);
		this.#say(`!!! ${cell.row} ${cell.peer}: ${isNews ? cell.broken : "as before"}`);
	}

	#cell(row: string, peer: string): Cell {
		const known = this.cells.find((cell) => cell.row === row && cell.peer === peer);
		if (known !== undefined) return known;
		const cell: Cell = { row, peer, measurements: [], bytes: [], broken: null };
		this.cells.push(cell);
		return cell;
	}

	#stage(peer: Peer, routing: Routing): Promise<Stage> {
		const key = `${peer.name}-${routing}`;
		const known = this.#stages.get(key);
		if (known !== undefined) return known;
		const stage = Stage.open(peer, this.#world, routing, routing);
		this.#stages.set(key, stage);
		return stage;
	}

	async #closeStages(): Promise<void> {
		for (const result of await Promise.allSettled(this.#stages.values())) if (result.status === "fulfilled") await result.value.close();
	}
}

function isWanted(list: readonly string[] | null, name: string): boolean {
	return list === null || list.includes(name);
}

function progress(round: number, row: Row, peer: Peer, result: Measurement): string {
	const cost = `${result.micros.toFixed(1).padStart(8)} (${result.user.toFixed(1)} + ${result.system.toFixed(1)}) µs/${row.unit}`.padEnd(
		36,
	);
	const rate = `${(result.completed / result.seconds).toFixed(0).padStart(7)}/s`;
	const rest = `p99 ${result.p99.toFixed(2)} ms  core ${(result.busy * 100).toFixed(0)} %${result.foreign > FOREIGN_LIMIT ? `  OTHERS ${(result.foreign * 100).toFixed(0)} %` : ""}${result.errors > 0 ? `  ERRORS ${result.errors}` : ""}`;
	return `round ${round}  ${row.name.padEnd(15)} ${peer.name.padEnd(19)} ${cost} ${rate}  ${rest}`;
}
