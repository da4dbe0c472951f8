/** Endpoints of newer releases, as far as a proxy in front can tell: methods, statuses, cookies, URLs. */
import { randomUUID } from "node:crypto";
import type { Exchange } from "./exchange.ts";
import { escapeHtml, page } from "./html.ts";
import { Table } from "./store.ts";
import { bearerGrant } from "./tokens.ts";
import { errorPage } from "./tomcat.ts";

const pushes = (exchange: Exchange): Table<string> => new Table(exchange.node.store, "pushAuth");
const flows = (exchange: Exchange): Table<string> => new Table(exchange.node.store, "flow");

/** `/push-auth/*` (7.1): the phone posts what its user said, the login page asks for it. In the database, since both may meet different nodes. */
export async function pushAuth(exchange: Exchange): Promise<void> {
	const id = exchange.query.get("pushAuthId") ?? "";
	if (exchange.path === "/push-auth/authenticate" && exchange.method === "POST") {
		const form = await exchange.form();
		await pushes(exchange).put(form.get("pushAuthId") ?? id, form.get("authResponse") ?? "");
		return exchange.send(202, null, "");
	}
	if (exchange.path !== "/push-auth/check-status" || exchange.method !== "GET") return errorPage(exchange, 404, "Not Found");
	exchange.json(200, { status: (await pushes(exchange).get(id)) === undefined ? "PENDING" : "COMPLETED" });
}

/** `/accounts` (7.2): pages of the login flow. They name their own address, from configuration. */
export function accounts(exchange: Exchange): void {
	const next = exchange.publicUrl("/accounts/verify");
	exchange.html(
		200,
		page("Accounts", `<h1>Accounts</h1><p><a id="next" href="${escapeHtml(next)}">Continue</a></p><p>${exchange.node.name}</p>`),
	);
}

/** `/oid4vci` (7.3): what wallets ask. */
export async function oid4vci(exchange: Exchange): Promise<void> {
	const [, , ...rest] = exchange.path.split("/");
	const issuer = exchange.publicUrl("/oid4vci");
	switch (`${exchange.method} /${rest.join("/")}`) {
		case "GET /.well-known/openid-credential-issuer":
			return exchange.json(200, {
				credential_issuer: issuer,
				credential_endpoint: `${issuer}/credential`,
				nonce_endpoint: `${issuer}/nonce`,
				credential_configurations_supported: {},
			});
		case "POST /nonce":
			exchange.setHeader("Cache-Control", "no-store");
			return exchange.json(200, { c_nonce: randomUUID() });
		case "POST /credential": {
			const grant = await bearerGrant(exchange.node, exchange.header("authorization"));
			if (grant !== null) return exchange.json(200, { credentials: [{ credential: `for ${grant.user}` }] });
			exchange.setHeader("WWW-Authenticate", `Bearer realm="${issuer}"`);
			return exchange.json(401, { error: "invalid_token" });
		}
		default:
			return errorPage(exchange, 404, "Not Found");
	}
}

/** `POST /api/server/v1/flow/execute` (7.2): one step of a registration or recovery; two finish it, on whichever node. */
export async function flowExecute(exchange: Exchange): Promise<void> {
	if (exchange.method !== "POST") return errorPage(exchange, 405, "Method Not Allowed");
	const asked = JSON.parse((await exchange.body()).toString() || "{}") as { readonly flowId?: string; readonly flowType?: string };
	if (asked.flowId === undefined) {
		const flowId = randomUUID();
		await flows(exchange).put(flowId, asked.flowType ?? "REGISTRATION");
		const components = [{ id: "username", type: "INPUT" }];
		return exchange.json(200, { flowId, flowStatus: "INCOMPLETE", type: "VIEW", data: { components } });
	}
	if ((await flows(exchange).take(asked.flowId)) === undefined)
		return exchange.json(400, { code: "FES-60001", message: "Invalid flow", description: "There is no such flow" });
	exchange.json(200, {
		flowId: asked.flowId,
		flowStatus: "COMPLETE",
		type: "REDIRECTION",
		data: { redirectURL: exchange.publicUrl("/accounts") },
	});
}

/** `/internal/gateway` of API Manager 4.7: gateways discover there where the control plane is. */
export function internalGateway(exchange: Exchange): void {
	if (exchange.path !== "/internal/gateway/.well-known" || exchange.method !== "GET") return errorPage(exchange, 404, "Not Found");
	exchange.json(200, { basePath: exchange.publicUrl("/internal/data/v1") });
}
