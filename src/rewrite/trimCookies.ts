/**
 * Cookie headers that grow until no node takes them: WSO2's login framework leaves a `sessionNonceCookie-<sessionDataKey>` for every login that was begun
 * and not finished. Those of logins other than the request's own are left out, the oldest first, and ended at the client.
 */

import { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";
import { CookieParts } from "./cookieParts.ts";
import { PublicPaths } from "./publicPaths.ts";

/** A Cookie header that fits. */
export interface TrimmedCookies {
	/** In place of the client's, with its names. */
	readonly cookies: string;
	/** Set-Cookie values that end what was left out. */
	readonly ended: readonly string[];
}

/** Cookies ended with one response; the next one ends the rest. */
const MOST_ENDED = 32;
/** Of what a node takes; the rest is for the request line and the other fields. */
const SHARE = 0.75;
/** What the products write, and so may be written back. */
const KEY = /^[\w.-]{1,128}$/;
const HINTED = /=([\w.-]{1,128})/g;

/**
 * Null where nothing has to be done, which is nearly always. Browsers send cookies of one path in the order in which they were made (RFC 6265 section
 * 5.4), so the first ones are the oldest. Which login the request belongs to is told by its query, its form or the query of its Referer; where
 * none tells, the newest cookie stays.
 *
 * Throws PorticoError `request_cookies_size` for what is too large for a node all the same. Hot path.
 *
 * @param parameters query and form of the request
 */
export function trimCookies(headers: HeaderList, service: ServicePlan, parameters: string): TrimmedCookies | null {
	if (!isPiledUp(headers, service)) return null;
	const { maxHeader, mostHeader } = service.cookies;
	const header = headers.all("cookie").join("; ");
	const names = CookieNames.of(service);
	const over = names.toNode(header).length - Math.floor(maxHeader * SHARE);
	if (over <= 0) return null;
	const fitted = withoutOldLogins(header, over, service, names, `${parameters} ${headers.get("referer") ?? ""}`);
	const left = fitted?.cookies ?? header;
	const size = names.toNode(left).length;
	if (size > mostHeader) throw tooLarge(left, names, size, mostHeader);
	return fitted;
}

/** Whether {@link trimCookies} may have anything to do. Hot path. */
export function isPiledUp(headers: HeaderList, { cookies: { maxHeader } }: ServicePlan): boolean {
	if (maxHeader === 0) return false;
	let length = 0;
	for (let index = 0; index < headers.names.length; index++) {
		if (headers.names[index]?.key === "cookie") length += (headers.values[index]?.length ?? 0) + 2;
	}
	return length > maxHeader * SHARE;
}

/** @param over bytes to be saved @param hints where the key of the login may stand that the request belongs to */
function withoutOldLogins(header: string, over: number, service: ServicePlan, names: CookieNames, hints: string): TrimmedCookies | null {
	const piled = piledCookies(header, service, names);
	// Whatever the parameter: an identity provider sends the key back as `state` or RelayState, with more after it.
	const named = new Set(Array.from(hints.matchAll(HINTED), ([, key]) => key));
	const isOwn = ({ key }: PiledCookie): boolean => named.has(key);
	const newest = piled.some(isOwn) ? undefined : piled.at(-1);
	const dropped = new Set<number>();
	const ended: string[] = [];
	let saved = 0;
	for (const cookie of piled) {
		if (saved >= over) break;
		if (cookie === newest || isOwn(cookie)) continue;
		dropped.add(cookie.start);
		saved += cookie.length;
		if (ended.length < MOST_ENDED && KEY.test(cookie.key)) ended.push(endOf(cookie, service));
	}
	return dropped.size === 0 ? null : { cookies: without(header, dropped), ended };
}

interface PiledCookie {
	/** Where its part of the header begins. */
	readonly start: number;
	/** What the node is spared, with the separator. */
	readonly length: number;
	/** At the client. */
	readonly name: string;
	readonly isTagged: boolean;
	readonly key: string;
}

function piledCookies(header: string, service: ServicePlan, names: CookieNames): PiledCookie[] {
	const found: PiledCookie[] = [];
	for (const part = new CookieParts(header); part.advance(); ) {
		const { start, name, nameEnd, end } = part;
		const atNode = names.nodeName(name) ?? "";
		const beginning = service.cookies.piling.find((each) => atNode.startsWith(each));
		if (beginning !== undefined) {
			const length = atNode.length + end - nameEnd + 2;
			found.push({ start, length, name, isTagged: name !== atNode, key: atNode.slice(beginning.length) });
		}
	}
	return found;
}

function without(header: string, dropped: ReadonlySet<number>): string {
	const left: string[] = [];
	for (const part = new CookieParts(header); part.advance(); ) {
		const { start, next } = part;
		if (!dropped.has(start)) left.push(header.slice(start, next - 1).trim());
	}
	return left.join("; ");
}

function endOf({ name, isTagged }: PiledCookie, service: ServicePlan): string {
	const path = isTagged && service.cookies.wide ? "/" : PublicPaths.of(service).cookieRoot;
	const secure = service.publicOrigin.startsWith("https:") ? "; Secure" : "";
	return `${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=${path}${secure}; HttpOnly`;
}

/** Names the largest cookie, as the client knows it, and never what it holds. */
function tooLarge(header: string, names: CookieNames, size: number, limit: number): PorticoError {
	let largest = { name: "", length: 0 };
	for (const part = new CookieParts(header); part.advance(); ) {
		const { name, nameEnd, end } = part;
		const length = name.length + end - nameEnd;
		if (length > largest.length && names.nodeName(name) !== null) largest = { name, length };
	}
	const name = largest.name === "" ? "one without a name" : largest.name.slice(0, 64);
	const publicDetail = `The cookies have ${size} bytes. The largest is ${name} with ${largest.length} bytes. The limit is ${limit} bytes.`;
	return new PorticoError("request_cookies_size", { detail: `cookies.size ${name} ${largest.length}`, publicDetail });
}
