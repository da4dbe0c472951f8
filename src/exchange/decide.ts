/** What happens to a request, decided from the request alone: the data path, `explain` and `doctor` all ask here. */
import type { AffinityClaim } from "../affinity/claim.ts";
import { isShortForm } from "../affinity/flows.ts";
import { NO_KEY } from "../balance/picker.ts";
import { requestKey } from "../balance/requestKey.ts";
import type { ErrorCode } from "../errors.ts";
import { nodeQuery } from "../rewrite/queryValues.ts";
import { isPiledUp, type TrimmedCookies, trimCookies } from "../rewrite/trimCookies.ts";
import type { BareContexts, BareRequest } from "../route/bareContexts.ts";
import type { RouteDecision, Router } from "../route/router.ts";
import type { CompiledOwnRoute } from "./compiledOwnRoute.ts";
import type { CompiledRoute } from "./compiledRoute.ts";
import type { SignedIn } from "./fullGate.ts";
import type { AdmittedRequest } from "./request.ts";

/** What requests are decided by. Lifetime: snapshot. */
export interface DecisionRules<R extends CompiledRoute> {
	readonly router: Router;
	/** For paths that no route covers. */
	readonly bare: BareContexts;
	/** In the plan's order. */
	readonly routes: readonly R[];
	/** Redirects and fixed responses, in the plan's order. */
	readonly ownRoutes: readonly CompiledOwnRoute[];
}

/** A rule answers in place of a node. */
export interface Refused<R> {
	readonly kind: "refused";
	readonly code: ErrorCode;
	readonly rule: string;
	/** The route that the path leads to, or null. */
	readonly route: R | null;
	/** Methods for Allow. */
	readonly allow: readonly string[] | null;
}

/** A redirect or a fixed response takes it. */
export interface Own {
	readonly kind: "own";
	readonly route: null;
	readonly own: CompiledOwnRoute;
}

/** Only the body can tell what happens to the request: decide again once all of it has arrived. It is short. */
export interface NeedsForm<R> {
	readonly kind: "needsForm";
	/** The route, if it is known without the body. */
	readonly route: R | null;
}

/** A node is to answer. */
export interface Routed<R> {
	readonly kind: "routed";
	readonly request: AdmittedRequest;
	readonly route: R;
	/** Path and query for the node. */
	readonly nodeTarget: string;
	/** In place of the client's cookies, where those were more than a node accepts. */
	readonly cookies: TrimmedCookies | null;
	/** The node that the client has affinity to, or null. */
	readonly claim: AffinityClaim | null;
	/** What a consistent hash picks by, or NO_KEY. */
	readonly key: number;
	/** The key is that of affinity by a hash, which counts whatever the pool's policy is. */
	readonly hashed: boolean;
	/** The request came without its service's prefix. */
	readonly bare: boolean;
	/** The user, once the route's gates have asked; null if none had to sign in. */
	readonly signedIn: SignedIn | null;
}

export type Decision<R> = Refused<R> | Own | NeedsForm<R> | Routed<R>;

/**
 * Hot path.
 *
 * @param body all of the request's body, one character for each byte; null while it has not arrived
 * @param wall milliseconds since the epoch
 * @throws PorticoError `request_cookies_size`
 */
export function decide<R extends CompiledRoute>(
	rules: DecisionRules<R>,
	request: AdmittedRequest,
	body: string | null,
	wall: number,
): Decision<R> {
	const found = rules.router.decide(request);
	const isUnknown = found.kind === "refused" && found.rule === "path.unknown";
	const prefixed = isUnknown ? decideWithoutPrefix(rules, request, body) : null;
	if (prefixed === "needsForm") return { kind: "needsForm", route: null };
	const decision = prefixed ?? found;
	if (decision.kind === "own") {
		const own = rules.ownRoutes[decision.index];
		if (own === undefined) throw new Error(`there is no own route with index ${decision.index}`);
		return { kind: "own", route: null, own };
	}
	const route = rules.routes[decision.index];
	if (decision.kind === "refused") {
		const { code, rule, allow = null } = decision;
		return { kind: "refused", code, rule, route: route ?? null, allow };
	}
	if (route === undefined) throw new Error(`there is no route with index ${decision.index}`);
	return decideAffinity(request, body, wall, route, decision.nodePath, prefixed !== null);
}

/** A path that no route covers may lack the prefix of its service; null if no service is found. */
function decideWithoutPrefix(
	{ bare }: Pick<DecisionRules<CompiledRoute>, "bare">,
	request: AdmittedRequest,
	body: string | null,
): RouteDecision | "needsForm" | null {
	const { head, query, secure, bodyLength } = request;
	const isForm = isShortForm(head.method, head.headers, bodyLength);
	const asked: BareRequest = {
		asked: request,
		query,
		form: isForm ? body : null,
		headers: head.headers,
		scheme: secure ? "https" : "http",
	};
	if (isForm && body === null && bare.needsForm(asked)) return "needsForm";
	return bare.decide(asked)?.decision ?? null;
}

function decideAffinity<R extends CompiledRoute>(
	request: AdmittedRequest,
	body: string | null,
	wall: number,
	route: R,
	nodePath: string,
	bare: boolean,
): NeedsForm<R> | Routed<R> {
	const { head, query, clientAddress, bodyLength } = request;
	const { plan, service, affinity, poolKey } = route;
	const nodeTarget = nodePath + (plan.queryValues === null ? query : nodeQuery(plan.queryValues, query));

	// Cookies of old logins go where there are too many; a form may have to say which login is not an old one.
	let cookies: TrimmedCookies | null = null;
	if (plan.pathRules === "servlet" && service.cookies.maxHeader > 0 && isPiledUp(head.headers, service)) {
		const isForm = isShortForm(head.method, head.headers, bodyLength);
		if (isForm && body === null) return { kind: "needsForm", route };
		cookies = trimCookies(head.headers, service, isForm ? `${query} ${body}` : query);
	}

	let key = poolKey === null ? NO_KEY : requestKey(poolKey, head.headers, request.path, clientAddress);
	if (affinity === null)
		return { kind: "routed", request, route, nodeTarget, cookies, claim: null, key, hashed: false, bare, signedIn: null };

	let claim = affinity.claimOf(head.headers, nodeTarget, wall);
	if (claim === null && affinity.isInBody(head, bodyLength)) {
		if (body === null) return { kind: "needsForm", route };
		claim = affinity.claimOfBody(head, body, wall);
	}
	const hash = affinity.keyOf(head.headers, clientAddress);
	const hashed = hash !== NO_KEY;
	if (hashed) key = hash;
	return { kind: "routed", request, route, nodeTarget, cookies, claim, key, hashed, bare, signedIn: null };
}
