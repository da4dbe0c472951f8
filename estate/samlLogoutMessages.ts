import { createSign, createVerify, type KeyObject } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { escapeHtml, hiddenField } from "./html.ts";
import type { Keystore } from "./keystore.ts";
import { attribute, newId, signatureFor } from "./samlMessages.ts";

/** Messages of SAML 2.0 single logout (profiles, section 4.4), as either side writes them. In canonical form, see `signedAssertion`. */

const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

export interface LogoutRequest {
	readonly id: string;
	readonly issuer: string;
	readonly user: string;
	/** "" = none named. */
	readonly sessionIndex: string;
}

export interface Outgoing {
	readonly parameter: "SAMLRequest" | "SAMLResponse";
	readonly xml: string;
	/** Single logout service of the other side. */
	readonly url: string;
	readonly relayState: string;
}

/** Null when it is none. */
export function readLogoutRequest(xml: string): LogoutRequest | null {
	const tag = /<(?:\w+:)?LogoutRequest\b[^>]*>/.exec(xml)?.[0];
	if (tag === undefined) return null;
	return {
		id: attribute(tag, "ID") ?? "",
		issuer: text(xml, "Issuer"),
		user: text(xml, "NameID"),
		sessionIndex: text(xml, "SessionIndex"),
	};
}

/** The id of the request that a LogoutResponse answers; null when it is none. */
export function readLogoutResponse(xml: string): string | null {
	const tag = /<(?:\w+:)?LogoutResponse\b[^>]*>/.exec(xml)?.[0];
	return tag === undefined ? null : attribute(tag, "InResponseTo");
}

function text(xml: string, name: string): string {
	return new RegExp(`<(?:\\w+:)?${name}\\b[^>]*>([^<]*)<`).exec(xml)?.[1]?.trim() ?? "";
}

/** Signed where a keystore is given. */
export function logoutRequest(request: LogoutRequest, destination: string, keystore: Keystore | null): string {
	const { id, user, sessionIndex } = request;
	const rest = `<saml2:NameID xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">${escapeHtml(user)}</saml2:NameID><saml2p:SessionIndex>${escapeHtml(sessionIndex)}</saml2p:SessionIndex>`;
	return message("LogoutRequest", id, "", request.issuer, destination, rest, keystore);
}

export function logoutResponse(inResponseTo: string, issuer: string, destination: string, keystore: Keystore | null): string {
	const status = `<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></saml2p:StatusCode></saml2p:Status>`;
	return message("LogoutResponse", newId(), `InResponseTo="${escapeHtml(inResponseTo)}" `, issuer, destination, status, keystore);
}

function message(
	name: string,
	id: string,
	inResponseTo: string,
	issuer: string,
	destination: string,
	rest: string,
	keystore: Keystore | null,
): string {
	const to = destination === "" ? "" : `Destination="${escapeHtml(destination)}" `;
	const open =
		`<saml2p:${name} xmlns:saml2p="${PROTOCOL}" ${to}ID="${id}" ${inResponseTo}IssueInstant="${new Date().toISOString()}" Version="2.0">` +
		`<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">${escapeHtml(issuer)}</saml2:Issuer>`;
	const tail = `${rest}</saml2p:${name}>`;
	return open + (keystore === null ? "" : signatureFor(id, open + tail, keystore)) + tail;
}

/** Redirect binding (bindings, section 3.4): the signature covers the query as it is written. */
export function redirectUrl({ parameter, xml, url, relayState }: Outgoing, keystore: Keystore | null): string {
	const query = new URLSearchParams({ [parameter]: deflateRawSync(xml).toString("base64") });
	if (relayState !== "") query.set("RelayState", relayState);
	if (keystore !== null) {
		query.set("SigAlg", RSA_SHA256);
		query.set("Signature", createSign("RSA-SHA256").update(query.toString()).sign(keystore.key, "base64"));
	}
	return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}

/** Whether a raw query is as its signer wrote it. */
export function isQuerySigned(rawQuery: string, key: KeyObject): boolean {
	const at = rawQuery.indexOf("&Signature=");
	const signature = decodeURIComponent(rawQuery.slice(at + "&Signature=".length));
	return at !== -1 && createVerify("RSA-SHA256").update(rawQuery.slice(0, at)).verify(key, signature, "base64");
}

/** POST binding (bindings, section 3.5): a form that sends itself, samlsso_response.html as the product ships it. */
export function autoSubmitForm({ parameter, xml, url, relayState }: Outgoing): string {
	return `<html>
<body onload="javascript:document.forms[0].submit()">
<p>You are now redirected back to ${escapeHtml(url)}. If the redirection fails, please click the post button.</p>
<form method="post" action="${escapeHtml(url)}">
<p>
${hiddenField(parameter, Buffer.from(xml).toString("base64"))}
${relayState === "" ? "" : hiddenField("RelayState", relayState)}
<button type="submit">POST</button>
</p>
</form>
</body>
</html>
`;
}
