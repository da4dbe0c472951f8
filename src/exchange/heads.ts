/** The heads that leave: what is known of an exchange, put together for the rewriters. */
import type { ResponseAffinity } from "../affinity/routeAffinity.ts";
import type { RequestHead } from "../http/message.ts";
import type { MemberPlan } from "../plan/member.ts";
import { prepareRequest } from "../rewrite/requestHeaders.ts";
import type { IncomingContext } from "../rewrite/responseHeaders.ts";
import type { CompiledRoute } from "./compiledRoute.ts";
import type { Routed } from "./decide.ts";

/** The request for a member. Hot path. */
export function requestFor(routed: Routed<CompiledRoute>, member: MemberPlan): RequestHead {
	const { request, route } = routed;
	const prepared = prepareRequest(request.head, {
		route: route.plan,
		service: route.service,
		member,
		client: request.client,
		authority: request.authority,
		nodeTarget: routed.nodeTarget,
		requestId: request.requestId,
		prefixed: route.affinity?.prefixed ?? null,
		cookies: routed.cookies?.cookies ?? null,
	});
	return route.bodies === null || request.upgrade !== null ? prepared : route.bodies.request(prepared);
}

const NO_COOKIES: readonly string[] = [];

/** What decides how a response to the client looks. Hot path. */
export function responseContext(
	{ request, route, cookies, bare }: Routed<CompiledRoute>,
	affinity: ResponseAffinity | null,
	date: string,
): IncomingContext {
	return {
		route: route.plan,
		service: route.service,
		method: request.method,
		date,
		affinity,
		requestHeaders: request.head.headers,
		endedCookies: cookies?.ended ?? NO_COOKIES,
		bare,
	};
}
