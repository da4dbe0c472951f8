/** Header rules of the file, a service and a route as one list. Pure. */
import type { HeaderRulePlan } from "../plan/headers.ts";

/**
 * Later levels win, name by name and whatever the spelling: what a level says of a name stands instead of all that earlier ones say of it.
 */
export function mergedHeaderRules(...levels: readonly (readonly HeaderRulePlan[])[]): HeaderRulePlan[] {
	const merged = new Map<string, HeaderRulePlan[]>();
	for (const level of levels) {
		const own = new Map<string, HeaderRulePlan[]>();
		for (const { action, name, value } of level) {
			const key = name.toLowerCase();
			const rules = own.get(key) ?? [];
			rules.push({ action, name, value });
			own.set(key, rules);
		}
		for (const [key, rules] of own) merged.set(key, rules);
	}
	return [...merged.values()].flat();
}
