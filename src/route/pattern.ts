/** Path patterns of routes (their grammar: {@link RoutePlan.pattern}). */
import { decode } from "./percent.ts";

/** One segment of a pattern: the text before `{name}` (the whole segment if there is none), and whether a `{name}` follows. */
export interface PatternSegment {
	/** Decoded, as segments of the servlet view are. */
	readonly literal: string;
	readonly parameter: boolean;
}

const SEGMENT = /^([^{}]*)(\{[A-Za-z_][A-Za-z0-9_-]*\})?$/;

/**
 * A last slash is dropped, since a pattern covers what is below it; an exact pattern keeps it as a last `""`. Throws Error for a
 * pattern that does not begin with `/`, has an empty or dot segment, or a `{name}` that does not end its segment.
 */
export function parsePattern(pattern: string, exact: boolean): PatternSegment[] {
	if (!pattern.startsWith("/")) throw new Error(`path pattern ${pattern} does not begin with /`);
	const parts = pattern.slice(1).split("/");
	if (parts.at(-1) === "" && !exact) parts.pop();
	return parts.map((part, index) => {
		const match = SEGMENT.exec(part);
		if (match === null) throw new Error(`path pattern ${pattern}: {name} may stand only at the end of a segment`);
		const literal = decode(match[1] ?? "");
		const parameter = match[2] !== undefined;
		const empty = part === "" && index < parts.length - 1;
		const dots = !parameter && (literal === "." || literal === "..");
		if (empty || dots || /[/\\;]/.test(literal)) {
			throw new Error(`path pattern ${pattern}: no path can match its segment "${part}"`);
		}
		return { literal, parameter };
	});
}

/**
 * How much of a path a pattern states, in halves of a segment: `/t/acme` and `/t/{tenant}` 4, `/is-{any}` 1,
 * `/` 0.
 */
export function statedBy(pattern: readonly PatternSegment[]): number {
	const last = pattern.at(-1);
	return pattern.length * 2 - (last?.parameter && last.literal !== "" ? 1 : 0);
}

/**
 * The first segment in which two patterns that cover one path differ decides, from the left: a literal before
 * a prefixed parameter (the longest literal first), that before a parameter. Negative: `a` is more specific;
 * 0: they differ in none.
 */
export function compareFromLeft(a: readonly PatternSegment[], b: readonly PatternSegment[]): number {
	for (const [index, one] of a.entries()) {
		const other = b[index];
		if (other === undefined) return 0;
		if (one.parameter !== other.parameter) return one.parameter ? 1 : -1;
		if (one.literal.length !== other.literal.length) return other.literal.length - one.literal.length;
	}
	return 0;
}

/** Equal for patterns that match the same paths: names of parameters do not count. Throws as {@link parsePattern}. */
export function patternShape(pattern: string, exact: boolean): string {
	const segments = parsePattern(pattern, exact).map(({ literal, parameter }) => encodeURIComponent(literal) + (parameter ? "{}" : ""));
	return `${exact ? "=" : ""}/${segments.join("/")}`;
}
