import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { APIS, type Api, type ApiCall, isHttpsOnly, json } from "./gatewayApis.ts";
import { call } from "./httpClient.ts";
import type { NodeContext } from "./nodeContext.ts";
import { bearerGrant } from "./tokens.ts";

/** Synapse APIs of 2.x and 3.x that call the servlet side of the same node back. */
const KEY_MANAGER_APIS: ReadonlyMap<string, string> = new Map([
	["/token", "/oauth2/token"],
	["/revoke", "/oauth2/revoke"],
	["/userinfo", "/oauth2/userinfo"],
	["/authorize", "/oauth2/authorize"],
]);

/** API traffic (8280 and 8243): the pass-through transport, which takes paths as they come: `%2F` and `;` reach the API. */
export function gateway(node: NodeContext, scheme: "http" | "https") {
	const [major, minor] = node.version.split(".").map(Number) as [number, number];
	return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		response.setHeader("activityid", randomUUID());
		response.setHeader("Server", "WSO2-PassThrough-HTTP");
		const target = request.url ?? "/";
		const mark = target.indexOf("?");
		const path = mark === -1 ? target : target.slice(0, mark);
		const query = new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1));
		const keyManagerPath = major < 4 ? KEY_MANAGER_APIS.get(path) : undefined;
		if (keyManagerPath !== undefined) return relayToServlet(node, request, response, keyManagerPath + target.slice(path.length));
		if (path === "/health-check" && (major > 4 || (major === 4 && minor >= 4))) return health(node, response);
		if (path === "/service") return json(response, 200, { status: "ok" });
		const match = findApi(path);
		if (match === null || (scheme === "http" && isHttpsOnly(node, match.api))) return noResource(response);
		allowOrigin(response);
		if (isPreflight(request)) return preflight(response);
		if (match.api.secured && (await bearerGrant(node, request.headers.authorization)) === null) return unauthorized(request, response);
		const { api, tenant, resource } = match;
		await api.handle({ node, request, response, resource, query, tenant } satisfies ApiCall);
	};
}

function findApi(path: string): { api: Api; tenant: string | null; resource: string } | null {
	const tenant = /^\/t\/([^/]+)(?=\/)/.exec(path);
	const rest = tenant === null ? path : path.slice(tenant[0].length);
	for (const api of APIS) {
		const base = `${api.context}/${api.version}`;
		if (rest !== base && !rest.startsWith(`${base}/`)) continue;
		return { api, tenant: tenant?.[1] ?? null, resource: rest.slice(base.length) };
	}
	return null;
}

async function relayToServlet(node: NodeContext, request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	const headers: Record<string, string> = {};
	for (const name of ["authorization", "content-type", "accept", "cookie"]) {
		const value = request.headers[name];
		if (typeof value === "string") headers[name] = value;
	}
	const answer = await call(`https://localhost:${node.ports.servletHttps}${target}`, {
		method: request.method ?? "GET",
		headers,
		body: Buffer.concat(chunks).toString(),
		ca: node.keystore.cert,
	});
	for (const name of ["content-type", "location", "cache-control", "pragma", "www-authenticate", "set-cookie"]) {
		const value = answer.headers[name];
		if (value !== undefined) response.setHeader(name, value);
	}
	response.writeHead(answer.status, "");
	response.end(answer.body);
}

function health(node: NodeContext, response: ServerResponse): void {
	json(response, node.switches.notReady ? 503 : 200, { status: node.switches.notReady ? "not ready" : "healthy" });
}

function noResource(response: ServerResponse): void {
	json(response, 404, {
		code: "404",
		type: "Status report",
		message: "Not Found",
		description: "The requested resource is not available.",
	});
}

/** The CORS handler in front of every API. */
function allowOrigin(response: ServerResponse): void {
	response.setHeader("Access-Control-Allow-Origin", "*");
	response.setHeader("Access-Control-Allow-Methods", "GET,PUT,POST,DELETE,PATCH,OPTIONS");
	response.setHeader(
		"Access-Control-Allow-Headers",
		"authorization,Access-Control-Allow-Origin,Content-Type,SOAPAction,apikey,Internal-Key",
	);
}

function isPreflight(request: IncomingMessage): boolean {
	return (
		request.method === "OPTIONS" && request.headers.origin !== undefined && request.headers["access-control-request-method"] !== undefined
	);
}

function preflight(response: ServerResponse): void {
	response.writeHead(200, "", { "Content-Length": "0" });
	response.end();
}

function unauthorized(request: IncomingMessage, response: ServerResponse): void {
	const missing = request.headers.authorization === undefined;
	const description = missing
		? "Invalid Credentials. Make sure your API invocation call has a header: 'Authorization : Bearer ACCESS_TOKEN'"
		: "Access failure for API. Make sure you have provided the correct security credentials";
	response.setHeader(
		"WWW-Authenticate",
		`OAuth2 realm="WSO2 API Manager", error="invalid_token", error_description="The provided token is invalid"`,
	);
	json(
		response,
		401,
		missing
			? { code: "900902", message: "Missing Credentials", description }
			: { code: "900901", message: "Invalid Credentials", description },
	);
}
