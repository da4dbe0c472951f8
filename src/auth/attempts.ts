/**
 * How often one client may fail. A client is its IPv4 address or the /64 of its IPv6 address; what counts is never the name of the user,
 * so that nobody can lock out somebody else. Each attempt takes one from the client's bucket and gives it back if the password was right.
 * Pure but for the time that it is given.
 */

/** Wrong passwords in a row before the client has to wait, and milliseconds until it gets another attempt. */
export const ATTEMPTS = 10;
export const REFILL_MS = 6000;
/** Clients that are remembered. Beyond it, those that failed longest ago are forgotten. */
const MOST_CLIENTS = 10_000;

interface Bucket {
	/** Attempts used, may have a fraction. */
	used: number;
	/** When `used` was right. */
	at: number;
}

/** Of one thread. Lifetime: process. */
export class Attempts {
	/** The one that was touched longest ago comes first. */
	readonly #clients = new Map<string, Bucket>();

	/**
	 * @param now milliseconds
	 * @returns 0 if the client may try, otherwise milliseconds until it may
	 */
	take(client: string, now: number): number {
		const bucket = this.#clients.get(client);
		const used = bucket === undefined ? 0 : usedNow(bucket, now);
		if (used + 1 > ATTEMPTS) return Math.ceil((used + 1 - ATTEMPTS) * REFILL_MS);
		this.#put(client, used + 1, now);
		return 0;
	}

	/** The password was right. */
	giveBack(client: string, now: number): void {
		const bucket = this.#clients.get(client);
		if (bucket !== undefined) this.#put(client, Math.max(0, usedNow(bucket, now) - 1), now);
	}

	#put(client: string, used: number, now: number): void {
		this.#clients.delete(client);
		if (used === 0) return;
		this.#clients.set(client, { used, at: now });
		if (this.#clients.size <= MOST_CLIENTS) return;
		const [oldest] = this.#clients.keys();
		if (oldest !== undefined) this.#clients.delete(oldest);
	}
}

function usedNow({ used, at }: Bucket, now: number): number {
	return Math.max(0, used - (now - at) / REFILL_MS);
}
