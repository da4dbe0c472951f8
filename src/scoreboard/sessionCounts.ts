import { keyHash } from "../balance/hash.ts";
import type { Clock } from "../clock.ts";
import type { AffinityTables } from "./sharedMemory.ts";

/** Milliseconds that counts hold: a status asks for every member, and each count reads the whole tables. */
const HOLD_MS = 500;

/** How many clients affinity keeps on each member, counted when somebody asks. Lifetime: process. */
export class SessionCounts {
	readonly #tables: AffinityTables;
	readonly #clock: Clock;
	readonly #since: number;
	#at = Number.NEGATIVE_INFINITY;
	#sessions: ReadonlyMap<number, number> = new Map();
	#flows: ReadonlyMap<number, number> = new Map();

	constructor(tables: AffinityTables, clock: Clock) {
		this.#tables = tables;
		this.#clock = clock;
		this.#since = clock.now();
	}

	/** @param member its name */
	of(member: string): { readonly sessions: number; readonly flows: number } {
		this.#refresh();
		const id = keyHash(member);
		return { sessions: this.#sessions.get(id) ?? 0, flows: this.#flows.get(id) ?? 0 };
	}

	/** Milliseconds since counting began: who was not seen in this time is not known. */
	get age(): number {
		return this.#clock.now() - this.#since;
	}

	#refresh(): void {
		const now = this.#clock.now();
		if (now - this.#at < HOLD_MS) return;
		this.#at = now;
		const second = Math.floor(this.#clock.wall() / 1000);
		this.#sessions = this.#tables.sessions.counts(second);
		this.#flows = this.#tables.flows.counts(second);
	}
}
