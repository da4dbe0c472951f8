import { randomUUID } from "node:crypto";
import { allowsAcs } from "./clients.ts";
import { frameworkCookie, tenantCookiePath } from "./cookies.ts";
import type { Exchange } from "./exchange.ts";
import { endpointUrl, requireLogin, type SsoSession, takeLoginResult } from "./framework.ts";
import { escapeHtml, hiddenField } from "./html.ts";
import { temporaryData } from "./nodeContext.ts";
import { type AuthnRequest, readAuthnRequest, samlResponse } from "./samlMessages.ts";
import { Table } from "./store.ts";
import { findUser } from "./users.ts";

interface PendingSaml {
	readonly request: AuthnRequest;
	readonly relayState: string;
}

const pending = (exchange: Exchange): Table<PendingSaml> => new Table(temporaryData(exchange.node), "samlRequest");

/** `/samlsso`: an AuthnRequest by redirect or POST, and the return from the login. */
export async function samlsso(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const parameter = form.get("SAMLRequest");
	const key = form.get("sessionDataKey");
	if (parameter !== null) return begin(exchange, parameter, form.get("RelayState") ?? "");
	if (key === null) return notify(exchange, "Invalid SAML request", "Neither a SAMLRequest nor a sessionDataKey was sent");
	const kept = await pending(exchange).take(key);
	const session = await takeLoginResult(exchange, key);
	if (kept === undefined || session === undefined)
		return notify(exchange, "Error when processing the authentication request!", "Please try login again.");
	return respond(exchange, kept, session);
}

async function begin(exchange: Exchange, parameter: string, relayState: string): Promise<void> {
	const request = readAuthnRequest(parameter, exchange.method === "POST" ? "post" : "redirect");
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

function respond(exchange: Exchange, { request, relayState }: PendingSaml, session: SsoSession): void {
	const facts = {
		request,
		issuer: exchange.node.urls.origin.replace(/^https:\/\/([^:]+).*$/, "$1"),
		user: session.user,
		email: findUser(session.user)?.email ?? "",
		sessionIndex: randomUUID(),
	};
	const message = Buffer.from(samlResponse(facts, exchange.node.keystore)).toString("base64");
	exchange.addCookie(frameworkCookie("samlssoTokenId", randomUUID(), tenantCookiePath(exchange.tenant)));
	exchange.setHeader("Cache-Control", "no-store, no-cache");
	exchange.html(200, autoSubmit(request.acs, message, relayState));
}

/** samlsso_response.html as the product ships it. */
function autoSubmit(acs: string, message: string, relayState: string): string {
	return `<html>
<body onload="javascript:document.forms[0].submit()">
<p>You are now redirected back to ${escapeHtml(acs)}. If the redirection fails, please click the post button.</p>
<form method="post" action="${escapeHtml(acs)}">
<p>
${hiddenField("SAMLResponse", message)}
${relayState === "" ? "" : hiddenField("RelayState", relayState)}
<button type="submit">POST</button>
</p>
</form>
</body>
</html>
`;
}

function notify(exchange: Exchange, status: string, message: string): void {
	exchange.redirect(endpointUrl(exchange, "samlsso_notification.do", new URLSearchParams({ status, statusMsg: message })));
}

/** `/identity/metadata/saml2`: addresses from configuration. */
export function samlMetadata(exchange: Exchange): void {
	const location = escapeHtml(exchange.node.urls.absolute("/samlsso", exchange.tenant));
	const service = (binding: string): string =>
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${binding}" Location="${location}"></SingleSignOnService>`;
	const xml = `<?xml version="1.0" encoding="UTF-8"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="localhost"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${service("POST")}${service("Redirect")}</IDPSSODescriptor></EntityDescriptor>`;
	exchange.send(200, "application/xml", xml);
}
