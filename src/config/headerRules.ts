/** Header rules of the file, a service and a route as one list. Pure. */
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { WrittenHeaders } from "./headersSchema.ts";
import type { ConfigPath } from "./source.ts";

/** The rules of one level, and where its `requestHeaders` or `responseHeaders` are in the file. */
export interface HeaderLevel extends WrittenHeaders {
	readonly path: ConfigPath;
}

/** Where each rule of a plan comes from, by the rule itself. */
export type HeaderOrigins = Map<HeaderRulePlan, ConfigPath>;

/**
 * Later levels win, name by name and whatever the spelling: the rules of a level for a name replace those of earlier levels. A level that does
 * not inherit drops the rules of all earlier ones.
 *
 * @param origins gets the place of each rule
 */
export function mergedHeaderRules(levels: readonly HeaderLevel[], origins: HeaderOrigins): HeaderRulePlan[] {
	const merged = new Map<string, HeaderRulePlan[]>();
	for (const { inherit, rules, path } of levels) {
		if (!inherit) merged.clear();
		const own = new Map<string, HeaderRulePlan[]>();
		for (const { action, name, value, at } of rules) {
			const key = name.toLowerCase();
			const named = own.get(key) ?? [];
			const rule = { action, name, value };
			named.push(rule);
			origins.set(rule, [...path, ...at]);
			own.set(key, named);
		}
		for (const [key, named] of own) merged.set(key, named);
	}
	return [...merged.values()].flat();
}
