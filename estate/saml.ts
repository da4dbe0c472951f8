import { randomUUID } from "node:crypto";
import { allowsAcs } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { endpointUrl, requireLogin, type SsoSession, takeLoginResult } from "./framework.ts";
import { escapeHtml } from "./html.ts";
import { temporaryData } from "./nodeContext.ts";
import { afterFramework, afterProvider, beginLogout, beginOwnLogout, entityId, joinSession } from "./samlLogout.ts";
import { autoSubmitForm, readLogoutRequest } from "./samlLogoutMessages.ts";
import { type AuthnRequest, messageText, readAuthnRequest, samlResponse } from "./samlMessages.ts";
import { Table } from "./store.ts";
import { findUser } from "./users.ts";

interface PendingSaml {
	readonly request: AuthnRequest;
	readonly relayState: string;
}

const pending = (exchange: Exchange): Table<PendingSaml> => new Table(temporaryData(exchange.node), "samlRequest");

/** `/samlsso`: a request or a response by redirect or POST, and the return from the login or logout. */
export async function samlsso(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const binding = exchange.method === "POST" ? "post" : "redirect";
	const request = messageText(form.get("SAMLRequest") ?? "", binding);
	const key = form.get("sessionDataKey");
	const relayState = form.get("RelayState") ?? "";
	if (form.has("SAMLResponse")) {
		if (await afterProvider(exchange, messageText(form.get("SAMLResponse") ?? "", binding) ?? "")) return;
		return notify(exchange, "Invalid SAML response", "No single logout waits for this response");
	}
	if (form.get("slo") === "true") return beginOwnLogout(exchange);
	const logout = readLogoutRequest(request ?? "");
	if (logout !== null) {
		if (await beginLogout(exchange, logout, relayState)) return;
		return notify(exchange, "Error when processing the logout request!", "No session was found for the logout request");
	}
	if (form.has("SAMLRequest")) return begin(exchange, readAuthnRequest(request ?? ""), relayState);
	if (key === null) return notify(exchange, "Invalid SAML request", "Neither a SAMLRequest nor a sessionDataKey was sent");
	if (await afterFramework(exchange, key)) return;
	const kept = await pending(exchange).take(key);
	const session = await takeLoginResult(exchange, key);
	if (kept === undefined || session === undefined)
		return notify(exchange, "Error when processing the authentication request!", "Please try login again.");
	return respond(exchange, kept, session);
}

async function begin(exchange: Exchange, request: AuthnRequest | null, relayState: string): Promise<void> {
	if (request === null || !allowsAcs(request.issuer, request.acs)) {
		return notify(exchange, "Error when processing the authentication request!", "Issuer or assertion consumer URL is not registered.");
	}
	const expected = exchange.node.urls.absolute("/samlsso", exchange.tenant);
	if (request.destination !== null && request.destination !== expected) {
		return notify(
			exchange,
			"Destination validation for Authentication Request failed.",
			`Received: [${request.destination}]. Expected: [${expected}]`,
		);
	}
	const key = randomUUID();
	await pending(exchange).put(key, { request, relayState });
	const session = await requireLogin(exchange, {
		type: "samlsso",
		callerPath: exchange.node.urls.internal("/samlsso", exchange.tenant),
		callerKey: key,
		query: exchange.rawQuery,
		application: request.issuer,
		forceLogin: request.forceAuthn,
	});
	if (session === null) return;
	await pending(exchange).take(key);
	return respond(exchange, { request, relayState }, session);
}

async function respond(exchange: Exchange, { request, relayState }: PendingSaml, session: SsoSession): Promise<void> {
	const facts = {
		request,
		issuer: entityId(exchange),
		user: session.user,
		email: findUser(session.user)?.email ?? "",
		sessionIndex: await joinSession(exchange, session.user, { issuer: request.issuer, acs: request.acs }),
	};
	exchange.setHeader("Cache-Control", "no-store, no-cache");
	exchange.html(
		200,
		autoSubmitForm({ parameter: "SAMLResponse", xml: samlResponse(facts, exchange.node.keystore), url: request.acs, relayState }),
	);
}

function notify(exchange: Exchange, status: string, message: string): void {
	exchange.redirect(endpointUrl(exchange, "samlsso_notification.do", new URLSearchParams({ status, statusMsg: message })));
}

/** `/identity/metadata/saml2`: addresses from configuration. */
export function samlMetadata(exchange: Exchange): void {
	const location = escapeHtml(exchange.node.urls.absolute("/samlsso", exchange.tenant));
	const service = (binding: string): string =>
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${binding}" Location="${location}"></SingleSignOnService>`;
	const logout = (binding: string): string => service(binding).replaceAll("SingleSignOnService", "SingleLogoutService");
	const xml = `<?xml version="1.0" encoding="UTF-8"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="localhost"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${logout("POST")}${logout("Redirect")}${service("POST")}${service("Redirect")}</IDPSSODescriptor></EntityDescriptor>`;
	exchange.send(200, "application/xml", xml);
}
