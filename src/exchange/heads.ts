/** The heads that leave: what is known of an exchange, put together for the rewriters. */
import type { ResponseAffinity } from "../affinity/routeAffinity.ts";
import { HeaderList } from "../http/headers.ts";
import type { RequestHead } from "../http/message.ts";
import type { MemberPlan } from "../plan/member.ts";
import { addToOwnResponse, type HeaderRules } from "../rewrite/headerRules.ts";
import type { HeaderFacts } from "../rewrite/headerTemplate.ts";
import { prepareRequest } from "../rewrite/requestHeaders.ts";
import type { IncomingContext } from "../rewrite/responseHeaders.ts";
import type { CompiledOwnRoute } from "./compiledOwnRoute.ts";
import type { CompiledRoute } from "./compiledRoute.ts";
import type { Routed } from "./decide.ts";
import type { SignedIn } from "./fullGate.ts";
import type { AdmittedRequest } from "./request.ts";

/** The request for a member. Hot path. */
export function requestFor(routed: Routed<CompiledRoute>, member: MemberPlan): RequestHead {
	const { request, route } = routed;
	const { client } = request;
	// As in the response: what is asked to switch protocols passes unchanged.
	const bodies = request.upgrade === null ? route.bodies : null;
	const rules = route.requestRules;
	const keeps = routed.signedIn === null || routed.signedIn.passAuthorization;
	const head = keeps ? request.head : { ...request.head, headers: withoutAuthorization(request.head.headers) };
	const prepared = prepareRequest(head, {
		route: route.plan,
		service: route.service,
		member,
		client,
		authority: request.authority,
		nodeTarget: routed.nodeTarget,
		requestId: request.requestId,
		prefixed: route.affinity?.prefixed ?? null,
		cookies: routed.cookies?.cookies ?? null,
		prefix: routed.bare ? client.prefix : client.prefix + route.cutPrefix,
		edits: rules === null ? null : { rules, facts: factsOf(request, route, routed.nodeTarget, routed.signedIn) },
		trailers: request.upgrade === null && bodies === null && request.head.version >= 1,
	});
	return bodies === null ? prepared : bodies.request(prepared);
}

/** The password was for Portico. */
function withoutAuthorization(headers: HeaderList): HeaderList {
	const kept = new HeaderList();
	for (const [index, name] of headers.names.entries()) if (name.key !== "authorization") kept.put(name, headers.valueAt(index));
	return kept;
}

const NO_COOKIES: readonly string[] = [];

/**
 * What decides how a response to the client looks. Hot path.
 *
 * @param trailers those of the node reach the client
 */
export function responseContext(
	{ request, route, cookies, bare, nodeTarget, signedIn }: Routed<CompiledRoute>,
	affinity: ResponseAffinity | null,
	date: string,
	trailers: boolean,
): IncomingContext {
	const rules = route.responseRules;
	return {
		route: route.plan,
		service: route.service,
		authority: request.authority,
		method: request.method,
		date,
		affinity,
		requestHeaders: request.head.headers,
		endedCookies: cookies?.ended ?? NO_COOKIES,
		bare,
		edits: rules === null ? null : { rules, facts: factsOf(request, route, nodeTarget, signedIn) },
		trailers,
	};
}

/** What fills the variables of header rules. @param route null: none was found @param nodeTarget empty: no node gets the request */
export function factsOf(
	{ client, authority, requestId, path }: Pick<AdmittedRequest, "client" | "authority" | "requestId" | "path">,
	route: CompiledRoute | CompiledOwnRoute | null,
	nodeTarget: string,
	signedIn: SignedIn | null,
): HeaderFacts {
	const known = route === null ? UNROUTED : { service: nameOf(route), route: route.plan.id, pattern: route.plan.pattern };
	return { client, authority, requestId, path, nodePath: nodeTarget, user: signedIn?.user ?? "", ...known };
}

function nameOf(route: CompiledRoute | CompiledOwnRoute): string {
	return "respond" in route ? route.plan.service : route.service.name;
}

/** Adds to a response of Portico's own. @param rules null for none */
export function addOwnHeaders(
	headers: HeaderList,
	rules: HeaderRules | null,
	request: Parameters<typeof factsOf>[0],
	route: CompiledRoute | CompiledOwnRoute | null,
	signedIn: SignedIn | null,
): void {
	if (rules !== null) addToOwnResponse(headers, { rules, facts: factsOf(request, route, "", signedIn) });
}

const UNROUTED = { service: "", route: "", pattern: "" } as const;
