import { unauthorized } from "./consoles.ts";
import type { Exchange } from "./exchange.ts";
import { APIS, isHttpsOnly } from "./gatewayApis.ts";
import { joinedToken } from "./portalCookies.ts";
import { accessTokens, now } from "./tokens.ts";
import { basicAdmin } from "./users.ts";

/** `/api/am/{publisher,devportal,admin}/…`: a portal's REST API. Lists the APIs of the gateway; the rest says what was asked. */
export async function portalApi(exchange: Exchange): Promise<void> {
	if (isVisitor(exchange)) return exchange.path.endsWith("/apis") ? listApis(exchange) : oneApi(exchange);
	const grant = await accessTokens(exchange.node).get(joinedToken(exchange));
	if (grant === undefined || grant.expiresAt < now()) {
		exchange.setHeader("WWW-Authenticate", 'Basic realm="WSO2 API Manager"');
		return exchange.json(401, { code: 900401, message: "Unauthorized", description: "Unauthenticated request", moreInfo: "", error: [] });
	}
	if (!exchange.path.endsWith("/apis")) return exchange.json(200, { path: exchange.path, user: grant.user });
	listApis(exchange);
}

/** The developer portal shows public APIs to whoever brings no token. */
function isVisitor(exchange: Exchange): boolean {
	return exchange.header("authorization") === undefined && /^\/api\/am\/devportal\/v\d\/apis(?:\/|$)/.test(exchange.path);
}

function listApis(exchange: Exchange): void {
	const list = APIS.map(({ name, context, version }) => ({ id: name, name, context, version, lifeCycleStatus: "PUBLISHED" }));
	exchange.json(200, { count: list.length, list, pagination: { offset: 0, limit: 25, total: list.length } });
}

/** One API, and where the gateway has it. */
function oneApi(exchange: Exchange): void {
	const api = APIS.find(({ name }) => exchange.path.endsWith(`/apis/${name}`));
	if (api === undefined) return exchange.json(404, { code: 404, message: "Not Found", description: "Requested API not found" });
	const { gatewayOrigin, switches } = exchange.node;
	const https = `${switches.gatewayOrigin || gatewayOrigin}${api.context}/${api.version}`;
	const URLs = { https, http: null, wss: null, ws: null };
	const endpointURLs = [{ environmentName: "Default", environmentDisplayName: "Default", environmentType: "hybrid", URLs }];
	const transport = isHttpsOnly(exchange.node, api) ? ["https"] : ["http", "https"];
	exchange.json(200, { id: api.name, name: api.name, context: api.context, version: api.version, transport, endpointURLs });
}

/** `/api/am/gateway/v2/server-startup-healthcheck` */
export function startupHealth(exchange: Exchange): void {
	if (exchange.node.switches.notReady) exchange.json(500, { status: "error", message: "APIs are not deployed" });
	else exchange.json(200, { status: "OK" });
}

/** `/client-registration/v0.17/register` */
export async function register(exchange: Exchange): Promise<void> {
	if (basicAdmin(exchange.header("authorization")) === null) return unauthorized(exchange, 'Basic realm="WSO2 API Manager"');
	exchange.json(200, { clientId: "demo-api", clientName: "DefaultApplication", clientSecret: "demo-api-secret", callBackURL: null });
}
