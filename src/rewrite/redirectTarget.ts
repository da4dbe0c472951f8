/** Where a redirect of the file leads. Pure. */
import type { OwnRoutePlan, RedirectPlan } from "../plan/ownRoute.ts";
import { parsePattern } from "../route/pattern.ts";
import { decode } from "../route/percent.ts";

/** @param path raw, without anything that its servlet view shows in another way @param query empty, or beginning with `?` */
export type RedirectTarget = (path: string, query: string) => string;

type Part = string | ((segments: readonly string[]) => string);

const NAME = /\{([A-Za-z_][A-Za-z0-9_-]*)\}/g;

/** A target in its parts: `https://host` (empty for a path), the path, and what follows it. */
export interface WrittenTarget {
	readonly origin: string;
	readonly path: string;
	/** Query and fragment. */
	readonly tail: string;
}

export function partsOf(to: string): WrittenTarget {
	const origin = /^[a-z]+:\/\/[^/?#]*/i.exec(to)?.[0] ?? "";
	const rest = to.slice(origin.length);
	const path = /^[^?#]*/.exec(rest)?.[0] ?? "";
	return { origin, path: path === "" ? "/" : path, tail: rest.slice(path.length) };
}

/** @returns names in braces, in order */
export function namesIn(text: string): string[] {
	return [...text.matchAll(NAME)].map(([, name = ""]) => name);
}

/**
 * The path that is kept and the values of parameters stay as the client sent them. Their path is plain (route/ownRoutes.ts), so a segment
 * of it is neither empty nor dots and holds no slash: a target that is a path stays one of this host.
 *
 * Throws Error for a name that the pattern does not have.
 */
export function compileRedirect({
	pattern,
	exact,
	to,
	keepPath,
	keepQuery,
}: Pick<OwnRoutePlan, "pattern" | "exact"> & RedirectPlan): RedirectTarget {
	const depth = parsePattern(pattern, exact).length;
	const { origin, path, tail } = partsOf(to);
	const head = partsTo(origin + path, pattern);
	const end = partsTo(tail, pattern, inQuery);
	const keepsQuery = keepQuery && !tail.includes("?");
	const hash = tail.indexOf("#");
	return (raw, query) => {
		const segments = raw.slice(1).split("/");
		const kept = keepPath && segments.length > depth ? `/${segments.slice(depth).join("/")}` : "";
		const base = fill(head, segments);
		const whole = kept === "" ? base : base.replace(/\/$/, "") + kept;
		const rest = fill(end, segments);
		if (!keepsQuery) return escaped(whole + rest);
		return escaped(hash === -1 ? whole + rest + query : whole + query + rest);
	};
}

/** Clients may send what no URL holds (RFC 3986 section 2), and a reader could take for the end of one. */
function escaped(url: string): string {
	return url.replace(/["<>^`{|}]/g, encodeURIComponent);
}

/** A value in a query: what separates its fields is data. */
function inQuery(value: string): string {
	return value.replace(/[^A-Za-z0-9._~%-]/g, encodeURIComponent);
}

function fill(parts: readonly Part[], segments: readonly string[]): string {
	let filled = "";
	for (const part of parts) filled += typeof part === "string" ? part : part(segments);
	return filled;
}

/** @param prepare makes a value fit for its place */
function partsTo(text: string, pattern: string, prepare = (value: string): string => value): Part[] {
	const parts: Part[] = [];
	let from = 0;
	for (const match of text.matchAll(NAME)) {
		const [whole, name = ""] = match;
		const valueIn = valueOf(name, pattern);
		parts.push(text.slice(from, match.index), (segments) => prepare(valueIn(segments)));
		from = match.index + whole.length;
	}
	return [...parts, text.slice(from)];
}

function valueOf(name: string, pattern: string): (segments: readonly string[]) => string {
	const written = pattern.slice(1).split("/");
	const at = written.findIndex((segment) => segment.endsWith(`{${name}}`));
	if (at === -1) throw new Error(`the pattern ${pattern} has no {${name}}`);
	const literal = decode((written[at] ?? "").slice(0, -`{${name}}`.length));
	return (segments) => {
		const raw = segments[at] ?? "";
		// Clients may escape characters that need none.
		return raw.startsWith(literal) ? raw.slice(literal.length) : encodeURIComponent(decode(raw).slice(literal.length));
	};
}
