/**
 * WSO2 API Manager: ports and contexts. Servlet contexts are an allow-list. Everything else under the prefix is an API and goes to the gateway,
 * since API contexts are chosen by their publishers; `/t/{tenant}/…` is a tenant's API unless a webapp's name follows.
 */
import type { Context, Preset } from "./preset.ts";
import { LOGIN_CONTEXTS, MANAGEMENT_CONTEXTS } from "./wso2Is.ts";

const MiB = 1024 * 1024;

const WEBAPPS: readonly Context[] = [
	...LOGIN_CONTEXTS,
	...MANAGEMENT_CONTEXTS,
	{ path: "/oauth2", access: "public" },
	{ path: "/oidc", access: "public" },
	{ path: "/identity", access: "restricted" },
	{ path: "/devportal", access: "public", since: "3.0" },
	{ path: "/store", access: "public", until: "2.x" },
	{ path: "/publisher", access: "restricted" },
	{ path: "/admin", access: "restricted" },
	// Below /api only what is named here is served; an API of one's own cannot have the context /api.
	{ path: "/api", access: "blocked" },
	{ path: "/api/am/devportal", access: "public", since: "4.0" },
	{ path: "/api/am/store", access: "public", until: "3.x" },
	{ path: "/api/am/publisher", access: "restricted" },
	{ path: "/api/am/admin", access: "restricted" },
	{ path: "/api/am/gateway", access: "restricted", since: "4.0" },
	{ path: "/api/am/gateway/{version}/server-startup-healthcheck", access: "blocked", guarded: true, health: true },
	{ path: "/api/am/devops", access: "restricted", since: "4.0" },
	{ path: "/api/am/service-catalog", access: "restricted", since: "4.0" },
	{ path: "/api/am/governance", access: "restricted", since: "4.0" },
	{ path: "/internal", access: "restricted" },
	{ path: "/keymanager-operations", access: "restricted" },
	{ path: "/client-registration", access: "restricted" },
];

const GATEWAY: readonly Context[] = [
	// Health of the traffic ports, on the ports themselves.
	{ path: "/health-check", access: "blocked", pool: "gateway", guarded: true, health: true, qualified: false },
	// Synapse APIs that call the key manager back; the products up to 3.x have them.
	...["/token", "/revoke", "/authorize", "/userinfo"].map(
		(path): Context => ({ path, access: "public", until: "3.x", pool: "gateway", qualified: false }),
	),
	...["/{context}", "/t/{tenant}"].flatMap((path): Context[] => [
		{ path, access: "public", pool: "gateway", qualified: false },
		{ path, access: "public", pool: "websocket", upgrade: "websocket", qualified: false },
	]),
	// Where event sources post to a WebSub API.
	...["/{context}", "/t/{tenant}/{context}"].map(
		(path): Context => ({
			path: `${path}/{version}/webhooks_events_receiver_resource`,
			access: "public",
			since: "4.0",
			pool: "websub",
			qualified: false,
		}),
	),
];

export const wso2Apim: Preset = {
	defaultVersion: "4.x",
	affinity: "cookie",
	pools: [
		{ kind: "servlet", https: 9443, http: 9763, pathRules: "servlet", maxBody: 100 * MiB, sessions: true },
		{ kind: "gateway", https: 8243, http: 8280, pathRules: "gateway", maxBody: 0, sessions: false },
		{ kind: "websocket", https: 8099, http: 9099, pathRules: "gateway", maxBody: 0, sessions: false },
		{ kind: "websub", https: 8021, http: 9021, pathRules: "gateway", maxBody: 0, sessions: false },
	],
	contexts: [...WEBAPPS, ...GATEWAY],
};
