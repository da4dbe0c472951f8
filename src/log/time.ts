/** The times of log lines, in the zone of this machine as Apache prints them. */

import { clfTime, dayName, monthName, two, zoneOffset } from "../http/date.ts";

let cachedSecond = Number.NaN;
let cachedText = "";

/** `[10/Oct/2000:13:55:36 -0700]` in local time. Hot path: made once a second. */
export function localClfTime(wallMs: number): string {
	const second = Math.floor(wallMs / 1000);
	if (second !== cachedSecond) {
		cachedText = clfTime(wallMs, localOffset(wallMs));
		cachedSecond = second;
	}
	return cachedText;
}

let isoSecond = Number.NaN;
let isoText = "";

/** `2026-01-31T12:00:00.123Z`. Hot path: but for the milliseconds made once a second. */
export function isoTime(wallMs: number): string {
	const second = Math.floor(wallMs / 1000);
	if (second !== isoSecond) {
		isoText = new Date(second * 1000).toISOString().slice(0, -4);
		isoSecond = second;
	}
	return `${isoText}${String(Math.floor(wallMs) - second * 1000).padStart(3, "0")}Z`;
}

/** Minutes that local time is ahead of UTC at that moment. */
function localOffset(wallMs: number): number {
	return -new Date(wallMs).getTimezoneOffset();
}

type TimeField = (local: Date, wallMs: number) => string;

const hour12 = (local: Date): number => local.getUTCHours() % 12 || 12;
const space = (value: number): string => (value < 10 ? ` ${value}` : String(value));
const year = (local: Date): string => String(local.getUTCFullYear());
const dayOfYear = (local: Date): number => Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

/** strftime(3) in the C locale. The date given holds local time in its UTC fields. */
const FIELDS: Readonly<Record<string, TimeField>> = {
	"%": () => "%",
	A: (local) => FULL_DAYS[local.getUTCDay()] as string,
	a: (local) => dayName(local.getUTCDay()),
	B: (local) => FULL_MONTHS[local.getUTCMonth()] as string,
	b: (local) => monthName(local.getUTCMonth()),
	C: (local) => two(Math.floor(local.getUTCFullYear() / 100)),
	c: (local, wallMs) => expand("%a %b %e %H:%M:%S %Y", local, wallMs),
	D: (local, wallMs) => expand("%m/%d/%y", local, wallMs),
	d: (local) => two(local.getUTCDate()),
	e: (local) => space(local.getUTCDate()),
	F: (local, wallMs) => expand("%Y-%m-%d", local, wallMs),
	H: (local) => two(local.getUTCHours()),
	h: (local) => monthName(local.getUTCMonth()),
	I: (local) => two(hour12(local)),
	j: (local) => String(dayOfYear(local)).padStart(3, "0"),
	k: (local) => space(local.getUTCHours()),
	l: (local) => space(hour12(local)),
	M: (local) => two(local.getUTCMinutes()),
	m: (local) => two(local.getUTCMonth() + 1),
	n: () => "\n",
	p: (local) => (local.getUTCHours() < 12 ? "AM" : "PM"),
	R: (local, wallMs) => expand("%H:%M", local, wallMs),
	r: (local, wallMs) => expand("%I:%M:%S %p", local, wallMs),
	S: (local) => two(local.getUTCSeconds()),
	s: (_, wallMs) => String(Math.floor(wallMs / 1000)),
	T: (local, wallMs) => expand("%H:%M:%S", local, wallMs),
	t: () => "\t",
	u: (local) => String(local.getUTCDay() || 7),
	w: (local) => String(local.getUTCDay()),
	X: (local, wallMs) => expand("%H:%M:%S", local, wallMs),
	x: (local, wallMs) => expand("%m/%d/%y", local, wallMs),
	Y: year,
	y: (local) => year(local).slice(-2),
	z: (local, wallMs) => zoneOffset(Math.round((local.getTime() - wallMs) / 60_000)),
};

const FULL_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const FULL_MONTHS = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
];

/** mod_log_config's own tokens; they stand alone. */
const TOKENS: Readonly<Record<string, (wallMs: number) => string>> = {
	sec: (wallMs) => String(Math.floor(wallMs / 1000)),
	msec: (wallMs) => String(Math.floor(wallMs)),
	usec: (wallMs) => String(Math.floor(wallMs * 1000)),
	msec_frac: (wallMs) => String(Math.floor(wallMs) % 1000).padStart(3, "0"),
	usec_frac: (wallMs) => String(Math.floor(wallMs * 1000) % 1_000_000).padStart(6, "0"),
};

/**
 * Compiles the argument of Apache's `%{format}t` (without `begin:` or `end:`).
 *
 * @throws Error on a strftime field that is not known
 */
export function compileTime(format: string): (wallMs: number) => string {
	const token = TOKENS[format];
	if (token !== undefined) return token;
	const unknown = unknownField(format);
	if (unknown !== null) throw new Error(`has an unknown time field ${unknown}`);
	return (wallMs) => expand(format, new Date(wallMs + localOffset(wallMs) * 60_000), wallMs);
}

function unknownField(format: string): string | null {
	for (const [field, letter] of format.matchAll(/%(.?)/gs)) {
		if (!Object.hasOwn(FIELDS, letter ?? "")) return field;
	}
	return null;
}

function expand(format: string, local: Date, wallMs: number): string {
	return format.replace(/%(.)/gs, (_, letter: string) => FIELDS[letter]?.(local, wallMs) ?? "");
}
