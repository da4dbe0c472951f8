import type { Log } from "../log/log.ts";
import type { LeakCount } from "../rewrite/leakWatch.ts";
import { leakFix } from "./leakFix.ts";

/** What was found of one kind on one route. */
export interface LeakRow extends LeakCount {
	/** Milliseconds since the epoch; of the first and the last that a worker told of. */
	readonly firstAt: number;
	readonly lastAt: number;
}

/** What all workers found since the start, a row for each route, kind and place; each is logged once. Lifetime: process, in the control thread. */
export class LeakLedger {
	readonly #rows = new Map<string, { -readonly [K in keyof LeakRow]: LeakRow[K] }>();

	/** @param now milliseconds since the epoch */
	add(found: readonly LeakCount[], log: Log, now: number): void {
		for (const leak of found) {
			const { where, kind, route, field, url, count } = leak;
			const key = `${where} ${kind} ${route}`;
			const known = this.#rows.get(key);
			if (known !== undefined) {
				known.count += count;
				known.lastAt = now;
				continue;
			}
			this.#rows.set(key, { ...leak, firstAt: now, lastAt: now });
			log.warn("leak_found", { route, kind, in: field ?? "body", url, fix: leakFix(leak) });
		}
	}

	/** After a reload: routes that are gone take their rows along. */
	keep(routes: readonly { readonly id: string }[]): void {
		const ids = new Set(routes.map(({ id }) => id));
		for (const [key, { route }] of this.#rows) if (!ids.has(route)) this.#rows.delete(key);
	}

	/** Most frequent first. */
	get rows(): readonly LeakRow[] {
		return [...this.#rows.values()].sort((a, b) => b.count - a.count);
	}
}
