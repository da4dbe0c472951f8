import { createHash, createSign, createVerify, type KeyObject, randomUUID } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import type { Binding } from "./clients.ts";
import { escapeHtml } from "./html.ts";
import type { Keystore } from "./keystore.ts";

export interface AuthnRequest {
	readonly id: string;
	readonly issuer: string;
	readonly acs: string;
	readonly destination: string | null;
	readonly forceAuthn: boolean;
}

/** The text of a SAMLRequest or SAMLResponse parameter; null when it is no such thing. */
export function messageText(parameter: string, binding: Binding): string | null {
	const bytes = Buffer.from(parameter, "base64");
	try {
		return (binding === "redirect" ? inflateRawSync(bytes, { maxOutputLength: 1_000_000 }) : bytes).toString();
	} catch {
		return null;
	}
}

/** Null when it is no AuthnRequest. */
export function readAuthnRequest(xml: string): AuthnRequest | null {
	const tag = /<(?:\w+:)?AuthnRequest\b[^>]*>/.exec(xml)?.[0];
	const issuer = /<(?:\w+:)?Issuer\b[^>]*>([^<]+)</.exec(xml)?.[1]?.trim();
	const id = attribute(tag ?? "", "ID");
	const acs = attribute(tag ?? "", "AssertionConsumerServiceURL");
	if (issuer === undefined || id === null || acs === null) return null;
	return { id, issuer, acs, destination: attribute(tag ?? "", "Destination"), forceAuthn: attribute(tag ?? "", "ForceAuthn") === "true" };
}

/** Of an element's first tag; null when it has none of that name. */
export function attribute(tag: string, name: string): string | null {
	const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
	return value === undefined ? null : value.replaceAll("&amp;", "&");
}

export interface AssertionFacts {
	/** What it answers; without an id, where that was no SAML request. */
	readonly request: Pick<AuthnRequest, "id" | "issuer" | "acs">;
	/** Entity id of the Identity Server. */
	readonly issuer: string;
	readonly user: string;
	readonly email: string;
	readonly sessionIndex: string;
}

const MINUTE_MS = 60_000;

/** A SAML 2.0 Response with a signed assertion. */
export function samlResponse(facts: AssertionFacts, keystore: Keystore): string {
	const { request } = facts;
	return (
		`<?xml version="1.0" encoding="UTF-8"?><saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${escapeHtml(request.acs)}" ID="${newId()}" InResponseTo="${escapeHtml(request.id)}" IssueInstant="${at(0)}" Version="2.0">` +
		`${issuerOf(facts).replace("<saml2:Issuer ", '<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ')}<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></saml2p:StatusCode></saml2p:Status>` +
		`${signedAssertion(facts, keystore)}</saml2p:Response>`
	);
}

const at = (offset: number): string => new Date(Date.now() + offset).toISOString();
export const newId = (): string => `_${randomUUID().replaceAll("-", "")}`;
const issuerOf = ({ issuer }: AssertionFacts): string =>
	`<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${escapeHtml(issuer)}</saml2:Issuer>`;

/**
 * The XML is written in canonical form from the start (exclusive C14N: namespaces declared where they are first used and before attributes,
 * attributes in order, no empty-element tags), so the text of an element is what its digest covers.
 */
export function signedAssertion(facts: AssertionFacts, keystore: Keystore): string {
	const { request } = facts;
	const acs = escapeHtml(request.acs);
	const id = newId();
	const inResponseTo = request.id === "" ? "" : `InResponseTo="${escapeHtml(request.id)}" `;
	const open = `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${at(0)}" Version="2.0">`;
	const rest =
		`<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${escapeHtml(facts.user)}</saml2:NameID>` +
		`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData ${inResponseTo}NotOnOrAfter="${at(5 * MINUTE_MS)}" Recipient="${acs}"></saml2:SubjectConfirmationData></saml2:SubjectConfirmation></saml2:Subject>` +
		`<saml2:Conditions NotBefore="${at(-MINUTE_MS)}" NotOnOrAfter="${at(5 * MINUTE_MS)}"><saml2:AudienceRestriction><saml2:Audience>${escapeHtml(request.issuer)}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
		`<saml2:AuthnStatement AuthnInstant="${at(0)}" SessionIndex="${facts.sessionIndex}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>` +
		`<saml2:AttributeStatement><saml2:Attribute Name="http://wso2.org/claims/emailaddress" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml2:AttributeValue>${escapeHtml(facts.email)}</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>`;
	return open + issuerOf(facts) + signatureFor(id, open + issuerOf(facts) + rest, keystore) + rest;
}

/** XML Signature, enveloped, over the element with the given ID. `element` is its canonical text without the signature. */
export function signatureFor(id: string, element: string, keystore: Keystore): string {
	const digest = createHash("sha256").update(element).digest("base64");
	const signedInfo =
		'<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
		`<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
	const value = createSign("RSA-SHA256").update(signedInfo).sign(keystore.key, "base64");
	const bare = signedInfo.replace(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', "");
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${bare}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
}

/** The element of that name, when its signature and digest are good; else null. Not a general XML verifier. */
export function verifiedElement(xml: string, name: string, key: KeyObject): string | null {
	const element = new RegExp(`<${name} .*</${name}>`, "s").exec(xml)?.[0] ?? "";
	const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(element)?.[0] ?? "";
	const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signature)?.[0] ?? "";
	const value = /<ds:SignatureValue>(.*)<\/ds:SignatureValue>/s.exec(signature)?.[1] ?? "";
	const digest = /<ds:DigestValue>(.*)<\/ds:DigestValue>/s.exec(info)?.[1];
	const canonical = info.replace("<ds:SignedInfo>", '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">');
	if (!createVerify("RSA-SHA256").update(canonical).verify(key, value, "base64")) return null;
	return createHash("sha256").update(element.replace(signature, "")).digest("base64") === digest ? element : null;
}
