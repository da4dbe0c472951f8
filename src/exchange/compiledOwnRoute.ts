/** Redirects and fixed responses, made ready once per snapshot. */
import { HeaderList } from "../http/headers.ts";
import type { ResponseHead } from "../http/message.ts";
import { reasonOf } from "../http/reasons.ts";
import type { FixedResponsePlan, OwnRoutePlan } from "../plan/ownRoute.ts";
import type { Plan } from "../plan/plan.ts";
import { compileHeaderRules, type HeaderRules } from "../rewrite/headerRules.ts";
import { compileRedirect } from "../rewrite/redirectTarget.ts";
import type { AdmittedRequest } from "./request.ts";

/** A response of Portico's own. */
export interface OwnResponse {
	/** Without Date and framing. */
	readonly head: ResponseHead;
	readonly body: string | Buffer;
}

/** Lifetime: snapshot. */
export interface CompiledOwnRoute {
	readonly plan: OwnRoutePlan;
	readonly responseRules: HeaderRules | null;
	readonly respond: (request: Pick<AdmittedRequest, "method" | "path" | "query" | "head">) => OwnResponse;
}

/** @returns the own routes in the plan's order */
export function compileOwnRoutes({ ownRoutes }: Plan): CompiledOwnRoute[] {
	return ownRoutes.map((plan) => ({
		plan,
		responseRules: compileHeaderRules(plan.responseHeaders),
		respond: responderOf(plan),
	}));
}

function responderOf({ response, pattern, exact }: OwnRoutePlan): CompiledOwnRoute["respond"] {
	if (response.kind === "fixed") return fixedResponder(response);
	const { status } = response;
	const targetOf = compileRedirect({ pattern, exact, ...response });
	return ({ path, query }) => {
		const headers = HeaderList.of(["Location", targetOf(path, query)]);
		return { head: { status, reason: reasonOf(status), version: 1, headers }, body: "" };
	};
}

/** About the content: a 304 goes without it (RFC 9110 section 15.4.5). */
const OF_CONTENT: ReadonlySet<string> = new Set(["content-type", "content-disposition", "content-language"]);

function fixedResponder({ status, headers, body, etag }: FixedResponsePlan): CompiledOwnRoute["respond"] {
	const bytes = Buffer.from(body, "base64");
	const fields = etag === null ? headers : [...headers, ["ETag", etag] as const];
	const kept = fields.filter(([name]) => !OF_CONTENT.has(name.toLowerCase()));
	const reason = reasonOf(status);
	return ({ method, head }) => {
		if (etag !== null && (method === "GET" || method === "HEAD") && matches(head.headers.joined("if-none-match"), etag))
			return { head: { status: 304, reason: "Not Modified", version: 1, headers: HeaderList.of(...kept) }, body: "" };
		return { head: { status, reason, version: 1, headers: HeaderList.of(...fields) }, body: bytes };
	};
}

/** Whether an If-None-Match (RFC 9110 section 13.1.2) names the tag, by the weak comparison. */
function matches(field: string | undefined, etag: string): boolean {
	if (field === undefined) return false;
	return field.trim() === "*" || field.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}
