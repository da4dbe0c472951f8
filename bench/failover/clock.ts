import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds since some moment in the past. */
export const now = (): number => performance.now();

/** Waits until `find` gives something else than null; null when `milliseconds` have passed first. */
export async function pollUntil<T>(find: () => T | null, milliseconds: number): Promise<T | null> {
	const deadline = now() + milliseconds;
	for (;;) {
		const found = find();
		if (found !== null || now() > deadline) return found;
		await sleep(25);
	}
}
