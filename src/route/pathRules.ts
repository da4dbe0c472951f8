/**
 * The rules for paths that can be read in more than one way: RFC 3986 section 6.2.2 leaves their meaning to whoever decodes, and
 * servlet containers, gateways and proxies decode differently. Ids stand in logs, in `explain` and in a route's `allowPath`.
 */
import type { RoutePlan } from "../plan/route.ts";

export interface PathRule {
	/** What the path has, as a sentence for logs and `explain`. */
	readonly text: string;
	/** Gateway routes take it, as long as every reading of the path leads to the same route. */
	readonly gatewayAllows: boolean;
	/** A route may list it in `allowPath`; false for what no honest client sends. */
	readonly canAllow: boolean;
}

const gateway = (text: string): PathRule => ({ text, gatewayAllows: true, canAllow: true });
const strict = (text: string): PathRule => ({ text, gatewayAllows: false, canAllow: true });
const always = (text: string): PathRule => ({ text, gatewayAllows: false, canAllow: false });

export const PATH_RULES = {
	"path.parameter": gateway("The path has a `;parameter`, which servlet containers cut off."),
	"path.encoded-parameter": gateway("The path has an encoded semicolon (%3B)."),
	"path.encoded-slash": gateway("The path has an encoded slash (%2F)."),
	"path.encoded-backslash": gateway("The path has an encoded backslash (%5C)."),
	"path.empty-segment": gateway("The path has an empty segment (//)."),
	"path.double-encoding": gateway("The path is still encoded after decoding it once (%25XX)."),
	"path.backslash": strict("The path has a backslash."),
	"path.invalid-encoding": strict("The path has a % without two hexadecimal digits, or a character that must be encoded."),
	"path.invalid-utf8": strict("The decoded path is not UTF-8."),
	"path.control": strict("The path has a control character."),
	"path.nul": always("The path has an encoded NUL."),
	"path.overlong-utf8": always("The path hides a character in an overlong UTF-8 sequence."),
	"path.dot-segment": always("The path has a segment that is `.` or `..`."),
	"path.encoded-dot": always("The path has a segment that is `.` or `..` once it is decoded."),
	"path.nested-parameter": always(
		"The path has semicolons at several levels of encoding, so where a parameter ends depends on the reader.",
	),
	"path.encoded-prefix": always("The public prefix of the path is not written literally, so it cannot be mapped."),
	"path.ambiguous": always("Two ways of reading the path lead to different places."),
} as const satisfies Record<string, PathRule>;

export type PathRuleId = keyof typeof PATH_RULES;

/** The first of the violations that the route does not take, or null. */
export function firstRefused(violations: readonly PathRuleId[], route: Pick<RoutePlan, "pathRules" | "allowPath">): PathRuleId | null {
	for (const id of violations) {
		const rule = PATH_RULES[id];
		const allowed = (route.pathRules === "gateway" && rule.gatewayAllows) || (rule.canAllow && route.allowPath.includes(id));
		if (!allowed) return id;
	}
	return null;
}

/** The first violation that no kind of route takes by default, or null: such a path is refused even where nothing is served. */
export function firstDangerous(violations: readonly PathRuleId[]): PathRuleId | null {
	return violations.find((id) => !PATH_RULES[id].gatewayAllows) ?? null;
}
