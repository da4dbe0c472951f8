/** Credentials that were verified lately, so that a page with fifty pictures costs one hash. */
import { createHmac, randomBytes } from "node:crypto";

/** Milliseconds that a verification counts. */
const LIFETIME_MS = 5 * 60_000;
/** Credentials that are remembered. Beyond it, those that were verified longest ago are verified again. */
const MOST = 1000;

/**
 * What was verified is known by an HMAC under a key of this thread: neither a password nor anything that it could be guessed from is kept.
 * The stored hash is part of it, so that another password of the user, or none, is another entry. Lifetime: process.
 */
export class Verified {
	readonly #key = randomBytes(32);
	/** Until when. The oldest comes first. */
	readonly #until = new Map<string, number>();

	digest(hash: string, user: string, password: string): string {
		return createHmac("sha256", this.#key).update(`${hash}\0${user.length}\0${user}${password}`).digest("base64");
	}

	has(digest: string, now: number): boolean {
		const until = this.#until.get(digest);
		if (until !== undefined && until <= now) this.#until.delete(digest);
		return until !== undefined && until > now;
	}

	add(digest: string, now: number): void {
		this.#until.delete(digest);
		this.#until.set(digest, now + LIFETIME_MS);
		if (this.#until.size <= MOST) return;
		const [oldest] = this.#until.keys();
		if (oldest !== undefined) this.#until.delete(oldest);
	}
}
