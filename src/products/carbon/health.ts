/**
 * How the ports of a Carbon server are watched.
 *
 * The servlet port gates the others: it answers first, and APIs are deployed after it. Which endpoint a node has depends on its version and patches, so each
 * list ends with one that all have.
 *
 * What traffic says about a gateway is what it says about the APIs behind it: their 5xx and their slowness are not the gateway's, and one broken API must not take
 * all gateways out. A 500 of a servlet may be a SOAP fault or a bad request, so only 502 to 504, timeouts and broken connections count.
 */
import type { FailureKind } from "../../plan/health.ts";
import type { Endpoint, PoolHealth } from "../product.ts";

const SERVLET_FAILURES: Readonly<Record<FailureKind, number>> = { connect: 3, timeout: 5, broken: 5, unavailable: 5, serverError: 0 };
const GATEWAY_FAILURES: Readonly<Record<FailureKind, number>> = { connect: 3, timeout: 0, broken: 5, unavailable: 0, serverError: 0 };

export const SERVLET_HEALTH: PoolHealth = {
	endpoints: [
		// 503 while data sources, the user store or the start are not well. Must not be reachable from outside.
		{ path: "/api/health-check/v1.0/health", contains: null, source: "carbon-health-check" },
		// All Carbon products; an Axis2 service, so an early sign of life.
		{ path: "/services/Version", contains: "getVersionResponse", source: "health pages" },
	],
	gatedBy: null,
	failures: SERVLET_FAILURES,
};

/** Of a port of API traffic. */
export function trafficHealth(...endpoints: readonly Omit<Endpoint, "contains">[]): PoolHealth {
	return { endpoints: endpoints.map((endpoint) => ({ ...endpoint, contains: null })), gatedBy: "servlet", failures: GATEWAY_FAILURES };
}
