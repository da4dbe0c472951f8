/** Where a request without its service's prefix goes, in words. A running server knows more. */
import type { CompiledRoute } from "../exchange/compiledRoute.ts";
import type { DecisionRules } from "../exchange/decide.ts";
import type { AdmittedRequest } from "../exchange/request.ts";
import type { Plan } from "../plan/plan.ts";
import type { BareRequest } from "../route/bareContexts.ts";

/**
 * One sentence a line; none if a route covers the path, or no service has such a context.
 *
 * @param flow index of the service that logins in progress are assumed to belong to; -1: none
 */
export function bareSteps(
	plan: Plan,
	{ router, bare }: DecisionRules<CompiledRoute>,
	asked: AdmittedRequest,
	flow: number,
): readonly string[] {
	const found = router.decide(asked);
	if (found.kind !== "refused" || found.rule !== "path.unknown") return [];
	const { head, query, secure } = asked;
	const request: BareRequest = { asked, query, form: null, headers: head.headers, scheme: secure ? "https" : "http" };
	const steps = bare.explain(request);
	if (steps.length === 0) return [];
	const answer = bare.decide(request);
	const prefixed = answer === null ? [] : router.explain({ ...asked, path: answer.path }).slice(1);
	return [...notes(plan, asked, flow), ...steps, ...prefixed];
}

function notes(plan: Plan, { head, query }: AdmittedRequest, flow: number): string[] {
	const out: string[] = [];
	if (flow === -1 && head.method === "POST")
		out.push("A login in progress in the form counts like one in the query: set its service with --flow.");
	if (flow === -1 && query !== "") out.push("Only the running server knows which logins are in progress.");
	if (plan.affinityKeys.length === 0 && head.headers.has("cookie"))
		out.push("Affinity cookies are assumed to be genuine: only the running server knows the key.");
	return out;
}
