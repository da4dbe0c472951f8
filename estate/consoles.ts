import type { Exchange } from "./exchange.ts";
import { currentSession, isLoginOpen } from "./framework.ts";
import { page } from "./html.ts";
import { errorPage } from "./tomcat.ts";
import { basicAdmin } from "./users.ts";

/** `/services/*`: Axis2. `Version` answers a plain GET with its SOAP result, as AM's liveness probe expects. */
export function services(exchange: Exchange): void {
	const { product, switches } = exchange.node;
	const version = switches.saysVersion || exchange.node.version;
	const result = `<ns:return>WSO2 ${product === "is" ? "Identity Server" : "API Manager"}-${version}</ns:return>`;
	const xml = `<ns:getVersionResponse xmlns:ns="http://version.services.core.carbon.wso2.org">${result}</ns:getVersionResponse>`;
	if (exchange.path.split("/")[2] === "Version") exchange.send(200, "application/xml; charset=UTF-8", xml);
	else exchange.html(200, page("Axis2: Services", "<h1>Deployed services</h1><ul><li>AuthenticationAdmin</li><li>UserAdmin</li></ul>"));
}

const HEALTHY = [
	{ key: "wso2.core.startup", value: "healthy" },
	{ key: "connectivity.jdbc/IDENTITY_DB", value: "true" },
];
const STARTING = { code: "HC_00005", message: "Server startup is not completed", description: "Server startup is not completed" };

/** `/api/health-check/v1.0/health` */
export function health(exchange: Exchange): void {
	if (exchange.node.switches.notReady) exchange.json(503, { errors: [STARTING] });
	else exchange.json(200, { health: HEALTHY });
}

/** `/logincontext`: whether a login page's login is still open. */
export async function loginContext(exchange: Exchange): Promise<void> {
	const isOpen = await isLoginOpen(exchange, exchange.query.get("sessionDataKey") ?? "");
	exchange.setHeader("Cache-Control", "no-store");
	exchange.json(200, isOpen ? { status: "success" } : { status: "redirect", redirectUrl: "" });
}

/** `/longwaitstatus`: asked by adaptive scripts that wait for something outside. */
export function longWaitStatus(exchange: Exchange): void {
	exchange.json(200, { waitingId: exchange.query.get("waitingId") ?? "", status: "COMPLETED" });
}

/** `/identity/extend-session`: keeps the single-sign-on session of the cookie alive, for applications that their users only look at. */
export async function extendSession(exchange: Exchange): Promise<void> {
	if ((await currentSession(exchange)) !== undefined) return exchange.send(202, null, "");
	exchange.json(404, { code: "ISE-10005", message: "Session not found", description: "There is no session for this identifier" });
}

/** Anything that administrators alone may call with their password. */
export function adminApi(exchange: Exchange): void {
	if (basicAdmin(exchange.header("authorization")) === null) unauthorized(exchange, 'Basic realm="WSO2"');
	else exchange.json(200, { path: exchange.path });
}

/** 401 in the products' shape. */
export function unauthorized(exchange: Exchange, challenge: string): void {
	exchange.setHeader("WWW-Authenticate", challenge);
	exchange.json(401, { code: "401", message: "Unauthorized", description: "Unauthorized" });
}

export function notFound(exchange: Exchange): void {
	errorPage(exchange, 404, "Not Found");
}
