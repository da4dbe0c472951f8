import type { Weather } from "./guests.ts";

/**
 * Milliseconds for which what the chaos did may still show after it was over: a member is left aside for a
 * second after a refused connection.
 */
const AFTERMATH = 2_000;

interface Period {
	readonly from: number;
	until: number;
}

/** Remembers when the chaos did what guests may notice. Times are those of `performance.now()`. */
export class ChaosWeather implements Weather {
	readonly #workers: Period[] = [];
	readonly #nodes = new Map<string, Period[]>();

	/** A worker is being killed now. @returns to be called when another has taken its place */
	killingWorker(): () => void {
		return begin(this.#workers);
	}

	/**
	 * The node is being disturbed, so that sessions may leave it.
	 * @returns to be called when it serves again
	 */
	disturbing(node: string): () => void {
		const periods = this.#nodes.get(node) ?? [];
		this.#nodes.set(node, periods);
		return begin(periods);
	}

	get isWorkerDying(): boolean {
		return this.workerKilledSince(performance.now());
	}

	workerKilledSince(since: number): boolean {
		return overlaps(this.#workers, since);
	}

	disturbedSince(node: string, since: number): boolean {
		return overlaps(this.#nodes.get(node) ?? [], since);
	}
}

function begin(periods: Period[]): () => void {
	const period: Period = { from: performance.now(), until: Number.POSITIVE_INFINITY };
	periods.push(period);
	return () => {
		period.until = performance.now() + AFTERMATH;
	};
}

/** Whether one of the periods reaches into the time between then and now. */
function overlaps(periods: readonly Period[], since: number): boolean {
	return periods.some(({ until }) => until >= since);
}
