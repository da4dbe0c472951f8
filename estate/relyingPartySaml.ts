import { createPublicKey } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { Binding } from "./clients.ts";
import { escapeHtml } from "./html.ts";
import {
	isQuerySigned,
	type LogoutRequest,
	logoutRequest,
	logoutResponse,
	type Outgoing,
	readLogoutRequest,
	redirectUrl,
} from "./samlLogoutMessages.ts";
import { attribute, messageText, newId, verifiedElement } from "./samlMessages.ts";

/** Who somebody is, as an assertion says. */
export interface SamlUser {
	readonly subject: string;
	readonly sessionIndex: string;
}

/** Redirect binding (SAML 2.0 bindings, section 3.4). Without Destination: the provider knows itself by another address than its users. */
export function samlLoginUrl(idp: string, issuer: string, acs: string, relayState: string): { url: string; id: string } {
	const id = newId();
	const xml =
		`<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" AssertionConsumerServiceURL="${escapeHtml(acs)}" ID="${id}" IssueInstant="${new Date().toISOString()}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0">` +
		`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${escapeHtml(issuer)}</saml:Issuer></samlp:AuthnRequest>`;
	const query = new URLSearchParams({ SAMLRequest: deflateRawSync(xml).toString("base64"), RelayState: relayState });
	return { url: `${idp}samlsso?${query}`, id };
}

/** The user of a SAMLResponse to the request `id`. Throws an Error when the signature or the request is not the right one. */
export function samlUser(parameter: string, id: string, signer: string): SamlUser {
	const xml = Buffer.from(parameter, "base64").toString();
	if (!xml.includes(`InResponseTo="${id}"`)) throw new Error("the response belongs to another request");
	return assertedUser(xml, signer);
}

/** Throws an Error when there is no assertion with a good signature. */
export function assertedUser(xml: string, signer: string): SamlUser {
	const assertion = verifiedElement(xml, "saml2:Assertion", createPublicKey(signer));
	if (assertion === null) throw new Error("the assertion's signature is wrong");
	const subject = /<saml2:NameID [^>]*>([^<]*)</.exec(assertion)?.[1] ?? "";
	return { subject, sessionIndex: attribute(/<saml2:AuthnStatement [^>]*>/.exec(assertion)?.[0] ?? "", "SessionIndex") ?? "" };
}

export function samlLogoutUrl(idp: string, issuer: string, user: SamlUser, relayState: string): string {
	const request = { id: newId(), issuer, user: user.subject, sessionIndex: user.sessionIndex };
	return redirectUrl({ parameter: "SAMLRequest", xml: logoutRequest(request, "", null), url: `${idp}samlsso`, relayState }, null);
}

/** What the provider sent to the single logout service: its request, or null for its response. Throws an Error when its signature is wrong. */
export function samlLogoutMessage(parameters: URLSearchParams, binding: Binding, rawQuery: string, signer: string): LogoutRequest | null {
	const key = createPublicKey(signer);
	const isRequest = parameters.has("SAMLRequest");
	const xml = messageText(parameters.get(isRequest ? "SAMLRequest" : "SAMLResponse") ?? "", binding) ?? "";
	const element = isRequest ? "saml2p:LogoutRequest" : "saml2p:LogoutResponse";
	const isGood = binding === "redirect" ? isQuerySigned(rawQuery, key) : verifiedElement(xml, element, key) !== null;
	if (!isGood) throw new Error("the signature of the logout message is wrong");
	return isRequest ? readLogoutRequest(xml) : null;
}

/** The response to the provider's request. */
export function samlLogoutAnswer(idp: string, issuer: string, request: LogoutRequest, relayState: string): Outgoing {
	return { parameter: "SAMLResponse", xml: logoutResponse(request.id, issuer, "", null), url: `${idp}samlsso`, relayState };
}
