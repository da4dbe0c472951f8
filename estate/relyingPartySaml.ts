import { createPublicKey, randomUUID } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { escapeHtml } from "./html.ts";
import { verifiedUser } from "./samlMessages.ts";

const SAML_ISSUER = "demo-saml-sp";

/** Redirect binding (SAML 2.0 bindings, section 3.4). Without Destination: the provider knows itself by another address than its users. */
export function samlLoginUrl(idp: string, acs: string, relayState: string): { url: string; id: string } {
	const id = `_${randomUUID().replaceAll("-", "")}`;
	const xml =
		`<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" AssertionConsumerServiceURL="${escapeHtml(acs)}" ID="${id}" IssueInstant="${new Date().toISOString()}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0">` +
		`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${SAML_ISSUER}</saml:Issuer></samlp:AuthnRequest>`;
	const query = new URLSearchParams({ SAMLRequest: deflateRawSync(xml).toString("base64"), RelayState: relayState });
	return { url: `${idp}samlsso?${query}`, id };
}

/** The user of a SAMLResponse to the request `id`. Throws an Error when the signature or the request is not the right one. */
export function samlUser(parameter: string, id: string, signer: string): string {
	const xml = Buffer.from(parameter, "base64").toString();
	const user = verifiedUser(xml, createPublicKey(signer));
	if (user === null) throw new Error("the assertion's signature is wrong");
	if (!xml.includes(`InResponseTo="${id}"`)) throw new Error("the response belongs to another request");
	return user;
}
