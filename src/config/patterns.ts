/** Path patterns as text: comparing them, and putting a service's prefix before them. Pure. */
import type { PathMapping } from "../plan/service.ts";

/** Whether two patterns match the same paths: names of parameters and a slash at the end do not count. */
export function samePattern(a: string, b: string): boolean {
	return formOf(a) === formOf(b);
}

/** Values by pattern, as {@link samePattern} compares them. */
export class PatternMap<Value> {
	readonly #byForm = new Map<string, Value>();

	get(pattern: string): Value | undefined {
		return this.#byForm.get(formOf(pattern));
	}

	set(pattern: string, value: Value): void {
		this.#byForm.set(formOf(pattern), value);
	}
}

/** For comparing only, so it stays in this file: `/t/{}` is no pattern that a route could have. */
function formOf(pattern: string): string {
	return parsed(pattern).form;
}

interface Parsed {
	readonly form: string;
	readonly segments: readonly string[];
}

/** Of a file with many routes, each is compared with each: parsing the same texts again is most of the work. */
const MOST_PARSED = 100_000;
const known = new Map<string, Parsed>();

function parsed(pattern: string): Parsed {
	const before = known.get(pattern);
	if (before !== undefined) return before;
	const form = withoutSlash(pattern.replace(/\{[^}]*\}/g, "{}")) || "/";
	const made = { form, segments: form.split("/").filter((segment) => segment !== "") };
	if (known.size >= MOST_PARSED) known.clear();
	known.set(pattern, made);
	return made;
}

/** Whether every path that `inner` matches is at or below `outer`. */
export function covers(outer: string, inner: string): boolean {
	const outerSegments = segmentsOf(outer);
	const innerSegments = segmentsOf(inner);
	return (
		outerSegments.length <= innerSegments.length &&
		outerSegments.every((segment, index) => segmentCovers(segment, innerSegments[index] ?? ""))
	);
}

/** Orders patterns that cover one path: more segments, then more literal characters, are more specific. */
export function specificity(pattern: string): number {
	const segments = segmentsOf(pattern);
	return segments.length * 10_000 + segments.join("").replaceAll("{}", "").length;
}

/**
 * The part of `deep` that lies below `path`, if `deep` reaches there only through its parameters: `/{context}/{version}/x` below `/a` is
 * `/a/{version}/x`. Null if it does not reach there, or is below `path` anyway.
 */
export function specialized(deep: string, path: string): string | null {
	if (!deep.includes("{")) return null;
	const deepSegments = deep.split("/").slice(1);
	const pathSegments = withoutSlash(path).split("/").slice(1);
	if (path === "/" || deepSegments.length <= pathSegments.length || covers(path, deep)) return null;
	const reaches = pathSegments.every((segment, index) => segmentCovers(formOf(deepSegments[index] ?? ""), formOf(segment)));
	return reaches ? `/${[...pathSegments, ...deepSegments.slice(pathSegments.length)].join("/")}` : null;
}

function segmentsOf(pattern: string): readonly string[] {
	return parsed(pattern).segments;
}

/** A `{name}` takes at least one character. */
function segmentCovers(outer: string, inner: string): boolean {
	return outer.endsWith("{}") ? inner.length > outer.length - 2 && inner.startsWith(outer.slice(0, -2)) : outer === inner;
}

/** What a service's prefix does to paths: `/is-` dash, `/is/` slash, `/` bare. */
export function prefixMapping(prefix: string): PathMapping {
	if (prefix.endsWith("-")) return { from: prefix, to: "/" };
	return { from: prefix.slice(0, -1), to: "" };
}

/** The public pattern of a node's path pattern. In dash form the node's root has no public path of its own; it stands for everything. */
export function publicPattern(mapping: PathMapping, nodePattern: string): string {
	if (mapping.to === "/") return mapping.from + (nodePattern === "/" ? "{any}" : nodePattern.slice(1));
	return nodePattern === "/" ? mapping.from || "/" : mapping.from + nodePattern;
}

/** The mapping of a free route, or what is wrong with it. A `{name}` is possible at the end of `path` only if `to` replaces what is before it. */
export function routeMapping(path: string, to: string | undefined): PathMapping | string {
	const from = withoutSlash(path);
	if (to === undefined) return path.includes("{") ? { from: "", to: "" } : { from, to: from };
	const open = path.indexOf("{");
	if (open === -1) return { from, to: withoutSlash(to) };
	const literal = path.slice(0, open);
	if (path.indexOf("}") !== path.length - 1) return "with `to`, a `{name}` is allowed only at the end of `path`";
	if (literal.endsWith("-")) return { from: literal, to: to.endsWith("/") ? to : `${to}/` };
	if (literal.endsWith("/")) return { from: withoutSlash(literal), to: withoutSlash(to) };
	return "with `to`, the text before `{name}` must end in `-` or `/`";
}

/** `/a/` -> `/a`, `/` -> the empty string. */
export function withoutSlash(path: string): string {
	return path.endsWith("/") ? path.slice(0, -1) : path;
}
