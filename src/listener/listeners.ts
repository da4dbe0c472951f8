import { socketKey } from "../control/reload/nextPlan.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { Listener, ListenerSettings } from "./listener.ts";

/** Other listeners than there are now. */
export interface ListenerChange {
	/** Opens those that are new. @throws Error with code EADDRINUSE, EACCES and the like */
	open(): Promise<void>;
	/**
	 * Puts them in force; those that are no more drain.
	 *
	 * @param drain milliseconds that exchanges there get
	 * @returns resolves when these accept nobody any more
	 */
	takeOver(drain: number): Promise<void>;
	/** Closes what was opened. */
	discard(): void;
}

/** Milliseconds between two checks whether a draining listener has ended. */
const CHECK_INTERVAL_MS = 20;

/** The listeners of one worker: an address keeps its socket as long as it is in the plan. Lifetime: process. */
export class Listeners {
	readonly #make: (plan: ListenerPlan, settings: ListenerSettings) => Listener;
	readonly #now: () => number;
	#open: ReadonlyMap<string, Listener> = new Map();
	readonly #leaving = new Set<Listener>();

	/** @param now milliseconds; never goes back */
	constructor(make: (plan: ListenerPlan, settings: ListenerSettings) => Listener, now: () => number) {
		this.#make = make;
		this.#now = now;
	}

	/** Also of those that drain. */
	get connections(): number {
		return this.#all().reduce((sum, { connections }) => sum + connections, 0);
	}

	get accepting(): boolean {
		return this.#all().some(({ accepting }) => accepting);
	}

	/** @throws Error when a certificate cannot be used */
	prepare(plans: readonly ListenerPlan[], settings: ListenerSettings): ListenerChange {
		const listeners = new Map<string, Listener>();
		const added: Listener[] = [];
		const updates: (() => void)[] = [];
		for (const plan of plans) {
			const key = socketKey(plan);
			const known = this.#open.get(key);
			const listener = known ?? this.#make(plan, settings);
			if (known === undefined) added.push(listener);
			else updates.push(known.prepare(plan, settings));
			listeners.set(key, listener);
		}
		let discarded = false;
		const discard = (): void => {
			discarded = true;
			for (const listener of added) listener.cut();
		};
		return {
			discard,
			async open() {
				for (const listener of added) {
					await listener.listen();
					if (discarded) return discard();
				}
			},
			takeOver: async (drain) => {
				const removed = [...this.#open].filter(([key]) => !listeners.has(key));
				this.#open = listeners;
				for (const update of updates) update();
				await Promise.all(removed.map(([, listener]) => this.#leave(listener, drain)));
			},
		};
	}

	/** Closes some connections that are kept for a next request, the oldest. */
	closeIdle(): void {
		for (const listener of this.#all()) listener.closeIdle();
	}

	drain(): void {
		for (const listener of this.#open.values()) listener.drain();
	}

	cut(): void {
		for (const listener of this.#all()) listener.cut();
	}

	#all(): Listener[] {
		return [...this.#open.values(), ...this.#leaving];
	}

	#leave(listener: Listener, drain: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const until = this.#now() + drain;
		this.#leaving.add(listener);
		listener.drain();
		const check = setInterval(() => {
			const isOver = this.#now() >= until;
			if (!listener.accepting) resolve();
			if (!isOver && (listener.accepting || listener.connections > 0)) return;
			clearInterval(check);
			listener.cut();
			this.#leaving.delete(listener);
			resolve();
		}, CHECK_INTERVAL_MS);
		return promise;
	}
}
