/** Medians of cells, and what is derived from them. */

import type { Cell } from "../session.ts";
import type { Measurement } from "../stage.ts";

export interface Spread {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}

function spread(values: readonly number[]): Spread | null {
	const sorted = [...values].sort((a, b) => a - b);
	const low = sorted[Math.floor((sorted.length - 1) / 2)];
	const high = sorted[Math.ceil((sorted.length - 1) / 2)];
	const [min, max] = [sorted[0], sorted.at(-1)];
	if (low === undefined || high === undefined || min === undefined || max === undefined) return null;
	return { median: (low + high) / 2, min, max };
}

/** All findings of a run, asked by row and proxy. */
export class Findings {
	readonly #cells: readonly Cell[];

	constructor(cells: readonly Cell[]) {
		this.#cells = cells;
	}

	cell(row: string, peer: string): Cell | undefined {
		return this.#cells.find((cell) => cell.row === row && cell.peer === peer);
	}

	/** Proxies with a cell on the row, in the order they were measured. */
	peers(row: string): string[] {
		return this.#cells.filter((cell) => cell.row === row).map((cell) => cell.peer);
	}

	of(row: string, peer: string, value: (measurement: Measurement) => number): Spread | null {
		return spread((this.cell(row, peer)?.measurements ?? []).map(value));
	}

	/** Median CPU µs per unit, or null: also where the proxy was starved and its time is below what the kernel counts. */
	cost(row: string, peer: string): number | null {
		const median = this.of(row, peer, (m) => m.micros)?.median ?? 0;
		return median > 0 ? median : null;
	}

	all(): Measurement[] {
		return this.#cells.flatMap((cell) => cell.measurements);
	}

	memory(row: string, peer: string): Spread | null {
		return spread(this.cell(row, peer)?.bytes ?? []);
	}

	/** The lower cost of nginx and HAProxy, what ratios are taken to. */
	best(row: string): number | null {
		const costs = ["nginx", "haproxy"].map((peer) => this.cost(row, peer) ?? Number.POSITIVE_INFINITY);
		const least = Math.min(...costs);
		return Number.isFinite(least) ? least : null;
	}

	ratio(row: string, peer: string): number | null {
		const cost = this.cost(row, peer);
		const best = this.best(row);
		return cost === null || best === null ? null : cost / best;
	}
}
