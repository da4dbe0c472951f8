/** Whether a user's password is right, for all routes of one worker. */
import { clientNetwork } from "../http/cidr.ts";
import { Attempts } from "./attempts.ts";
import type { Credentials } from "./basicCredentials.ts";
import type { PasswordHash } from "./passwordHash.ts";
import { Verified } from "./verified.ts";

/** Passwords that wait for the thread, of one client and in all. */
const MOST_OF_CLIENT = 32;
const MOST = 256;
/** Milliseconds after which a client that found no room may try again. */
const BUSY_MS = 2000;

/** `wait`: the client failed too often, or too many passwords wait; milliseconds until it may try again. */
export type PasswordResult =
	| { readonly kind: "right" }
	| { readonly kind: "wrong" }
	| { readonly kind: "wait"; readonly milliseconds: number };

/** What is stored of a user. */
export interface StoredPassword {
	/** As in the file. */
	readonly text: string;
	readonly hash: PasswordHash;
	/** False: there is no such user. The hash is that of another one, so that the work is the same. */
	readonly isKnown: boolean;
}

interface Job {
	readonly client: string;
	readonly digest: string;
	readonly password: string;
	readonly stored: StoredPassword;
	/** Whether each request that waits for it is still there. */
	readonly wanted: (() => boolean)[];
	readonly promise: Promise<PasswordResult>;
	readonly resolve: (result: PasswordResult) => void;
	readonly reject: (error: unknown) => void;
}

const RIGHT: PasswordResult = { kind: "right" };
const WRONG: PasswordResult = { kind: "wrong" };
const BUSY: PasswordResult = { kind: "wait", milliseconds: BUSY_MS };

/** Computes one at a time. Clients take turns, so that one with many passwords does not hold up the others. Lifetime: process. */
export class PasswordChecks {
	readonly #verify: (password: string, hash: PasswordHash) => Promise<boolean>;
	readonly #now: () => number;
	readonly #attempts = new Attempts();
	readonly #verified = new Verified();
	/** By client, the one whose turn is next first. */
	readonly #queues = new Map<string, Job[]>();
	readonly #byDigest = new Map<string, Job>();
	#size = 0;
	#isRunning = false;

	/** @param verify computes a hash; may take long @param now milliseconds that never go back */
	constructor(verify: (password: string, hash: PasswordHash) => Promise<boolean>, now: () => number) {
		this.#verify = verify;
		this.#now = now;
	}

	/**
	 * At once for credentials that were right lately. The promise rejects if the hash could not be computed.
	 *
	 * @param address of the client @param isWanted whether the request is still there
	 */
	check(
		{ user, password }: Credentials,
		stored: StoredPassword,
		address: string,
		isWanted: () => boolean,
	): PasswordResult | Promise<PasswordResult> {
		const digest = this.#verified.digest(stored.text, user, password);
		if (this.#verified.has(digest, this.#now()) && stored.isKnown) return RIGHT;
		const client = clientNetwork(address);
		// The pictures of a page ask at the same time. What others send says nothing to this client.
		const key = `${client} ${digest}`;
		const same = this.#byDigest.get(key);
		if (same !== undefined) {
			same.wanted.push(isWanted);
			return same.promise;
		}
		if (!this.#makeRoom(client)) return BUSY;
		const job = { client, digest, password, stored, wanted: [isWanted], ...Promise.withResolvers<PasswordResult>() };
		this.#byDigest.set(key, job);
		this.#size++;
		const queue = this.#queues.get(client);
		if (queue === undefined) this.#queues.set(client, [job]);
		else queue.push(job);
		if (!this.#isRunning) void this.#run();
		return job.promise;
	}

	/** Where all have little, the newcomer has to wait; where somebody has more than it, the last one of the client that has most. */
	#makeRoom(client: string): boolean {
		const own = this.#queues.get(client)?.length ?? 0;
		if (own >= MOST_OF_CLIENT) return false;
		if (this.#size < MOST) return true;
		const longest = [...this.#queues.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
		if (longest.length <= own + 1) return false;
		const last = longest.pop();
		if (last !== undefined) this.#settle(last, BUSY);
		return true;
	}

	async #run(): Promise<void> {
		this.#isRunning = true;
		for (let job = this.#next(); job !== null; job = this.#next()) await this.#do(job);
		this.#isRunning = false;
	}

	#next(): Job | null {
		for (const [client, queue] of this.#queues) {
			this.#queues.delete(client);
			const job = queue.shift();
			if (queue.length > 0) this.#queues.set(client, queue);
			if (job !== undefined) return job;
		}
		return null;
	}

	async #do(job: Job): Promise<void> {
		const { client, digest, password, stored } = job;
		if (!job.wanted.some((isWanted) => isWanted())) return this.#settle(job, BUSY);
		const wait = this.#attempts.take(client, this.#now());
		if (wait > 0) return this.#settle(job, { kind: "wait", milliseconds: wait });
		try {
			const fits = (await this.#verify(password, stored.hash)) && stored.isKnown;
			if (fits) {
				this.#attempts.giveBack(client, this.#now());
				this.#verified.add(digest, this.#now());
			}
			this.#settle(job, fits ? RIGHT : WRONG);
		} catch (error) {
			this.#attempts.giveBack(client, this.#now());
			this.#remove(job);
			job.reject(error);
		}
	}

	#settle(job: Job, result: PasswordResult): void {
		this.#remove(job);
		job.resolve(result);
	}

	#remove({ client, digest }: Job): void {
		this.#byDigest.delete(`${client} ${digest}`);
		this.#size--;
	}
}
