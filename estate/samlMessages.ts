import { createHash, createSign, createVerify, type KeyObject, randomUUID } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { escapeHtml } from "./html.ts";
import type { Keystore } from "./keystore.ts";

export interface AuthnRequest {
	readonly id: string;
	readonly issuer: string;
	readonly acs: string;
	readonly destination: string | null;
	readonly forceAuthn: boolean;
}

/** Reads a SAMLRequest parameter of either binding. Null when it is no AuthnRequest. */
export function readAuthnRequest(parameter: string, binding: "redirect" | "post"): AuthnRequest | null {
	const bytes = Buffer.from(parameter, "base64");
	let xml: string;
	try {
		xml = (binding === "redirect" ? inflateRawSync(bytes, { maxOutputLength: 1_000_000 }) : bytes).toString();
	} catch {
		return null;
	}
	const tag = /<(?:\w+:)?AuthnRequest\b[^>]*>/.exec(xml)?.[0];
	const issuer = /<(?:\w+:)?Issuer\b[^>]*>([^<]+)</.exec(xml)?.[1]?.trim();
	const id = attribute(tag ?? "", "ID");
	const acs = attribute(tag ?? "", "AssertionConsumerServiceURL");
	if (issuer === undefined || id === null || acs === null) return null;
	return { id, issuer, acs, destination: attribute(tag ?? "", "Destination"), forceAuthn: attribute(tag ?? "", "ForceAuthn") === "true" };
}

function attribute(tag: string, name: string): string | null {
	const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
	return value === undefined ? null : value.replaceAll("&amp;", "&");
}

export interface ResponseFacts {
	readonly request: AuthnRequest;
	/** Entity id of the Identity Server. */
	readonly issuer: string;
	readonly user: string;
	readonly email: string;
	readonly sessionIndex: string;
}

const MINUTE_MS = 60_000;

/**
 * A SAML 2.0 Response with a signed assertion. The XML is written in canonical form from the start (exclusive C14N: namespaces declared where
 * they are first used and before attributes, attributes in order, no empty-element tags), so the text of an element is what its digest covers.
 */
export function samlResponse(facts: ResponseFacts, keystore: Keystore): string {
	const at = (offset: number): string => new Date(Date.now() + offset).toISOString();
	const { request } = facts;
	const acs = escapeHtml(request.acs);
	const issuer = `<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${escapeHtml(facts.issuer)}</saml2:Issuer>`;
	const id = `_${randomUUID().replaceAll("-", "")}`;
	const open = `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${at(0)}" Version="2.0">`;
	const rest =
		`<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${escapeHtml(facts.user)}</saml2:NameID>` +
		`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData InResponseTo="${escapeHtml(request.id)}" NotOnOrAfter="${at(5 * MINUTE_MS)}" Recipient="${acs}"></saml2:SubjectConfirmationData></saml2:SubjectConfirmation></saml2:Subject>` +
		`<saml2:Conditions NotBefore="${at(-MINUTE_MS)}" NotOnOrAfter="${at(5 * MINUTE_MS)}"><saml2:AudienceRestriction><saml2:Audience>${escapeHtml(request.issuer)}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
		`<saml2:AuthnStatement AuthnInstant="${at(0)}" SessionIndex="${facts.sessionIndex}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>` +
		`<saml2:AttributeStatement><saml2:Attribute Name="http://wso2.org/claims/emailaddress" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml2:AttributeValue>${escapeHtml(facts.email)}</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>`;
	const signature = signatureFor(id, open + issuer + rest, keystore);
	return (
		`<?xml version="1.0" encoding="UTF-8"?><saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${acs}" ID="_${randomUUID().replaceAll("-", "")}" InResponseTo="${escapeHtml(request.id)}" IssueInstant="${at(0)}" Version="2.0">` +
		`${issuer.replace("<saml2:Issuer ", '<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ')}<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></saml2p:StatusCode></saml2p:Status>` +
		`${open}${issuer}${signature}${rest}</saml2p:Response>`
	);
}

/** XML Signature, enveloped, over the element with the given ID. `element` is its canonical text without the signature. */
function signatureFor(id: string, element: string, keystore: Keystore): string {
	const digest = createHash("sha256").update(element).digest("base64");
	const signedInfo =
		'<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
		`<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
	const value = createSign("RSA-SHA256").update(signedInfo).sign(keystore.key, "base64");
	const bare = signedInfo.replace(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', "");
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${bare}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
}

/** The NameID of a response as `samlResponse` writes it, when its signature and digest are good; else null. Not a general XML verifier. */
export function verifiedUser(xml: string, key: KeyObject): string | null {
	const assertion = /<saml2:Assertion .*<\/saml2:Assertion>/s.exec(xml)?.[0] ?? "";
	const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(assertion)?.[0] ?? "";
	const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signature)?.[0] ?? "";
	const value = /<ds:SignatureValue>(.*)<\/ds:SignatureValue>/s.exec(signature)?.[1] ?? "";
	const digest = /<ds:DigestValue>(.*)<\/ds:DigestValue>/s.exec(info)?.[1];
	const canonical = info.replace("<ds:SignedInfo>", '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">');
	if (!createVerify("RSA-SHA256").update(canonical).verify(key, value, "base64")) return null;
	if (createHash("sha256").update(assertion.replace(signature, "")).digest("base64") !== digest) return null;
	return /<saml2:NameID [^>]*>([^<]*)</.exec(assertion)?.[1] ?? null;
}
