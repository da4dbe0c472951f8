import type { Clock } from "../clock.ts";
import type { Listeners } from "../listener/listeners.ts";
import type { Tunnels } from "./tunnels.ts";

/** How often the end is looked for. */
const LOOK_MS = 20;
/** Milliseconds that connections get to close, and their exchanges to be recorded, after they were cut. */
const CUT_MS = 500;

/**
 * Ends what a worker serves: no new connections, in-flight exchanges finish in their own time, and what is left after that is cut.
 *
 * @param ms that they get
 * @returns how many connections were cut
 */
export async function drain(listeners: Listeners, tunnels: Tunnels, clock: Clock, ms: number): Promise<number> {
	const until = clock.now() + ms;
	const left = (): number => listeners.connections + tunnels.size;
	listeners.drain();
	tunnels.drain();
	await lookUntil(() => (!listeners.accepting && left() === 0) || clock.now() >= until);
	const cut = left();
	if (cut === 0) return 0;
	listeners.cut();
	tunnels.cut();
	await lookUntil(() => left() === 0 || clock.now() >= until + CUT_MS);
	return cut;
}

function lookUntil(isDone: () => boolean): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const look = setInterval(() => {
		if (!isDone()) return;
		clearInterval(look);
		resolve();
	}, LOOK_MS);
	return promise;
}
