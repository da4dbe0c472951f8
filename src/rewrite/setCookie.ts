import { isBlank, skipBlanks, trimBlanks } from "../http/cookie.ts";
import type { ServicePlan } from "../plan/service.ts";
import { withoutLabel } from "../route/wildcardHost.ts";
import { splitAuthority } from "./originTexts.ts";
import { PublicPaths } from "./publicPaths.ts";

const EQUALS = 0x3d;
const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * A Set-Cookie value as the client must get it: a Path of the node becomes the public one. A Domain that names a node goes away, and so does
 * one that names another public host of the service: browsers would refuse the cookie (RFC 6265 section 5.3). Attributes are found as browsers
 * find them (RFC 6265 section 5.2: split at every `;`, blanks trimmed, names in any case); the pair itself, all other attributes, their order,
 * spelling and spacing stay byte for byte.
 *
 * Path is mapped as {@link PublicPaths} says, so only if it is not public yet. `/` stays `/`, except for a service with a slash prefix (`/is`), whose
 * cookies keep to it. A Path that browsers ignore (quoted, relative, empty) stays. A `__Host-` cookie is bound to `Path=/` and no Domain by its
 * name, so it stays as a whole.
 *
 * @param asked authority that the client asked, as in {@link ServicePlan.hosts}
 * @param at a public path to write instead
 */
export function mapSetCookie(value: string, service: ServicePlan, asked: string, at: string | null = null): string {
	let semicolon = value.indexOf(";");
	if ((semicolon === -1 && at === null) || isHostBound(value)) return value;
	let out = "";
	let copied = 0;
	let hasPath = false;
	while (semicolon !== -1) {
		const next = value.indexOf(";", semicolon + 1);
		const end = next === -1 ? value.length : next;
		const start = skipBlanks(value, semicolon + 1);
		const code = value.charCodeAt(start) | 0x20;
		if (code === 0x70 && isNamed(value, start, "path")) {
			const from = valueStart(value, start + 4, end);
			const to = trimmedEnd(value, from, end);
			const path = value.slice(from, to);
			const mapped = at ?? mapCookiePath(path, service, asked);
			hasPath = true;
			if (mapped !== path) {
				out += value.slice(copied, from) + mapped;
				copied = to;
			}
		} else if (code === 0x64 && isNamed(value, start, "domain")) {
			const from = valueStart(value, start + 6, end);
			if (isOutOfPlace(value.slice(from, trimmedEnd(value, from, end)), service, asked)) {
				out += value.slice(copied, semicolon);
				copied = end;
			}
		}
		semicolon = next;
	}
	const mapped = copied === 0 ? value : out + value.slice(copied);
	return at === null || hasPath ? mapped : `${mapped}; Path=${at}`;
}

/** What a Set-Cookie value says of itself. */
export interface CookieFacts {
	/** The last Path, which is the one that counts; null where browsers find none and take the request's folder. */
	readonly path: string | null;
	/** It takes the cookie away. */
	readonly isEnd: boolean;
}

/** Attributes as browsers read them (RFC 6265 section 5.2): the last of each name counts, and Max-Age more than Expires. */
export function cookieFacts(value: string): CookieFacts {
	let path: string | null = null;
	let maxAge: string | null = null;
	let expires: string | null = null;
	for (let semicolon = value.indexOf(";"); semicolon !== -1; semicolon = value.indexOf(";", semicolon + 1)) {
		const next = value.indexOf(";", semicolon + 1);
		const end = next === -1 ? value.length : next;
		const start = skipBlanks(value, semicolon + 1);
		if (isNamed(value, start, "path")) path = textOf(value, start + 4, end);
		else if (isNamed(value, start, "max-age")) maxAge = textOf(value, start + 7, end);
		else if (isNamed(value, start, "expires")) expires = textOf(value, start + 7, end);
	}
	const isPath = path !== null && path.charCodeAt(0) === SLASH;
	// The products write a date of 1970.
	const isEnd = maxAge === null ? expires !== null && /\b1970\b/.test(expires) : maxAge === "0" || maxAge.startsWith("-");
	return { path: isPath ? path : null, isEnd };
}

function textOf(value: string, afterName: number, end: number): string {
	const from = valueStart(value, afterName, end);
	return value.slice(from, trimmedEnd(value, from, end));
}

/** The name of the cookie, empty if it has none. */
export function cookieName(value: string): string {
	const semicolon = value.indexOf(";");
	const end = semicolon === -1 ? value.length : semicolon;
	let equals = 0;
	while (equals < end && value.charCodeAt(equals) !== EQUALS) equals++;
	return equals === end ? "" : trimBlanks(value, 0, equals);
}

/** The same cookie under another name, which may not be empty. `name`: the one it has. */
export function renamed(value: string, name: string, to: string): string {
	const start = skipBlanks(value, 0);
	return to + value.slice(start + name.length);
}

function mapCookiePath(path: string, service: ServicePlan, asked: string): string {
	if (path.charCodeAt(0) !== SLASH) return path;
	const paths = PublicPaths.of(service);
	if (path === "/") return paths.cookieRoot;
	return paths.toPublic(paths.label === null ? path : withoutLabel(path, paths.label, asked), null);
}

function isOutOfPlace(domain: string, service: ServicePlan, asked: string): boolean {
	const host = (domain.charCodeAt(0) === DOT ? domain.slice(1) : domain).toLowerCase();
	if (service.nodeHosts.includes(host)) return true;
	const own = splitAuthority(asked).host;
	return own !== host && !own.endsWith(`.${host}`) && service.hosts.some((each) => splitAuthority(each).host === host);
}

/** RFC 6265bis section 4.1.3.2; browsers compare the prefix without regard to case. */
function isHostBound(value: string): boolean {
	const start = skipBlanks(value, 0);
	return value.charCodeAt(start) === 0x5f && value.slice(start, start + 7).toLowerCase() === "__host-";
}

/** The attribute at `start` is `name`, with a value. */
function isNamed(value: string, start: number, name: string): boolean {
	if (value.slice(start, start + name.length).toLowerCase() !== name) return false;
	return value.charCodeAt(skipBlanks(value, start + name.length)) === EQUALS;
}

/** Where the attribute's value begins: after `=` and blanks. */
function valueStart(value: string, afterName: number, end: number): number {
	return Math.min(end, skipBlanks(value, skipBlanks(value, afterName) + 1));
}

function trimmedEnd(value: string, from: number, end: number): number {
	let last = end;
	while (last > from && isBlank(value.charCodeAt(last - 1))) last--;
	return last;
}
