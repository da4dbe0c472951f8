import { setValue, withPrefix } from "../affinity/appCookie.ts";
import { mayBeShared } from "../affinity/cacheable.ts";
import type { ResponseAffinity } from "../affinity/routeAffinity.ts";
import { PorticoError } from "../errors.ts";
import * as names from "../http/fieldNames.ts";
import { type FieldName, HeaderList } from "../http/headers.ts";
import { connectionOptions, isHopByHop } from "../http/hopByHop.ts";
import type { BodyLength, ResponseHead } from "../http/message.ts";
import { dashed } from "../http/spoofable.ts";
import { relayableNames } from "../http1/trailers.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { mapQuotedUrls } from "./challenge.ts";
import { addToResponse, type HeaderEdits } from "./headerRules.ts";
import { mapLink } from "./link.ts";
import { RedirectMap } from "./location.ts";
import { isNominated } from "./protectedFields.ts";
import { mapRefresh } from "./refresh.ts";
import { putSetCookie } from "./responseCookies.ts";
import { mapSources } from "./sourceList.ts";

/** All that decides what a response to the client looks like, beside the response itself. */
export interface IncomingContext {
	readonly route: RoutePlan;
	readonly service: ServicePlan;
	/** Public authority that the client asked, as in {@link ServicePlan.hosts}. */
	readonly authority: string;
	readonly method: string;
	/** IMF-fixdate, used when the node sent none. */
	readonly date: string;
	/** The client is kept on the node from now on. */
	readonly affinity?: ResponseAffinity | null;
	/** What the client asked with. */
	readonly requestHeaders?: HeaderList;
	/** Set-Cookie values that end cookies of the client. */
	readonly endedCookies?: readonly string[];
	/** The request came without the service's prefix. */
	readonly bare?: boolean;
	/** By `responseHeaders` of the route; null for none. */
	readonly edits?: HeaderEdits | null;
	/** Trailers of the node reach the client, so that it may be told which. */
	readonly trailers?: boolean;
}

const KEEP = 0;
const DROP = 1;
const URL = 2;
const REFRESH = 3;
const LINK = 4;
const COOKIE = 5;
const LENGTH = 6;
const TYPE = 7;
const DATE = 8;
const POLICY = 9;
const ORIGIN = 10;
const CHALLENGE = 11;
const TRAILER = 12;

/** What happens to a field by its key; keys that are not listed are kept unless they concern the hop. */
const ACTIONS: ReadonlyMap<string, number> = new Map([
	// Names the product, or a port of the node.
	...["server", "x-powered-by", "alt-svc", "connection", "keep-alive", "transfer-encoding"].map((key) => [key, DROP] as const),
	...["location", "content-location", "uri", "destination", "sourcemap", "x-sourcemap", "service-worker-allowed"].map(
		(key) => [key, URL] as const,
	),
	...[
		"accept-ranges",
		"cache-control",
		"content-encoding",
		"content-language",
		"etag",
		"expires",
		"last-modified",
		"pragma",
		"strict-transport-security",
		"vary",
		"x-content-type-options",
		"x-frame-options",
		"x-xss-protection",
	].map((key) => [key, KEEP] as const),
	["refresh", REFRESH],
	["link", LINK],
	["content-security-policy", POLICY],
	["content-security-policy-report-only", POLICY],
	["access-control-allow-origin", ORIGIN],
	["timing-allow-origin", ORIGIN],
	["www-authenticate", CHALLENGE],
	["reporting-endpoints", CHALLENGE],
	["trailer", TRAILER],
	["set-cookie", COOKIE],
	["content-length", LENGTH],
	["content-type", TYPE],
	["date", DATE],
]);

const NO_HEADERS = new HeaderList();
const NOTHING: readonly string[] = [];

/** Makes the heads that go to clients. Lives as long as its snapshot. Hot path. */
export class ResponseRewriter {
	readonly #redirects: RedirectMap;

	private constructor(redirects: RedirectMap) {
		this.#redirects = redirects;
	}

	static build(plan: Plan): ResponseRewriter {
		return new ResponseRewriter(RedirectMap.build(plan));
	}

	/**
	 * The complete head for the client. Framing is added by the protocol that sends it. Interim responses (1xx except
	 * 101, see {@link rewriteSwitch}) get the same care. Throws
	 * PorticoError `http_protocol_error` for a control character in a field that is mapped; the parser refuses what else is malformed.
	 */
	rewrite(head: ResponseHead, body: BodyLength, context: IncomingContext): ResponseHead {
		const input = head.headers;
		const outNames: FieldName[] = [];
		const outValues: string[] = [];
		const out = new HeaderList(outNames, outValues);
		const { route, edits = null } = context;
		const nominated = connectionOptions(input);
		const dropped = edits === null ? null : edits.rules.dropped;
		// Responses without a body say by it how long the body would be; to all others their protocol gives a length.
		let keepsLength = head.status === 304 || context.method === "HEAD";
		let hasType = false;
		let hasDate = false;
		for (let index = 0; index < input.names.length; index++) {
			const name = input.names[index];
			let value = input.values[index];
			if (name === undefined || value === undefined) break;
			const { key } = name;
			const action = ACTIONS.get(key) ?? (isHopByHop(key) ? DROP : KEEP);
			if (action === DROP || (nominated !== null && isNominated(nominated, key)) || dropped?.has(dashed(key)) === true) continue;
			if (action !== KEEP) {
				if ((action === LENGTH && !keepsLength) || (action === TRAILER && context.trailers !== true)) continue;
				if (action === COOKIE) {
					refuseControls(value);
					putCookie(out, name, value, context);
					continue;
				}
				if (action === LENGTH) keepsLength = false;
				else if (action === TYPE) hasType = true;
				else if (action === DATE) hasDate = true;
				else if (action === TRAILER) {
					value = relayableNames(value);
					if (value === "") continue;
				} else value = this.#mapValue(action, value, context);
			}
			outNames.push(name);
			outValues.push(value);
		}
		if (head.status >= 200) {
			if (!hasDate) out.put(names.DATE, context.date);
			if (
				!hasType &&
				route.defaultType !== null &&
				dropped?.has("content-type") !== true &&
				hasContent(head.status, body, context.method)
			) {
				out.put(names.CONTENT_TYPE, route.defaultType);
			}
			if (edits !== null) addToResponse(out, head.status, edits);
			if (context.affinity?.setCookie) addOwn(out, head.status, context.method, context.affinity.setCookie);
			// Whose response it is, these fields of the request decided.
			if (context.bare === true) out.put(names.VARY, "Cookie, Referer");
			for (const ended of context.endedCookies ?? NOTHING) addOwn(out, head.status, context.method, ended);
		}
		return { status: head.status, reason: head.reason, version: 1, headers: out };
	}

	#mapValue(action: number, value: string, context: IncomingContext): string {
		refuseControls(value);
		const { service, authority } = context;
		if (action === ORIGIN) return this.#mapOrigins(value, context);
		if (action === URL) return this.#redirects.map(value, service, authority);
		const map = (url: string) => this.#redirects.map(url, service, authority);
		if (action === POLICY) return mapSources(value, map);
		if (action === CHALLENGE) return mapQuotedUrls(value, map);
		return action === LINK ? mapLink(value, map) : mapRefresh(value, map);
	}

	/** Origins of scripts that may read the response. The one that the client named is repeated to it as it is: others compare it letter by letter. */
	#mapOrigins(value: string, { service, authority, requestHeaders }: IncomingContext): string {
		if (value === requestHeaders?.get("origin")) return value;
		return value.replaceAll(/[^\t ,]+/g, (origin) => this.#redirects.mapOrigin(origin, service, authority));
	}
}

/**
 * The head of a switch of protocols for the client: as {@link ResponseRewriter.rewrite}. Sec-WebSocket-* and unknown fields are kept.
 */
export function rewriteSwitch(
	head: ResponseHead,
	context: Pick<IncomingContext, "service" | "authority" | "affinity" | "requestHeaders">,
): ResponseHead {
	const input = head.headers;
	const out = new HeaderList();
	const nominated = connectionOptions(input);
	for (let index = 0; index < input.length; index++) {
		const key = input.keyAt(index);
		const action = ACTIONS.get(key) ?? (isHopByHop(key) ? DROP : KEEP);
		if (action === DROP || action === LENGTH || action === TRAILER || isNominated(nominated, key)) continue;
		const value = input.valueAt(index);
		const field = input.fieldAt(index);
		if (action === COOKIE) putCookie(out, field, value, context);
		else out.put(field, value);
	}
	if (context.affinity?.setCookie) out.put(names.SET_COOKIE, context.affinity.setCookie);
	return { status: head.status, reason: head.reason, version: 1, headers: out };
}

function putCookie(
	out: HeaderList,
	field: FieldName,
	value: string,
	{
		service,
		authority,
		affinity = null,
		requestHeaders,
		bare = false,
	}: Pick<IncomingContext, "service" | "authority" | "affinity" | "requestHeaders" | "bare">,
): void {
	// A cookie of our own that the node may set stays as it is.
	if (affinity !== null && affinity.preserved !== null && setValue(value, affinity.preserved) !== null) return out.put(field, value);
	const own = affinity === null || affinity.prefixed === null ? value : withPrefix(value, affinity.prefixed, affinity.prefix);
	putSetCookie(out, field, own, service, authority, requestHeaders ?? NO_HEADERS, bare);
}

/** No cache may give one client's cookie to others. Beside a `public` of the node the stricter one holds (RFC 9111 section 4.2.1). */
function addOwn(out: HeaderList, status: number, method: string, setCookie: string): void {
	if (mayBeShared(method, status, out)) out.put(names.CACHE_CONTROL, "private");
	out.put(names.SET_COOKIE, setCookie);
}

/** The response carries content, or is one to HEAD that describes it (RFC 9110 sections 9.3.2, 15.3.5, 15.4.5). */
function hasContent(status: number, body: BodyLength, method: string): boolean {
	return status >= 200 && status !== 204 && status !== 304 && (body !== 0 || method === "HEAD");
}

/** Field values hold no controls but HTAB (RFC 9110 section 5.5). */
const CONTROLS = /[^\t\x20-\x7e\x80-\xff]/;

function refuseControls(value: string): void {
	if (CONTROLS.test(value)) throw new PorticoError("http_protocol_error", { detail: "control character in a response field" });
}
