/** How a stream that is over ended. */
export type Closed = "ended" | "reset" | "left";

const REMEMBERED = 128;
const HOW: readonly Closed[] = ["ended", "reset", "left"];

/** The streams of a connection that were closed last: frames for them may still come. Lifetime: connection. */
export class ClosedStreams {
	readonly #ids = new Float64Array(REMEMBERED);
	readonly #how = new Uint8Array(REMEMBERED);
	#next = 0;

	add(id: number, how: Closed): void {
		this.#ids[this.#next] = id;
		this.#how[this.#next] = HOW.indexOf(how);
		this.#next = (this.#next + 1) % REMEMBERED;
	}

	/** Null: it was never used, or is long gone. Only unusual frames ask. */
	get(id: number): Closed | null {
		const at = this.#ids.indexOf(id);
		return at === -1 ? null : (HOW[this.#how[at] ?? 0] ?? null);
	}

	change(id: number, how: Closed): void {
		const at = this.#ids.indexOf(id);
		if (at !== -1) this.#how[at] = HOW.indexOf(how);
	}
}
