import type { Exchange } from "./exchange.ts";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/**
 * The CORS valve of Identity Server, and `doOptions` of every servlet. True when that was the whole response.
 * The valve allows every origin that is not the request's own, with credentials.
 */
export function answerOptions(exchange: Exchange): boolean {
	const origin = exchange.header("origin");
	if (exchange.node.product === "is" && origin !== undefined && origin !== exchange.ownOrigin()) {
		exchange.setHeader("Access-Control-Allow-Origin", origin);
		exchange.setHeader("Access-Control-Allow-Credentials", "true");
		exchange.setHeader("Vary", "Origin");
	}
	if (exchange.method !== "OPTIONS") return false;
	const asked = exchange.header("access-control-request-method");
	if (exchange.node.product === "is" && origin !== undefined && asked !== undefined) {
		exchange.setHeader("Access-Control-Allow-Methods", METHODS);
		exchange.setHeader("Access-Control-Allow-Headers", exchange.header("access-control-request-headers") ?? "");
		exchange.setHeader("Access-Control-Max-Age", "3600");
	} else {
		exchange.setHeader("Allow", METHODS);
	}
	exchange.send(200, null, "");
	return true;
}
