/**
 * The directives of Apache's LogFormat (mod_log_config, mod_logio), each with what it says of an exchange. Values are escaped as Apache
 * does; a value that is missing is `-`, one that was sent empty stays empty.
 */

import { escapeLogItem } from "./escape.ts";
import { type Mask, maskTarget } from "./mask.ts";
import type { ExchangeRecord } from "./record.ts";
import { compileTime, localClfTime } from "./time.ts";
import {
	bytesReceived,
	bytesSent,
	cookieValue,
	headerValue,
	hostOf,
	originForm,
	portOf,
	protocol,
	requestLine,
	serviceName,
} from "./values.ts";

/** One stretch of a line. */
export type Part = (record: ExchangeRecord) => string;

/**
 * Makes the part for a directive. `argument` is what stood in braces, "" if nothing did; `mask` the parameters to mask. Throws
 * Error on an argument that it does not know.
 */
type Directive = (argument: string, mask: Mask) => Part;

const escaped = (value: string | null): string => (value === null ? "-" : escapeLogItem(value));
const orDash = (value: string): string => (value === "" ? "-" : escapeLogItem(value));

/** A directive without argument that may hold a secret. */
const masked =
	(make: (mask: Mask) => Part): Directive =>
	(argument, mask) => {
		if (argument !== "") throw new Error(`takes no argument {${argument}}`);
		return make(mask);
	};

/** A directive without argument. */
const plain = (part: Part): Directive => masked(() => part);

/** A directive whose argument is one of a few. */
const oneOf =
	(parts: Readonly<Record<string, Part>>): Directive =>
	(argument) => {
		const part = Object.hasOwn(parts, argument) ? parts[argument] : undefined;
		if (part !== undefined) return part;
		const names = Object.keys(parts);
		const known = names.map((name) => (name === "" ? "none" : name));
		const meant = nearestOf(argument, names);
		throw new Error(`takes one of these arguments: ${known.join(", ")}${meant === null ? "" : `; did you mean ${meant}?`}`);
	};

/** The one that differs in case, in a dash for an underscore, or by what is left out at an end; null: none does. */
function nearestOf(argument: string, names: readonly string[]): string | null {
	const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");
	const asked = plain(argument);
	const found = names.find((name) => plain(name) === asked) ?? names.find((name) => asked.length >= 2 && plain(name).includes(asked));
	return found ?? names.find((name) => name !== "" && asked.includes(plain(name))) ?? null;
}

/** A directive whose argument is a name. */
const named =
	(make: (name: string, mask: Mask) => Part): Directive =>
	(name, mask) => {
		if (name === "") throw new Error("needs a name in braces");
		return make(name, mask);
	};

const micros = (record: ExchangeRecord): string => String(Math.round(record.duration * 1000));
const seconds = (record: ExchangeRecord): string => String(Math.floor(record.duration / 1000));
const tls = (record: ExchangeRecord): string => orDash(record.tlsVersion ?? "");

export const DIRECTIVES: Readonly<Record<string, Directive>> = {
	"%": plain(() => "%"),
	a: oneOf({ "": (record) => orDash(record.clientAddress), c: (record) => orDash(record.peerAddress) }),
	B: plain((record) => String(record.bytesOut)),
	b: plain((record) => (record.bytesOut === 0 ? "-" : String(record.bytesOut))),
	C: named((name) => (record) => escaped(cookieValue(record.requestHeaders, name))),
	D: plain(micros),
	e: oneOf({
		UNIQUE_ID: (record) => orDash(record.requestId),
		HTTPS: (record) => (record.scheme === "https" ? "on" : "-"),
		SSL_PROTOCOL: tls,
	}),
	H: plain((record) => (record.method === "" ? "-" : protocol(record))),
	h: oneOf({ "": (record) => orDash(record.clientAddress), c: (record) => orDash(record.peerAddress) }),
	I: plain((record) => String(bytesReceived(record))),
	i: named((name, mask) => {
		const key = name.toLowerCase();
		return (record) => escaped(headerValue(record.requestHeaders, key, mask));
	}),
	k: plain((record) => String(record.requestIndex)),
	L: plain((record) => orDash(record.requestId)),
	l: plain(() => "-"),
	m: plain((record) => orDash(record.method)),
	n: oneOf({
		attempts: (record) => String(record.attempts),
		error: (record) => record.error ?? "-",
		member: (record) => orDash(record.member),
		phase: (record) => record.phase,
		request_id: (record) => orDash(record.requestId),
		route: (record) => orDash(record.routeId),
		rule: (record) => orDash(record.rule ?? ""),
		service: (record) => orDash(serviceName(record) ?? ""),
		upstream_status: (record) => (record.upstreamStatus === 0 ? "-" : String(record.upstreamStatus)),
	}),
	O: plain((record) => String(bytesSent(record))),
	o: named((name, mask) => {
		const key = name.toLowerCase();
		if (key === "content-type") return (record) => escaped(mediaType(headerValue(record.responseHeaders, key, mask)));
		return (record) => escaped(headerValue(record.responseHeaders, key, mask));
	}),
	p: oneOf({ "": portOf, canonical: portOf, remote: (record) => String(record.clientPort) }),
	q: masked((mask) => (record) => escapeLogItem(queryOf(maskTarget(record.target, mask)))),
	r: masked((mask) => (record) => requestLine(record, mask)),
	S: plain((record) => String(bytesReceived(record) + bytesSent(record))),
	s: plain((record) => String(record.status)),
	T: oneOf({ "": seconds, s: seconds, ms: (record) => String(Math.floor(record.duration)), us: micros }),
	t: timePart,
	U: plain((record) => orDash(decodedPath(record.target))),
	u: plain((record) => orDash(record.user)),
	V: plain((record) => orDash(hostOf(record.authority))),
	v: plain((record) => orDash(hostOf(record.authority))),
	X: plain((record) => (record.error === "client_gone" ? "X" : record.keptAlive ? "+" : "-")),
	x: oneOf({ SSL_PROTOCOL: tls, HTTPS: (record) => (record.scheme === "https" ? "on" : "off") }),
	"^FB": plain((record) => (record.firstByte < 0 ? "-" : String(Math.round(record.firstByte * 1000)))),
};

function timePart(argument: string): Part {
	const atEnd = argument.startsWith("end:");
	const format = argument.replace(/^(begin|end):/, "");
	if (format === "")
		return atEnd ? (record) => localClfTime(record.startWall + record.duration) : (record) => localClfTime(record.startWall);
	const time = compileTime(format);
	return atEnd ? (record) => time(record.startWall + record.duration) : (record) => time(record.startWall);
}

/** Apache leaves out the parameters. */
function mediaType(value: string | null): string | null {
	return value?.replace(/;.*$/s, "").trimEnd() ?? null;
}

function queryOf(target: string): string {
	const start = target.indexOf("?");
	return start === -1 ? "" : target.slice(start);
}

/** The path, percent-decoded but for `%2F`, one character per byte. */
function decodedPath(target: string): string {
	const path = originForm(target).replace(/[?#].*$/s, "");
	return path.replace(/%([0-9a-f]{2})/gi, (text, hex: string) =>
		hex.toLowerCase() === "2f" ? text : String.fromCharCode(Number.parseInt(hex, 16)),
	);
}
