import { isBlank, skipBlanks } from "../http/cookie.ts";
import type { ServicePlan } from "../plan.ts";
import { PublicPaths } from "./publicPaths.ts";

const EQUALS = 0x3d;
const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * A Set-Cookie value as the client must get it: a Path of the node becomes the public one, a Domain that names a node goes away. Attributes
 * are found as browsers find them (RFC 6265 section 5.2: split at every `;`, blanks trimmed, names in any case); the pair itself, all other
 * attributes, their order, spelling and spacing stay byte for byte.
 *
 * Path is mapped as {@link PublicPaths} says, so only if it is not public yet. `/` stays `/`, except for a service with a slash prefix (`/is`), whose
 * cookies keep to it. A Path that browsers ignore (quoted, relative, empty) stays. A `__Host-` cookie is bound to `Path=/` and no Domain by its
 * name, so it stays as a whole.
 */
export function mapSetCookie(value: string, service: ServicePlan): string {
	let semicolon = value.indexOf(";");
	if (semicolon === -1 || isHostBound(value)) return value;
	let out = "";
	let copied = 0;
	while (semicolon !== -1) {
		const next = value.indexOf(";", semicolon + 1);
		const end = next === -1 ? value.length : next;
		const start = skipBlanks(value, semicolon + 1);
		const code = value.charCodeAt(start) | 0x20;
		if (code === 0x70 && isNamed(value, start, "path")) {
			const from = valueStart(value, start + 4, end);
			const to = trimmedEnd(value, from, end);
			const path = value.slice(from, to);
			const mapped = mapCookiePath(path, service);
			if (mapped !== path) {
				out += value.slice(copied, from) + mapped;
				copied = to;
			}
		} else if (code === 0x64 && isNamed(value, start, "domain")) {
			const from = valueStart(value, start + 6, end);
			if (isNodeHost(value.slice(from, trimmedEnd(value, from, end)), service)) {
				out += value.slice(copied, semicolon);
				copied = end;
			}
		}
		semicolon = next;
	}
	return copied === 0 ? value : out + value.slice(copied);
}

/** Whether the Set-Cookie value is of one of these names, which are compared exactly, as servers read them. */
export function setsOneOf(value: string, names: readonly string[]): boolean {
	const start = names.length === 0 ? 0 : skipBlanks(value, 0);
	for (const name of names) {
		if (value.startsWith(name, start) && value.charCodeAt(skipBlanks(value, start + name.length)) === EQUALS) return true;
	}
	return false;
}

function mapCookiePath(path: string, service: ServicePlan): string {
	if (path.charCodeAt(0) !== SLASH) return path;
	const paths = PublicPaths.of(service);
	return path === "/" ? paths.cookieRoot : paths.toPublic(path, null);
}

function isNodeHost(domain: string, service: ServicePlan): boolean {
	const host = (domain.charCodeAt(0) === DOT ? domain.slice(1) : domain).toLowerCase();
	return service.nodeHosts.includes(host);
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
