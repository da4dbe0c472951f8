import { withoutPrefix } from "../affinity/appCookie.ts";
import { mapCookies } from "../http/cookie.ts";
import * as names from "../http/fieldNames.ts";
import { type FieldName, HeaderList } from "../http/headers.ts";
import { connectionOptions, isHopByHop } from "../http/hopByHop.ts";
import type { RequestHead } from "../http/message.ts";
import { dashed, isSpoofable } from "../http/spoofable.ts";
import { relayableNames } from "../http1/trailers.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";
import { addToRequest, type HeaderEdits } from "./headerRules.ts";
import { splitAuthority } from "./originTexts.ts";
import { isNominated } from "./protectedFields.ts";

/** The client of an exchange, verified. */
export interface ClientFacts {
	/** A bare IP address. */
	readonly address: string;
	/** The client came over TLS, here or at a trusted proxy. */
	readonly secure: boolean;
}

/** All that decides what one request to a member looks like. */
export interface OutgoingContext {
	readonly route: RoutePlan;
	readonly service: ServicePlan;
	readonly member: MemberPlan;
	readonly client: ClientFacts;
	/** Validated public authority of this request: `host` or `host:port`, default port elided. */
	readonly authority: string;
	/** Path and query for the node. */
	readonly nodeTarget: string;
	readonly requestId: string;
	/** Cookie header in place of the client's, names as at the client. */
	readonly cookies?: string | null;
	/** Cookie of the application that has a prefix of ours at the client, or null. */
	readonly prefixed?: string | null;
	/** What the node does not see of the public path (X-Forwarded-Prefix); empty for nothing. */
	readonly prefix?: string;
	/** By `requestHeaders` of the route; null for none. */
	readonly edits?: HeaderEdits | null;
	/** Trailers of both sides pass, so that they may be asked for and announced. */
	readonly trailers?: boolean;
}

const KEEP = 0;
const DROP = 1;
const COOKIE = 2;
const METHOD = 3;
const TE = 4;
const TRAILER = 5;

/** In TE: the client takes trailers (RFC 9110 section 10.1.4). */
const TAKES_TRAILERS = /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i;

/** What happens to a field by its key. Keys that are not listed take the longer way through {@link actionOf}. */
const ACTIONS: ReadonlyMap<string, number> = new Map([
	...["host", "expect", "connection", "upgrade", "transfer-encoding", "content-length", "x-forwarded-for"].map(
		(key) => [key, DROP] as const,
	),
	...[
		"user-agent",
		"accept",
		"accept-encoding",
		"accept-language",
		"authorization",
		"cache-control",
		"content-type",
		"if-modified-since",
		"if-none-match",
		"origin",
		"pragma",
		"priority",
		"referer",
		"sec-ch-ua",
		"sec-ch-ua-mobile",
		"sec-ch-ua-platform",
		"sec-fetch-dest",
		"sec-fetch-mode",
		"sec-fetch-site",
		"sec-fetch-user",
		"upgrade-insecure-requests",
		"x-requested-with",
	].map((key) => [key, KEEP] as const),
	["cookie", COOKIE],
	["te", TE],
	["trailer", TRAILER],
	// Another method than the one that the route was chosen for: frameworks of nodes obey these.
	...["x-http-method-override", "x-http-method", "x-method-override"].map((key) => [key, METHOD] as const),
]);

/**
 * The complete head that goes to the member: path of the node, Host by the route's rule, the client's fields in their order and spelling
 * without those of the hop, the nominated ones (see {@link isNominated}) and the ones that clients must not send (see {@link isSpoofable}; names with
 * underscores as if they had dashes). Several Cookie lines become one (RFC 6265 section 5.4), with the node's own cookies alone (see {@link CookieNames}). X-Forwarded-* and
 * X-Request-Id say what is verified. The route's own rules come last. TE and Trailer are made anew where trailers pass. Framing is added by the protocol that sends it. Hot path.
 */
export function prepareRequest(head: RequestHead, context: OutgoingContext): RequestHead {
	const input = head.headers;
	const outNames: FieldName[] = [names.HOST];
	const outValues: string[] = [context.route.host === "public" ? context.authority : memberAuthority(context.member)];
	const nominated = connectionOptions(input);
	let cookieName = names.COOKIE;
	let cookies: string | null = null;
	const { edits = null } = context;
	const dropped = edits === null ? null : edits.rules.dropped;
	let takesTrailers = false;
	for (let index = 0; index < input.names.length; index++) {
		const name = input.names[index];
		const value = input.values[index];
		if (name === undefined || value === undefined) break;
		const { key } = name;
		const action = ACTIONS.get(key) ?? actionOf(key);
		if (action === TE) {
			takesTrailers ||= TAKES_TRAILERS.test(value);
			continue;
		}
		if (action === TRAILER) {
			const announced = context.trailers === true && input.has("transfer-encoding") ? relayableNames(value) : "";
			if (announced !== "") {
				outNames.push(name);
				outValues.push(announced);
			}
			continue;
		}
		if (action === DROP || (action === METHOD && !context.route.methodOverride) || (nominated !== null && isNominated(nominated, key)))
			continue;
		if (dropped?.has(dashed(key)) === true) continue;
		if (action !== COOKIE) {
			outNames.push(name);
			outValues.push(value);
		} else {
			if (cookies === null) cookieName = name;
			cookies = cookies === null ? value : `${cookies}; ${value}`;
		}
	}
	const nodeCookies = cookies === null ? null : cookiesFor(context.cookies ?? cookies, context);
	if (nodeCookies !== null) {
		outNames.push(cookieName);
		outValues.push(nodeCookies);
	}
	const { authority, client } = context;
	const { host, port } = splitAuthority(authority);
	// Not a spread of a list: that is a call of its own, 0.1 µs.
	outNames.push(
		names.X_FORWARDED_FOR,
		names.X_FORWARDED_PROTO,
		names.X_FORWARDED_HOST,
		names.X_FORWARDED_PORT,
		names.X_FORWARDED_SERVER,
		names.X_REQUEST_ID,
	);
	outValues.push(
		client.address,
		client.secure ? "https" : "http",
		authority,
		port || (client.secure ? "443" : "80"),
		host,
		context.requestId,
	);
	if (context.prefix !== undefined && context.prefix !== "") {
		outNames.push(names.X_FORWARDED_PREFIX);
		outValues.push(context.prefix);
	}
	const headers = new HeaderList(outNames, outValues);
	if (edits !== null) addToRequest(headers, edits);
	if (takesTrailers && context.trailers === true) {
		headers.put(names.TE, "trailers");
		headers.put(names.CONNECTION, "TE");
	}
	return { method: head.method, target: context.nodeTarget, version: 1, headers };
}

/** The cookies that the node gets; null: none is left. */
function cookiesFor(cookies: string, { service, prefixed = null }: OutgoingContext): string | null {
	let left = CookieNames.of(service).toNode(cookies);
	if (prefixed !== null) left = mapCookies(left, prefixed, withoutPrefix);
	return left !== "" || cookies === "" ? left : null;
}

function actionOf(key: string): number {
	if (isHopByHop(key) || isSpoofable(key)) return DROP;
	if (!key.includes("_")) return KEEP;
	const name = dashed(key);
	const action = ACTIONS.get(name);
	return (action !== undefined && action !== KEEP) || isHopByHop(name) || isSpoofable(name) ? DROP : KEEP;
}

/** The member's own `host:port`, the default port of its scheme elided, an IPv6 address in brackets. */
function memberAuthority(member: MemberPlan): string {
	const host = member.host.includes(":") && !member.host.startsWith("[") ? `[${member.host}]` : member.host;
	return member.port === (member.tls === null ? 80 : 443) ? host : `${host}:${member.port}`;
}
