import { BODY_CHUNKED } from "../http/message.ts";
import type { WorkClass } from "../limit/memoryLevel.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { CompiledRoute } from "./compiledRoute.ts";
import type { Routed } from "./decide.ts";

/** Bytes of a body from which a request is an upload. One that does not tell its length is taken for one. */
const UPLOAD = 64 * 1024;
const TENANT = "t";

interface Asked {
	readonly request: Pick<Routed<CompiledRoute>["request"], "bodyLength" | "query">;
	readonly route: { readonly plan: Pick<RoutePlan, "priority">; readonly service: Pick<ServicePlan, "logins"> };
	readonly nodeTarget: string;
}

/** What a request that is decided means to memory. */
export function workClassOf({ request, route, nodeTarget }: Asked): WorkClass {
	const { bodyLength, query } = request;
	if (bodyLength === BODY_CHUNKED || bodyLength > UPLOAD) return "upload";
	if (route.plan.priority === 0) return "login";
	const { pages, keys } = route.service.logins;
	if (pages.includes(firstSegment(nodeTarget))) return "login";
	return keys.some((key) => query.includes(`${key}=`)) ? "login" : "request";
}

/** After a tenant: `oauth2` of `/t/example.com/oauth2/token?x`. */
function firstSegment(target: string): string {
	const end = target.indexOf("?");
	const [, first = "", , third = ""] = (end === -1 ? target : target.substring(0, end)).split("/", 4);
	return first === TENANT ? third : first;
}
