/**
 * The small types of the schema. A message may hold a hint after a line break: `problem\nhint` (see describeIssue in issues.ts).
 */
import { z } from "zod";
import { DURATION, SIZE, toBytes, toMilliseconds } from "./units.ts";

/** `10s`; milliseconds once read. */
export const duration = z
	.string({ error: (issue) => unitMissing(issue.input, "duration", "s", "10s, 500ms, 5m, 1h") })
	.regex(DURATION, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a duration\n${durationHint(issue.input, ": 10s, 500ms, 5m, 1h")}`,
	})
	.refine((text) => Number.parseInt(text, 10) > 0, {
		error: "a duration must be greater than 0\nthis setting cannot be unlimited; use a long duration, such as 1d",
	})
	.transform(toMilliseconds)
	.meta({ title: "duration" });

/** `64KiB`; bytes once read. */
export const size = z
	.string({ error: (issue) => unitMissing(issue.input, "size", "B", "64KiB, 1MiB, 10MB") })
	.regex(SIZE, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a size\n${sizeHint(issue.input, ": 64KiB")}`,
	})
	.transform(toBytes)
	.meta({ title: "size" });

/** A size, or 0 for no limit. */
export const sizeOrNone = z
	.union([z.literal(0), z.string().regex(SIZE)], {
		error: (issue) =>
			typeof issue.input === "number"
				? unitMissing(issue.input, "size", "B", "64KiB, 1MiB, 10MB; 0 for no limit")
				: `${JSON.stringify(issue.input) ?? "nothing"} is not a size\n${sizeHint(issue.input, ", or 0 for no limit")}`,
	})
	.transform((value) => (value === 0 ? 0 : toBytes(value)))
	.meta({ title: "size, or 0" });

/** A hint for `1m30s`, `1.5h` and `30 sec`, in the only valid form. */
function durationHint(input: unknown, more: string): string {
	const seconds = typeof input === "string" ? secondsOf(input) : null;
	return seconds === null ? `write a whole number and ms, s, m, h or d${more}` : `write ${durationText(seconds * 1000)}`;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const PART = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|seconds?|secs?|minutes?|mins?|hours?|days?|s|m|h|d)\s*/i;

function secondsOf(text: string): number | null {
	let sum = 0;
	for (let rest = text.trim(); rest !== ""; ) {
		const [part, number, unit = ""] = PART.exec(rest) ?? [];
		if (part === undefined) return null;
		sum += Number(number) * (UNIT_SECONDS[unit.toLowerCase() === "ms" ? "ms" : (unit[0] ?? "").toLowerCase()] ?? 0);
		rest = rest.slice(part.length);
	}
	return sum > 0 ? sum : null;
}

function durationText(milliseconds: number): string {
	const ms = Math.round(milliseconds);
	const [unit, length] = (
		[
			["d", 86_400_000],
			["h", 3_600_000],
			["m", 60_000],
			["s", 1000],
		] as const
	).find(([, each]) => ms % each === 0) ?? ["ms", 1];
	return `${ms / length}${unit}`;
}

/** `64K`, `1M` and `10mb`: other programs mean powers of 1024 by them. */
function sizeHint(input: unknown, more: string): string {
	const [, number, unit = ""] = (typeof input === "string" && /^(\d{1,12})\s*([kmg])i?b?$/i.exec(input.trim())) || [];
	return number === undefined ? `write a whole number and B, KB, KiB, MB, MiB, GB or GiB${more}` : `write ${number}${unit.toUpperCase()}iB`;
}

function unitMissing(input: unknown, kind: string, unit: string, examples: string): string {
	if (typeof input === "number") return `${input} is not a ${kind}: the unit is missing\nwrite ${input}${unit} (${examples})`;
	return `this must be a ${kind}\nsuch as ${examples}`;
}

/** A duration, or `off`; milliseconds once read, 0 for off. */
export const durationOrOff = z
	.union([z.literal("off"), z.string().regex(DURATION, { error: (issue) => notDurationOrOff(issue.input) })], {
		error: (issue) => notDurationOrOff(issue.input),
	})
	.transform((value) => (value === "off" ? 0 : toMilliseconds(value)))
	.meta({ title: "duration, or off" });

/** `50%`; 0 to 1 once read. */
export const percentage = z
	.string({
		error: (issue) =>
			typeof issue.input === "number"
				? `a percentage needs a percent sign\nwrite ${issue.input}%`
				: "this must be a percentage\nsuch as 50%",
	})
	.regex(/^(?:100|\d{1,2})%$/, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a percentage\nwrite a whole number from 0 to 100 and %, such as 50%`,
	})
	.transform((text) => Number.parseInt(text, 10) / 100)
	.meta({ title: "percentage" });

function notDurationOrOff(input: unknown): string {
	if (typeof input === "number") return unitMissing(input, "duration", "s", "10s, 500ms, 5m, 1h; off for none");
	return `${JSON.stringify(input) ?? "nothing"} is not a duration\n${durationHint(input, ", or off for none")}`;
}

const CIDR_TITLE = "address or CIDR";
/** Checked by meaning in semantics.ts, by the very code that matches addresses. */
export const cidr = z.string().meta({ title: CIDR_TITLE });

const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
/** A DNS name or IPv4 address, or an IPv6 address with or without brackets. */
const HOST_NAME = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*\\.?|\\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\\]?)$`);
export const hostName = z
	.string()
	.max(255)
	.regex(HOST_NAME, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a host\n${hostHint(issue.input)}`,
	})
	.meta({ title: "host" });

function hostHint(input: unknown): string {
	const [, host, port] = (typeof input === "string" && /^(?:https?:\/\/)?([A-Za-z0-9._-]+)(?::(\d+))?\/?$/.exec(input)) || [];
	if (host === undefined) return "a name or an address, without scheme, port or path";
	return `write ${host}${port === undefined ? "" : "; the ports of a node follow from the product, `offset` and `ports`"}`;
}

/** A public host, with a port unless it is the scheme's own. */
export const publicHost = z
	.string()
	.max(255)
	.regex(/^[^/\s@?#*]+$/, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a host\nwrite host or host:port, without scheme or path`,
	})
	.meta({ title: "host[:port]" });

export const port = z.int().min(1).max(65_535).meta({ title: "port" });

/** Name of a service or node. It appears in logs, metrics, commands and URLs of the admin API. */
export const name = z
	.string()
	.max(63)
	.regex(/^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/, {
		error: (issue) =>
			`${JSON.stringify(issue.input)} is not a name\nletters, digits, \`-\`, \`_\` and \`.\`, beginning and ending with a letter or digit`,
	})
	.meta({ title: "name" });

/** Characters of a path in this file: the plain ones of RFC 3986 section 3.3, so that it can be compared byte by byte. */
const PATH = /^\/(?:[A-Za-z0-9._~!$&'()*+,=:@{}-]+\/?)*$/;
function pathHint(written: string): string {
	if (/^\^|\.\*|\$$|\\/.test(written))
		return "there are no regular expressions: write {name} for the rest of a segment, such as /t/{tenant}";
	return "it begins with `/` and has no `//`, `%`, `;`, `?`, `#` or blanks";
}

const characters = z
	.string()
	.regex(PATH, {
		error: (issue) => `${JSON.stringify(issue.input)} is not a path\n${pathHint(String(issue.input))}`,
	})
	.refine((value) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(value), { error: "a path cannot contain `.` or `..` segments" });

/**
 * Rejects `*`, which would be literal, but is meant as a wildcard.
 * @param advice for a `*` that is not the whole end of the path
 */
function withoutStar(advice: string): typeof characters {
	return characters.refine((value) => !value.includes("*"), { error: (issue) => starError(String(issue.input), advice) });
}

function starError(written: string, advice: string): string {
	const above = written.replace(/\/\*{1,2}\/?$/, "") || "/";
	const hint = above.includes("*") ? advice : `write ${above}: a path covers everything below it`;
	return `a path cannot contain \`*\`\n${hint}`;
}

/** A path of a node that replaces another one. */
export const path = withoutStar("the rest of the public path is kept").meta({ title: "path" });

/** A path whose segments may end in one `{name}`. */
export const pathPattern = withNames(withoutStar("write {name} for the rest of a segment: /t/{tenant}/app, /app-{page}"));

/** As {@link pathPattern}, of a redirect or fixed response: whether it covers what is below it stands beside it. */
export const ownPattern = withNames(
	characters.refine((value) => !value.includes("*"), {
		error: (issue) => `a path has no \`*\`\nwrite ${String(issue.input).replace(/\/\*.*$/, "") || "/"}, and \`match: prefix\` beside it`,
	}),
);

function withNames(paths: typeof characters): typeof characters {
	return paths
		.refine((value) => value.split("/").every((segment) => /^[^{}]*(?:\{[A-Za-z][A-Za-z0-9_]*\})?$/.test(segment)), {
			error: "a segment may contain one `{name}`, at its end",
		})
		.meta({ title: "path pattern" });
}

/** A path that is meant literally. */
export const plainPath = withoutStar("use a route with `{name}` and `access`: routes: [ { path: '/t/{tenant}/app', access: blocked } ]")
	.refine((value) => !/[{}]/.test(value), { error: "`{name}` is not allowed here" })
	.meta({ title: "path" });

export const prefix = z
	.string()
	.regex(/^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*[-/])?$/, {
		error: (issue) => prefixError(issue.input),
	})
	.refine((value) => !/\/\.{1,2}(?:\/|$)/.test(value), { error: "a prefix cannot contain `.` or `..` segments" })
	.meta({ title: "prefix" });

function prefixError(input: unknown): string {
	const text = String(input);
	const bare = /^\/?([A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)$/.exec(text)?.[1];
	if (bare === undefined) return `${JSON.stringify(text)} is not a prefix\nwrite /is- or /is/, or / for none`;
	return `${JSON.stringify(text)} is not a prefix\nwrite /${bare.replace(/-$/, "")}- (/is-samlsso) or /${bare.replace(/-$/, "")}/ (/is/samlsso), or / for none`;
}

export const method = z
	.string()
	.regex(/^[A-Z][A-Z-]{0,19}$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a method\nwrite it in upper case: GET` })
	.meta({ title: "method" });

/** RFC 9110 section 5.6.2; what cookies may be called too. */
export const token = z
	.string()
	.max(64)
	.regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: (issue) => `${JSON.stringify(issue.input)} is not the name of a header or cookie` })
	.meta({ title: "name" });

export const headerName = z
	.string()
	.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a header name` });
export const headerValue = z
	.string()
	.regex(/^[\t\x20-\x7e]*$/, { error: "a header value must be one line of printable ASCII" })
	.refine((value) => value.trim() !== "", { error: "this header has an empty value\nset a value, or remove the line" })
	.meta({ title: "header value" });

/** SHA-256 of a certificate, as `openssl x509 -noout -fingerprint -sha256` prints it or plain. */
export const sha256 = z
	.string()
	.regex(/^(?:[0-9A-Fa-f]{64}|(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})$/, {
		error:
			"this is not a SHA-256 fingerprint\nwrite 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256 -in node.pem` prints them",
	})
	.transform((text) => text.replaceAll(":", "").toLowerCase())
	.meta({ title: "SHA-256" });
