/** Sends each request once, a few at a time, and none to targets that do not respond. */
import { type Contact, handshake, handshakeLabel } from "./handshake.ts";
import { type DoctorRequest, type NoResponse, type Reply, requestLabel, sendRequest } from "./request.ts";
import type { Target } from "./target.ts";
import { UnresponsiveTargets } from "./unresponsiveTargets.ts";

/** Few enough that nodes do not slow down. */
const MAX_CONCURRENT = 8;

/** Lifetime: one run. */
export class SharedRequests {
	/** Milliseconds for each request. */
	readonly #timeout: number;
	readonly #replies = new Map<string, Promise<unknown>>();
	readonly #queue: (() => void)[] = [];
	readonly #unresponsive = new UnresponsiveTargets();
	#running = 0;

	constructor(timeout: number) {
		this.#timeout = timeout;
	}

	send(target: Target, request: DoctorRequest): Promise<Reply> {
		const key = JSON.stringify([target.origin, target.host, target.port, request]);
		return this.#once(key, () =>
			this.#unlessUnresponsive(target, requestLabel(target, request), () => sendRequest(target, request, this.#timeout)),
		);
	}

	handshake(target: Target): Promise<Contact> {
		return this.#once(JSON.stringify(["handshake", target.origin, target.host, target.port]), () =>
			this.#unlessUnresponsive(target, handshakeLabel(target), () => handshake(target, this.#timeout)),
		);
	}

	async #unlessUnresponsive<T extends Reply | Contact>(
		{ host, port }: Target,
		request: string,
		make: () => Promise<T>,
	): Promise<T | NoResponse> {
		const key = JSON.stringify([host, port]);
		const failure = this.#unresponsive.failureOf(key);
		if (failure !== null) return { kind: "noResponse", request, ...failure };
		const made = await make();
		this.#unresponsive.record(key, made.kind === "noResponse" ? made : null);
		return made;
	}

	/** Checks that send the same request share its reply. */
	#once<T>(key: string, make: () => Promise<T>): Promise<T> {
		const known = this.#replies.get(key);
		if (known !== undefined) return known as Promise<T>;
		const made = this.#limited(make);
		this.#replies.set(key, made);
		return made;
	}

	async #limited<T>(make: () => Promise<T>): Promise<T> {
		if (this.#running >= MAX_CONCURRENT) await new Promise<void>((resolve) => this.#queue.push(resolve));
		else this.#running++;
		try {
			return await make();
		} finally {
			const next = this.#queue.shift();
			if (next === undefined) this.#running--;
			else next();
		}
	}
}
