import { cookiePlan, NO_MAINTENANCE } from "../../test/harness/plans.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { RouteQuery } from "./router.ts";

/** A route with the defaults of a public servlet one of the first service. */
export function route(pattern: string, overrides: Partial<RoutePlan> = {}): RoutePlan {
	return {
		id: `test:${pattern}`,
		service: 0,
		pattern,
		written: null,
		exact: false,
		methods: null,
		methodOverride: true,
		upgrade: null,
		access: "public",
		allow: null,
		deny: [],
		users: -1,
		pool: 0,
		affinity: null,
		mapping: { from: "", to: "" },
		bare: false,
		pathRules: "servlet",
		allowPath: [],
		host: "public",
		maxBody: 0,
		defaultType: null,
		requestHeaders: [],
		responseHeaders: [],
		rewriteBodies: false,
		queryValues: null,
		leadsAway: false,
		sampleBodies: false,
		retry: { attempts: 4, perTry: 0, repeat: "idempotent", redispatch: true, statuses: [], keepBody: 65_536 },
		priority: 1,
		timeouts: {},
		...overrides,
	};
}

export function service(hosts: readonly string[] = ["sso.example.com"]): ServicePlan {
	return {
		name: "test",
		front: null,
		product: "http",
		version: "",
		hosts,
		bindings: [],
		publicOrigin: `https://${hosts[0]}`,
		mappings: [],
		nodeOrigins: [],
		ownOrigins: [],
		nodeHosts: [],
		pagePaths: [],
		ownCookies: [],
		cookies: cookiePlan(),
		logins: { keys: [], returnedIn: [], lifetime: 0, pages: [] },
		errorPages: [],
		interceptErrors: [],
		maintenance: NO_MAINTENANCE,
		nodePorts: [],
	};
}

export function query(path: string, overrides: Partial<RouteQuery> = {}): RouteQuery {
	return { authority: "sso.example.com", path, method: "GET", upgrade: null, clientAddress: "192.0.2.1", ...overrides };
}

/** The tenant and context routes of an API Manager behind `/apim-`, `/apim/` or `/`; ids are as for `/apim-`. */
export function apimRoutes(servletRules: Partial<RoutePlan> = {}, prefix = "/apim-"): RoutePlan[] {
	const mapping = prefix.endsWith("-") ? { from: prefix, to: "/" } : { from: prefix.slice(0, -1), to: "" };
	const at = (rest: string, overrides: Partial<RoutePlan>) => route(prefix + rest, { mapping, id: `test:/apim-${rest}`, ...overrides });
	const servlet = (rest: string, overrides: Partial<RoutePlan> = {}) => at(rest, { ...overrides, ...servletRules });
	const gateway = (rest: string) => at(rest, { pool: 1, pathRules: "gateway" });
	const blocked = { access: "blocked", pool: -1 } as const;
	return [
		gateway("{context}"),
		gateway("t/{tenant}"),
		servlet("t/{tenant}/oauth2"),
		servlet("t/{tenant}/carbon", blocked),
		servlet("t/{tenant}/services", blocked),
		servlet("carbon", blocked),
		servlet("services", blocked),
		servlet("oauth2"),
		servlet("devportal"),
		servlet("publisher", { access: "restricted", allow: ["10.0.0.0/8"] }),
	];
}
