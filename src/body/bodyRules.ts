import { keyHash } from "../balance/hash.ts";
import { acceptedCoding, type Coding, codingOf } from "../http/codings.ts";
import { fieldNameOf, HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead, type ResponseHead } from "../http/message.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { RedirectMap } from "../rewrite/location.ts";
import { PublicPaths } from "../rewrite/publicPaths.ts";
import { wildcardOf } from "../route/wildcardHost.ts";
import { type BodyKind, bodyKind } from "./bodyKind.ts";
import { BodyRewriter } from "./bodyRewriter.ts";
import { BodyUrlMap } from "./bodyUrlMap.ts";
import { BoundedMemo } from "./boundedMemo.ts";
import { EntityTags } from "./entityTags.ts";
import { folderOf } from "./relative.ts";
import { SameOriginReferrer, sameOriginPolicy } from "./sameOriginReferrer.ts";
import { SignedPaths } from "./signedPaths.ts";
import { UnsignedXml } from "./unsignedXml.ts";

/** Goes up when the same rules begin to write other bytes. */
const VERSION = 5;
/** A body known to be shorter is not worth a coding: it fits a packet anyway. */
const LEAST_ENCODED = 1024;

/** What turns a body into its public form, chunk by chunk. */
export interface Rewriting {
	/**
	 * What can leave now: may be the chunk itself, null for nothing.
	 * @throws PorticoError what has left makes no whole with what came
	 */
	push(chunk: Buffer): Buffer | null;
	end(): Buffer | null;
}

/** What becomes of a response. */
export interface ResponsePlan {
	/** The node's head as it would be if the node had sent what the client gets. */
	readonly head: ResponseHead;
	readonly body: BodyLength;
	/** Null: the body passes as it is. */
	readonly rewriting: Rewriting | null;
	readonly decode: Coding | null;
	readonly encode: Coding | null;
}

/** Fields that speak about the very bytes of a body. */
const OF_BYTES: ReadonlySet<string> = new Set(["content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"]);
const NO_TRANSFORM = /(?:^|,)\s*no-transform\s*(?:,|$)/i;

const NOT_FOR_NODE: ReadonlySet<string> = new Set(["accept-encoding", "range", "if-range"]);

const ACCEPT_ENCODING = fieldNameOf("Accept-Encoding");
const CONTENT_ENCODING = fieldNameOf("Content-Encoding");
const ETAG = fieldNameOf("ETag");
const IF_MODIFIED_SINCE = fieldNameOf("If-Modified-Since");
const VARY = fieldNameOf("Vary");

/** How bodies of one service's responses are rewritten, and what that means for the heads of request and answer. Lifetime: snapshot. */
export class BodyRules {
	/** By the host that the client asked. */
	readonly #urls: ReadonlyMap<string, BodyUrlMap>;
	/** Of hosts that a wildcard stands for. */
	readonly #wildcards: BoundedMemo<BodyUrlMap>;
	readonly #tags: EntityTags;
	/** Pages have to tell where they are, since what they ask for may lack the service's prefix. */
	readonly #needsReferer: boolean;
	readonly #signedPaths = new SignedPaths();

	constructor(hosts: readonly string[], urlsOf: (host: string) => BodyUrlMap, version: string, needsReferer: boolean) {
		this.#urls = new Map(hosts.map((host) => [host, urlsOf(host)]));
		this.#wildcards = new BoundedMemo(urlsOf);
		this.#tags = new EntityTags(version);
		this.#needsReferer = needsReferer;
	}

	/** By route; only those whose bodies are rewritten. */
	static build(plan: Plan): ReadonlyMap<RoutePlan, BodyRules> {
		const byService = new Map<ServicePlan, BodyRules>();
		const byRoute = new Map<RoutePlan, BodyRules>();
		const routes = plan.routes.filter((route) => route.rewriteBodies);
		const redirects = routes.length === 0 ? null : RedirectMap.build(plan);
		const bare = new Set(plan.routes.flatMap((route) => (route.bare ? route.service : [])));
		for (const route of routes) {
			const service = plan.services[route.service];
			if (service === undefined || redirects === null) continue;
			const rules = byService.get(service) ?? BodyRules.#ofService(plan, service, redirects, bare.has(route.service));
			byService.set(service, rules);
			byRoute.set(route, rules);
		}
		return byRoute;
	}

	static #ofService(plan: Plan, service: ServicePlan, redirects: RedirectMap, needsReferer: boolean): BodyRules {
		const urlsOf = (host: string): BodyUrlMap => new BodyUrlMap(service, redirects, host);
		return new BodyRules(service.hosts, urlsOf, versionOf(plan, service, needsReferer), needsReferer);
	}

	/**
	 * The request for the node. It is asked for no coding (identity): taking one off costs more than the near network, and the client gets its own.
	 * No ranges: those of the node's bytes would not fit ours (RFC 9110 section 14.2 lets any recipient ignore Range).
	 */
	request(head: RequestHead): RequestHead {
		const headers = new HeaderList();
		let date: string | null = null;
		let since: string | null = null;
		for (let index = 0; index < head.headers.length; index++) {
			const key = head.headers.keyAt(index);
			if (NOT_FOR_NODE.has(key)) continue;
			let value: string | null = head.headers.valueAt(index);
			if (key === "if-modified-since") {
				since = value;
				continue;
			}
			if (key === "if-none-match") date ??= this.#tags.dateIn(value);
			if (key === "if-none-match" || key === "if-match") value = this.#tags.toNode(value, key === "if-match");
			if (value !== null) headers.put(head.headers.fieldAt(index), value);
		}
		headers.put(ACCEPT_ENCODING, "identity");
		// A date does not count beside a tag (RFC 9110 section 13.1.3): neither beside one that was left out. Without any it is from before bodies were rewritten.
		const asked = headers.has("if-none-match") ? since : date;
		if (asked !== null) headers.put(IF_MODIFIED_SINCE, asked);
		return { ...head, headers };
	}

	/**
	 * @param request the client's
	 * @param asked authority that it asked, one of the service's hosts
	 * @param nodeTarget path and query as the node saw them
	 */
	answer(head: ResponseHead, body: BodyLength, request: RequestHead, asked: string, nodeTarget: string): ResponsePlan {
		const isHead = request.method === "HEAD";
		const length = isHead ? lengthOf(head.headers) : body;
		const urls = this.#urls.get(asked) ?? (this.#urls.has(wildcardOf(asked)) ? this.#wildcards.of(asked) : undefined);
		const kind = urls !== undefined && isWholeBody(head, length) ? bodyKind(head.headers.get("content-type")) : null;
		const coding = codingOf(head.headers.joined("content-encoding"));
		if (urls === undefined || kind === null || coding === "unknown") {
			return { head: { ...head, headers: this.#tagged(head, request) }, body, rewriting: null, decode: null, encode: null };
		}
		const wanted = acceptedCoding(request.headers.joined("accept-encoding"));
		const encode = coding === "identity" && length >= 0 && length < LEAST_ENCODED ? null : wanted;
		const rewritten = { ...head, headers: this.#rewrittenFields(head, kind, encode) };
		// The same fields as for GET, but for the length, which nobody knows (RFC 9110 section 9.3.2).
		if (isHead) return { head: rewritten, body, rewriting: null, decode: null, encode: null };
		const base = { node: folderOf(nodeTarget), public: folderOf(pathOf(request.target)) };
		const rewriter = new BodyRewriter(urls, kind, base);
		return {
			head: rewritten,
			body: BODY_CHUNKED,
			rewriting:
				kind === "xml"
					? new UnsignedXml(rewriter, nodeTarget, this.#signedPaths)
					: kind === "html" && this.#needsReferer
						? new SameOriginReferrer(rewriter)
						: rewriter,
			decode: coding === "identity" ? null : coding,
			encode,
		};
	}

	#rewrittenFields({ headers: from, status }: ResponseHead, kind: BodyKind, encode: Coding | null): HeaderList {
		const headers = new HeaderList();
		for (let index = 0; index < from.length; index++) {
			const key = from.keyAt(index);
			if (OF_BYTES.has(key) || key === "content-encoding" || key === "content-length") continue;
			let value = from.valueAt(index);
			if (key === "etag") value = this.#tags.toPublic(value, true);
			else if (key === "referrer-policy" && kind === "html") value = this.#policy(value);
			headers.put(from.fieldAt(index), value);
		}
		if (status === 200) this.#putDateTag(headers, true);
		if (encode !== null) headers.put(CONTENT_ENCODING, encode);
		putVary(headers);
		return headers;
	}

	/** All tags of such a route are marked, also those of images: then one without a mark is from before bodies were rewritten here. */
	#tagged({ headers, status }: ResponseHead, request: RequestHead): HeaderList {
		if (status === 304) return this.#confirming(headers, request);
		if (!headers.has("etag") && !headers.has("accept-ranges") && !headers.has("last-modified")) return headers;
		const out = new HeaderList();
		for (let index = 0; index < headers.length; index++) {
			const key = headers.keyAt(index);
			if (key === "accept-ranges") continue;
			const value = headers.valueAt(index);
			out.put(headers.fieldAt(index), key === "etag" ? this.#tags.toPublic(value, false) : value);
		}
		if (status === 200) this.#putDateTag(out, false);
		return out;
	}

	/** The fields of a 304, which have to be those of the 200 that the client has (RFC 9110 section 15.4.5). */
	#confirming(headers: HeaderList, request: RequestHead): HeaderList {
		const etag = headers.get("etag") ?? null;
		const confirmed = this.#tags.confirmed(request.headers.joined("if-none-match") ?? "", etag);
		const isRewritten = confirmed?.isRewritten ?? true;
		const tag = confirmed?.tag ?? (etag === null ? null : this.#tags.toPublic(etag, isRewritten));
		const out = new HeaderList();
		for (let index = 0; index < headers.length; index++) {
			const key = headers.keyAt(index);
			// The length of a 304 is that of the node's body.
			if (key === "etag" || key === "content-length" || key === "accept-ranges" || (isRewritten && OF_BYTES.has(key))) continue;
			const value = headers.valueAt(index);
			// What a 304 says holds for the page that the client has (RFC 9111 section 4.3.4).
			out.put(headers.fieldAt(index), key === "referrer-policy" ? this.#policy(value) : value);
		}
		if (tag !== null) out.put(ETAG, tag);
		if (isRewritten) putVary(out);
		return out;
	}

	/** A response without a tag gets one of its date. */
	#putDateTag(headers: HeaderList, isRewritten: boolean): void {
		const date = headers.has("etag") ? undefined : headers.get("last-modified");
		const tag = date === undefined ? null : this.#tags.ofDate(date, isRewritten);
		if (tag !== null) headers.put(ETAG, tag);
	}

	#policy(value: string): string {
		return this.#needsReferer ? sameOriginPolicy(value) : value;
	}
}

const NAMES_CODING = /(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i;

/** The coding of a body that is rewritten is chosen here, by what the client takes. */
function putVary(headers: HeaderList): void {
	if (!NAMES_CODING.test(headers.joined("vary") ?? "")) headers.put(VARY, "Accept-Encoding");
}

/** The same head before it was framed for the wire. */
export function withoutFraming(head: ResponseHead): ResponseHead {
	const headers = new HeaderList();
	for (let index = 0; index < head.headers.length; index++) {
		if (!FRAMING.has(head.headers.keyAt(index))) headers.put(head.headers.fieldAt(index), head.headers.valueAt(index));
	}
	return { ...head, headers };
}

const FRAMING: ReadonlySet<string> = new Set(["connection", "content-length", "transfer-encoding"]);

/** A whole body follows, or would after GET, that may be changed (RFC 9110 sections 6.4.1, 7.7, 15.3.7). */
function isWholeBody({ status, headers }: ResponseHead, length: BodyLength): boolean {
	if (status < 200 || status === 204 || status === 206 || status === 304 || length === 0) return false;
	return !headers.has("content-range") && !NO_TRANSFORM.test(headers.joined("cache-control") ?? "");
}

/** What a response to HEAD says that the body is like. */
function lengthOf(headers: HeaderList): BodyLength {
	const length = headers.get("content-length");
	return length === undefined ? BODY_CHUNKED : Number(length);
}

/** The path of a request target, absolute-form too. */
function pathOf(target: string): string {
	if (target.startsWith("/")) return target;
	const slash = target.indexOf("/", target.indexOf("//") + 2);
	return slash === -1 ? "/" : target.slice(slash);
}

function versionOf(plan: Plan, service: ServicePlan, needsReferer: boolean): string {
	const facts = [
		VERSION,
		needsReferer,
		service,
		// Whose a path is that no product lists, the routes of the others decide.
		PublicPaths.of(service).isWhole ? plan.routes.map((route) => [route.service, route.pattern, route.exact]) : [],
		plan.services.map(({ name, hosts, mappings, nodeOrigins }) => [name, hosts, mappings, nodeOrigins]),
	];
	return keyHash(JSON.stringify(facts)).toString(36);
}
