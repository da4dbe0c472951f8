import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LOGINS } from "../products/carbon/logins.ts";
import { flowOfForm, flowOfRequest, flowOfSoap, flowsOfLocation } from "./flowParameters.ts";

const textOf = (flow: { readonly kind: string; readonly value: string } | null): string =>
	flow === null ? "-" : `${flow.kind} ${flow.value}`;

test("what redirects hold", () => {
	const rows: readonly (readonly [location: string, ...flows: string[]])[] = [
		["https://is/authenticationendpoint/login.do?type=oidc&sessionDataKey=k1&tenant=x", "sessionDataKey k1"],
		["/oauth2/authorize?sessionDataKey=k2", "sessionDataKey k2"],
		["https://is/x/oauth2_authz.do?sessionDataKeyConsent=k3#a", "sessionDataKeyConsent k3"],
		["https://app/callback?code=c-1&state=s", "code c-1"],
		["https://app/callback#id_token=t&code=c%2B1&state=s", "code c+1"],
		["https://sp/acs?SAMLart=AAQ%2Bx%3D&RelayState=constant", "SAMLart AAQ+x="],
		["https://idp/sso?SAMLRequest=r&RelayState=own+one", "RelayState own one"],
		["https://sp/acs?SAMLResponse=r&RelayState=constant"],
		["https://is/login.do?SAMLRequest=r&RelayState=constant&sessionDataKey=k", "sessionDataKey k"],
		["https://app/?xcode=1&code_challenge=2&mycode=3&code=&encode=5"],
		["https://app/?code=1&code=2"],
		["https://app/code=1"],
		["https://app/?next=%3Fcode%3D1"],
		[""],
	];
	for (const [location, ...flows] of rows) assert.deepEqual(flowsOfLocation(LOGINS, location).map(textOf), flows, location);
});

test("what requests go on with", () => {
	const rows: readonly (readonly [parameters: string, query: string, form: string])[] = [
		["?sessionDataKey=k1", "sessionDataKey k1", "sessionDataKey k1"],
		["username=u&password=p&sessionDataKey=k1", "sessionDataKey k1", "sessionDataKey k1"],
		["consent=approve&sessionDataKeyConsent=k3", "sessionDataKeyConsent k3", "sessionDataKeyConsent k3"],
		["grant_type=authorization_code&code=c%2B1", "-", "code c+1"],
		["SAMLResponse=r&RelayState=own", "RelayState own", "RelayState own"],
		["?SAMLart=a&RelayState=own", "RelayState own", "RelayState own"],
		["?RelayState=own", "-", "-"],
		["?SAMLRequest=r&RelayState=constant", "-", "-"],
		["?SAMLRequest=r&SAMLResponse=r&RelayState=constant", "-", "-"],
		["?sessionDataKey=a&sessionDataKey=b", "-", "-"],
		["?sessionDataKey=", "-", "-"],
		["?sessionDataKey", "-", "-"],
		["?xsessionDataKey=a", "-", "-"],
		["?sessionDataKey=%zz", "sessionDataKey %zz", "sessionDataKey %zz"],
		["?sessionDataKey=a%", "sessionDataKey a%", "sessionDataKey a%"],
		["", "-", "-"],
	];
	for (const [parameters, query, form] of rows) {
		assert.equal(textOf(flowOfRequest(LOGINS, parameters)), query, parameters);
		assert.equal(textOf(flowOfForm(LOGINS, parameters)), form, parameters);
	}
});

test("the artifact of a SOAP message", () => {
	const resolve = (artifact: string): string =>
		`<?xml version="1.0"?><s:Envelope><s:Body><samlp:ArtifactResolve ID="_1"><saml:Issuer>sp</saml:Issuer>${artifact}</samlp:ArtifactResolve></s:Body></s:Envelope>`;
	assert.equal(textOf(flowOfSoap(resolve("<samlp:Artifact>AAQ+x=</samlp:Artifact>"))), "SAMLart AAQ+x=");
	assert.equal(textOf(flowOfSoap(resolve('<Artifact xmlns="urn:x">\n AAQ\n+x= </Artifact>'))), "SAMLart AAQ+x=");
	for (const none of [
		"",
		"<samlp:Artifact/>",
		"<samlp:Artifact> </samlp:Artifact>",
		"<a:Artifact>1</a:Artifact><a:Artifact>2</a:Artifact>",
	]) {
		assert.equal(flowOfSoap(resolve(none)), null, none);
	}
});

test("what a redirect holds is found again in the request that follows it", () => {
	fc.assert(
		fc.property(fc.string({ minLength: 1, unit: "binary" }), fc.constantFrom("sessionDataKey", "code"), (value, kind) => {
			const form = new URLSearchParams({ [kind]: value, other: "1" }).toString();
			const [flow] = flowsOfLocation(LOGINS, `https://host/path?${form}`);
			assert.deepEqual(flow, flowOfForm(LOGINS, form));
			assert.equal(flow?.kind, kind);
		}),
	);
});

test("whatever the text: a response, and soon", () => {
	const hostile = [
		"<Artifact".repeat(7000),
		`<${"a".repeat(65_000)}`,
		"<a:Artifact ".repeat(5000),
		"code".repeat(16_000),
		"&code=".repeat(10_000),
	];
	for (const text of hostile) {
		flowOfSoap(text);
		flowOfForm(LOGINS, text);
		flowsOfLocation(LOGINS, `?${text}`);
	}
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			flowOfSoap(text);
			flowOfForm(LOGINS, text);
			flowsOfLocation(LOGINS, text);
		}),
	);
});
