/**
 * The check-session iframe of API Manager's portals names the callback that it belongs to (`redirect_uri`), and the product compares it with the
 * registered one (OIDCSessionIFrameServlet of wso2-extensions/identity-inbound-auth-oauth). A portal makes that URL of the browser's origin and its own
 * context, which has the prefix outside where bodies are rewritten; what is registered has none. Here it gets the form that the product knows.
 */
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { toPublicPath } from "../route/mapPath.ts";

const FRAME = /oidc\/checksession$/;
const PORTALS = ["/publisher", "/devportal", "/admin"];
const CALLBACK = "/services/auth/callback/login";
const PARAMETER = "redirect_uri=";

/** Lives as long as its snapshot. */
export class SessionFrames {
	readonly #routes: ReadonlySet<RoutePlan>;
	/** By what a portal's page says. */
	readonly #callbacks: ReadonlyMap<string, string>;

	private constructor(routes: ReadonlySet<RoutePlan>, callbacks: ReadonlyMap<string, string>) {
		this.#routes = routes;
		this.#callbacks = callbacks;
	}

	static build(plan: Plan): SessionFrames {
		const callbacks = new Map(plan.services.flatMap((service, index) => callbacksOf(plan, service, index)));
		const routes = callbacks.size === 0 ? [] : plan.routes.filter(({ pattern }) => FRAME.test(pattern));
		return new SessionFrames(new Set(routes), callbacks);
	}

	/** The query for the node; the same string wherever nothing has to be done. @param query empty or beginning with `?` */
	queryFor(route: RoutePlan, query: string): string {
		if (this.#routes.size === 0 || !this.#routes.has(route)) return query;
		const found = query.search(/[?&]redirect_uri=/);
		if (found === -1) return query;
		const from = found + 1 + PARAMETER.length;
		const end = query.indexOf("&", from);
		const to = end === -1 ? query.length : end;
		const callback = this.#callbacks.get(decoded(query.slice(from, to)));
		return callback === undefined ? query : query.slice(0, from) + encodeURIComponent(callback) + query.slice(to);
	}
}

/** Of the portals whose pages get the prefix from Portico. */
function callbacksOf(plan: Plan, service: ServicePlan, index: number): [page: string, node: string][] {
	if (service.product !== "wso2-apim") return [];
	const scheme = service.publicOrigin.slice(0, service.publicOrigin.indexOf(":"));
	return PORTALS.flatMap((portal): [string, string][] => {
		const outside = toPublicPath(service.mappings, portal);
		const isRewritten = plan.routes.some((route) => route.service === index && route.rewriteBodies && route.pattern === outside);
		if (outside === null || outside === portal || !isRewritten) return [];
		return service.hosts.map((host) => [`${scheme}://${host}${outside}${CALLBACK}`, `${scheme}://${host}${portal}${CALLBACK}`]);
	});
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
