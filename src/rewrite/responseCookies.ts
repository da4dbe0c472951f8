/** What becomes of a Set-Cookie of a node: its path, its name, and what goes out beside it. */

import * as names from "../http/fieldNames.ts";
import type { FieldName, HeaderList } from "../http/headers.ts";
import type { CookieCopyPlan, ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";
import { CookieParts } from "./cookieParts.ts";
import { PublicPaths } from "./publicPaths.ts";
import { cookieFacts, cookieName, mapSetCookie, renamed } from "./setCookie.ts";

/**
 * Puts what the client gets for one Set-Cookie of a node; nothing if the node must not set it. Beside the cookie itself that may be:
 *
 * - copies under the plain name, at the paths where scripts of the product read it;
 * - the same at the path without the service's prefix, for cookies that the product's scripts need in requests without it, and for all where the request
 *   came so: the browser goes on there;
 * - the end of the cookie that an older session left under the plain name, once nobody needs that one: the node ends the cookie, or sets it anew at a
 *   path of this service alone. One at `/` may be another product's, so a new login does not end it.
 *
 * @param asked see {@link mapSetCookie}
 * @param request the client's headers
 * @param cameBare its path had no prefix
 */
export function putSetCookie(
	out: HeaderList,
	field: FieldName,
	value: string,
	service: ServicePlan,
	asked: string,
	request: HeaderList,
	cameBare: boolean,
): void {
	const cookies = CookieNames.of(service);
	if (cookies.isPlain && !cameBare) return out.put(field, mapSetCookie(value, service, asked));
	const name = cookieName(value);
	if (cookies.isForbidden(name)) return;
	const mapped = mapSetCookie(value, service, asked);
	const { copied, bare, acceptUntagged } = service.cookies;
	const isTagged = cookies.isTagged(name);
	const clientName = isTagged ? cookies.clientName(name) : name;
	out.put(
		field,
		isTagged ? renamed(staysAtRoot(value, service) ? mapSetCookie(value, service, asked, "/") : mapped, name, clientName) : mapped,
	);
	if (cameBare || (bare.length > 0 && bare.includes(name))) putBare(out, field, value, service, asked, name, clientName, mapped);
	if (!isTagged) return;
	const copy = copied.length === 0 ? null : copyOf(copied, name);
	if (copy === null && !(acceptUntagged && brings(request, name))) return;
	const { path, isEnd } = cookieFacts(mapped);
	const isShared = path === null || path === "/";
	if (copy !== null && !isShared) return out.put(field, mapped);
	for (const at of copy?.paths ?? []) out.put(field, mapSetCookie(value, service, asked, at));
	if ((isEnd || !isShared) && acceptUntagged && brings(request, name)) out.put(names.SET_COOKIE, ended(mapped, name));
}

/** Its tag keeps it apart, so that it need not keep to a slash prefix. */
function staysAtRoot(value: string, service: ServicePlan): boolean {
	return service.cookies.wide && PublicPaths.of(service).cookieRoot !== "/" && cookieFacts(value).path === "/";
}

function putBare(
	out: HeaderList,
	field: FieldName,
	value: string,
	service: ServicePlan,
	asked: string,
	name: string,
	clientName: string,
	mapped: string,
): void {
	const { path } = cookieFacts(value);
	if (path === null || path === "/" || path === cookieFacts(mapped).path) return;
	out.put(field, renamed(mapSetCookie(value, service, asked, path), name, clientName));
}

function copyOf(copied: readonly CookieCopyPlan[], name: string): CookieCopyPlan | null {
	for (const copy of copied) if (copy.name === name) return copy;
	return null;
}

/** Whether the client has a cookie of exactly this name. */
function brings(request: HeaderList, name: string): boolean {
	for (let index = 0; index < request.length; index++) {
		if (request.keyAt(index) !== "cookie") continue;
		const header = request.valueAt(index);
		if (!header.includes(name)) continue;
		for (const part = new CookieParts(header); part.advance(); ) if (part.name === name) return true;
	}
	return false;
}

/** Of several Max-Age and Expires the last counts. */
function ended(value: string, name: string): string {
	const semicolon = value.indexOf(";");
	return `${name}=${semicolon === -1 ? "" : value.slice(semicolon)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`;
}
