/** What happens to a header field, as the configuration says it. */
export type HeaderAction = "remove" | "default" | "set" | "add";

/** One rule for the fields of one name. All rules of a list hold together; see rewrite/headerRules.ts. */
export interface HeaderRulePlan {
	readonly action: HeaderAction;
	readonly name: string;
	/** With variables, see rewrite/headerTemplate.ts. Empty for `remove`. */
	readonly value: string;
}
