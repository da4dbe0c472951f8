import type { IncomingMessage, ServerResponse } from "node:http";
import { answerOptions } from "./cors.ts";
import { Exchange } from "./exchange.ts";
import { escapeHtml } from "./html.ts";
import type { NodeContext } from "./nodeContext.ts";
import { splitOrganization } from "./organizations.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";
import { servletPath } from "./servletPath.ts";
import { isSince } from "./versions.ts";

/** Answers every request whose path is below one context path. */
export type WebApp = (exchange: Exchange) => Promise<void> | void;

/** Context path (or servlet path of the root application) → what answers there. The longest match on a segment boundary wins. */
export type WebApps = ReadonlyMap<string, WebApp>;

/** Applications of their own: they have their own JSESSIONID path. All else belongs to Carbon's root application. */
const OWN_CONTEXTS = new Set([
	"/oauth2",
	"/api",
	"/authenticationendpoint",
	"/accountrecoveryendpoint",
	"/accounts",
	"/oid4vci",
	"/myaccount",
	"/console",
	"/scim2",
	"/publisher",
	"/devportal",
	"/admin",
	"/carbon",
]);

const NO_ORGANIZATION = { organization: null, isRefused: false };

/** The servlet side of a node: maps a request to its web application as Tomcat does. */
export function tomcat(node: NodeContext, apps: WebApps, scheme: "http" | "https") {
	return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		response.setHeader("Server", "WSO2 Carbon Server");
		if (node.switches.servedBy !== "") response.setHeader("X-Served-By", node.switches.servedBy);
		const target = request.url ?? "/";
		const mark = target.indexOf("?");
		const path = servletPath(withoutOrigin(mark === -1 ? target : target.slice(0, mark)));
		const parts = { node, request, response, scheme, rawQuery: mark === -1 ? "" : target.slice(mark + 1) };
		if (path === null) return errorPage(new Exchange({ ...parts, path: "/", tenant: SUPER_TENANT }), 400, "Bad Request");
		if (request.method === "TRACE") return errorPage(new Exchange({ ...parts, path, tenant: SUPER_TENANT }), 405, "Method Not Allowed");
		const { tenant, rest: afterTenant } = splitTenant(path);
		const hasOrganizations = node.product === "is" && isSince(node.version, "6.0");
		const { organization, rest, isRefused } = hasOrganizations ? splitOrganization(afterTenant) : { ...NO_ORGANIZATION, rest: afterTenant };
		const exchange = new Exchange({ ...parts, path: rest, tenant, organization });
		if (isRefused) return exchange.json(404, { code: "404", message: "Not Found", description: "Organization specific routing failed." });
		const match = longestMatch(apps, rest);
		if (match === null) return errorPage(exchange, 404, "Not Found");
		const first = rest.split("/", 2)[1] ?? "";
		if (answerOptions(exchange)) return;
		exchange.contextPath = OWN_CONTEXTS.has(`/${first}`) ? `/${first}` : "";
		await match(exchange);
	};
}

function withoutOrigin(path: string): string {
	const absolute = /^https?:\/\/[^/]*(.*)$/.exec(path);
	return absolute === null ? path : absolute[1] || "/";
}

/** `/t/{tenant}/rest`, as the tenant rewrite valve cuts it. */
function splitTenant(path: string): { tenant: string; rest: string } {
	const match = /^\/t\/([^/]+)(\/.*)$/.exec(path);
	return match === null ? { tenant: SUPER_TENANT, rest: path } : { tenant: match[1] as string, rest: match[2] as string };
}

function longestMatch(apps: WebApps, path: string): WebApp | null {
	for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
		const app = apps.get(path.slice(0, end));
		if (app !== undefined) return app;
	}
	return apps.get("/") ?? null;
}

/** Tomcat's ErrorReportValve. */
export function errorPage(exchange: Exchange, status: number, text: string): void {
	const title = `HTTP Status ${status} – ${text}`;
	exchange.send(
		status,
		"text/html;charset=utf-8",
		`<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1><hr class="line" /><p><b>Type</b> Status Report</p><p><b>Path</b> ${escapeHtml(exchange.path)}</p></body></html>`,
	);
}
