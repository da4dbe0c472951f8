/** The header rules that a request meets, in the order in which they apply. Pure. */
import type { HeaderRulePlan } from "../plan/headers.ts";

export interface HeaderLine {
	readonly action: HeaderRulePlan["action"];
	readonly name: string;
	/** As written, with its variables; `…` for what may be a secret, empty for `remove`. */
	readonly value: string;
	/** `portico.yaml:12`, or null. */
	readonly place: string | null;
}

/** Where a rule is in the file, or null. */
export type PlaceOf = (rule: HeaderRulePlan) => string | null;

/** As rewrite/headerRules.ts applies them. */
const ORDER = ["remove", "default", "set", "add"] as const;
const SECRET_FIELD = /authorization|cookie|token|secret|passw|key/i;

/** `default` of a field that `set` replaces anyway is left out. */
export function headerLines(rules: readonly HeaderRulePlan[], placeOf: PlaceOf): HeaderLine[] {
	const isSet = new Set(rules.filter(({ action }) => action === "set").map(({ name }) => name.toLowerCase()));
	const effective = rules.filter(({ action, name }) => action !== "default" || !isSet.has(name.toLowerCase()));
	return ORDER.flatMap((action) => effective.filter((rule) => rule.action === action)).map((rule) => ({
		action: rule.action,
		name: rule.name,
		value: rule.value !== "" && SECRET_FIELD.test(rule.name) ? "…" : rule.value,
		place: placeOf(rule),
	}));
}
