/** What the client gets of a member's response: rewritten head, and the way of the body. */
import type { ResponseAffinity, RouteAffinity } from "../affinity/routeAffinity.ts";
import type { TurnClock } from "../clock.ts";
import { httpDate } from "../http/date.ts";
import { BODY_CHUNKED, type BodyLength, type ResponseHead } from "../http/message.ts";
import type { ClientStream } from "../listener/clientStream.ts";
import type { Plan } from "../plan/plan.ts";
import type { LeakRules } from "../rewrite/leaks.ts";
import type { LeakWatch } from "../rewrite/leakWatch.ts";
import type { ResponseRewriter } from "../rewrite/responseHeaders.ts";
import type { Attempt } from "./attempt.ts";
import { responseContext } from "./heads.ts";
import { type InterceptedPage, interceptedPage } from "./interceptedPage.ts";
import { PlainBody, ReplacedBody, type ResponseBody, type ResponseOwner, StagedBody } from "./response.ts";

/** What responses are made by. Lifetime: snapshot. */
export interface ResponseRules {
	readonly plan: Plan;
	readonly rewriter: ResponseRewriter;
	readonly leaks: LeakRules;
}

/** What it takes of the worker. */
export interface ResponseTools {
	readonly leaks: LeakWatch;
	readonly clock: TurnClock;
}

/**
 * Sends the head and returns the way of the body. Hot path.
 *
 * @throws PorticoError if the head cannot be rewritten; nothing was sent then
 */
export function beginResponse(
	{ routed, member }: Pick<Attempt, "routed" | "member">,
	head: ResponseHead,
	body: BodyLength,
	stream: ClientStream,
	owner: ResponseOwner,
	rules: ResponseRules,
	{ leaks, clock }: ResponseTools,
): ResponseBody {
	const { route, request } = routed;
	if (route.pages.intercepted?.has(head.status) && request.upgrade === null) {
		const page = interceptedPage(route.pages.errors, head, request);
		if (page !== null) return sendPage({ routed, member }, head, page, stream, owner, rules, clock);
	}
	// As in the request: what is asked to switch protocols passes unchanged.
	const staged =
		route.bodies === null || request.upgrade !== null
			? null
			: route.bodies.answer(head, body, request.head, request.authority, routed.nodeTarget);
	const length = staged === null ? body : staged.body;
	const affinity = route.affinity === null ? null : affinityOf(route.affinity, { routed, member }, head, clock.wall);
	const rewriting = staged === null ? null : staged.rewriting;
	const trailers = rewriting === null && length === BODY_CHUNKED && stream.version >= 1;
	const context = responseContext(routed, affinity, httpDate(clock.wall), trailers);
	const sent = rules.rewriter.rewrite(staged === null ? head : staged.head, length, context);
	const sample = leaks.look(rules.leaks, rules.plan, route.plan, sent, length, rewriting !== null);
	const way =
		staged === null || rewriting === null
			? new PlainBody(sent, stream, owner, sample)
			: new StagedBody(sent, stream, owner, sample, staged, rewriting);
	stream.sendHead(sent, length);
	return way;
}

/** A page of the file, in place of the member's body, which is read to its end. */
function sendPage(
	{ routed, member }: Pick<Attempt, "routed" | "member">,
	head: ResponseHead,
	page: InterceptedPage,
	stream: ClientStream,
	owner: ResponseOwner,
	{ rewriter }: ResponseRules,
	{ wall }: TurnClock,
): ResponseBody {
	const { affinity: rule } = routed.route;
	const affinity = rule === null ? null : affinityOf(rule, { routed, member }, head, wall);
	const length = routed.request.method === "HEAD" ? 0 : page.body.length;
	const sent = rewriter.rewrite({ ...head, headers: page.headers }, length, responseContext(routed, affinity, httpDate(wall), false));
	stream.sendHead(sent, length);
	if (length > 0) stream.sendBody(page.body);
	return new ReplacedBody(sent, stream, owner);
}

/** The client has affinity to the member from now on. @param wall milliseconds since the epoch */
export function affinityOf(
	affinity: RouteAffinity,
	{ routed, member }: Pick<Attempt, "routed" | "member">,
	head: ResponseHead,
	wall: number,
): ResponseAffinity {
	const { request, claim, nodeTarget } = routed;
	return affinity.answered(claim, request.method, nodeTarget, head, member.plan, wall);
}
