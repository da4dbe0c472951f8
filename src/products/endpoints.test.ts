/**
 * What a client from nowhere in particular gets of each endpoint: by method and version, written down from
 * the products' own lists (Identity Server's `resource-access-control-v2.xml.j2` and rewrite valves, API
 * Manager's packs), not from the tables beside this file.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explainRequest } from "../config/explain.ts";
import { formatProblems, loadText } from "../config/load.ts";
import { HeaderList } from "../http/headers.ts";
import type { Plan } from "../plan/plan.ts";
import type { ProductName } from "./products.ts";

/** The pool that takes it, the rule that refuses it, or the path that the node gets if it is another one. */
type Outcome = "servlet" | "gateway" | "websub" | "access.restricted" | "access.blocked" | "path.unknown" | "method.route" | `as ${string}`;
type Case = readonly [methods: string, path: string, versions: string, outcome: Outcome];

const IS_ALL = "5.3 5.10 5.11 6.0 6.1 7.0 7.1 7.2 7.3 7.x";

const IDENTITY_SERVER: readonly Case[] = [
	// Push notifications as a login step.
	["GET", "/push-auth/check-status", "7.1 7.2 7.3", "servlet"],
	["POST", "/push-auth/authenticate", "7.1 7.x", "servlet"],
	["POST", "/t/acme.com/push-auth/authenticate", "7.1 7.x", "servlet"],
	["GET", "/o/7c1a/push-auth/check-status", "7.1 7.x", "servlet"],
	["GET", "/push-auth/check-status", "5.11 6.1 7.0", "path.unknown"],
	["POST", "/api/users/v1/me/push/devices", "7.1 7.x", "servlet"],
	["POST", "/o/7c1a/api/users/v1/me/push/devices", "7.1 7.x", "servlet"],
	// App-native registration.
	["POST OPTIONS", "/api/server/v1/flow/execute", "7.2 7.3 7.x", "servlet"],
	["POST", "/t/acme.com/api/server/v1/flow/execute", "7.2 7.x", "servlet"],
	["POST", "/o/7c1a/api/server/v1/flow/execute", "7.2 7.x", "servlet"],
	["POST", "/t/acme.com/o/7c1a/api/server/v1/flow/execute", "7.2 7.x", "servlet"],
	["GET PUT", "/api/server/v1/flow/execute", "7.2 7.x", "method.route"],
	["POST", "/api/server/v1/flow/execute", "6.1 7.1", "access.restricted"],
	["GET PUT", "/api/server/v1/flow", "7.2 7.x", "access.restricted"],
	// What pages and My Account read, and operators change.
	["GET HEAD OPTIONS", "/api/server/v1/validation-rules", "6.1 7.0 7.3", "servlet"],
	["GET", "/t/acme.com/api/server/v1/validation-rules/password", "6.1 7.3", "servlet"],
	["GET", "/o/api/server/v1/validation-rules", "6.1 7.3", "servlet"],
	["PUT POST", "/api/server/v1/validation-rules", "6.1 7.3", "access.restricted"],
	["GET", "/api/server/v1/validation-rules", "5.11 6.0", "access.restricted"],
	["GET HEAD", "/api/server/v1/branding-preference/resolve", "6.0 7.x", "servlet"],
	["POST PUT DELETE", "/api/server/v1/branding-preference", "6.0 7.x", "access.restricted"],
	["GET", "/api/server/v1/configs/home-realm-identifiers", "5.11 7.x", "servlet"],
	["PATCH", "/api/server/v1/configs/home-realm-identifiers", "5.11 7.x", "access.restricted"],
	["GET PATCH", "/api/server/v1/configs", IS_ALL, "access.restricted"],
	["POST", "/api/server/v1/identity-governance/preferences", "5.11 7.x", "servlet"],
	["GET PATCH", "/api/server/v1/identity-governance", "5.11 7.x", "access.restricted"],
	["POST", "/api/server/v1/guests/invitation/accept", "7.0 7.x", "servlet"],
	["POST", "/o/api/server/v1/guests/invitation/accept", "7.0 7.x", "servlet"],
	["POST", "/api/server/v1/guests/invite", "7.0 7.x", "access.restricted"],
	["GET POST", "/api/identity/consent-mgt/v1.0/consents", "5.10 5.11 7.x", "servlet"],
	["GET", "/t/acme.com/api/identity/consent-mgt/v1.0/consents/receipts/1", "5.11 7.x", "servlet"],
	["GET POST", "/api/identity/user/v1.0/me", "5.10 7.x", "servlet"],
	["POST", "/api/identity/user/v1.0/validate-username", "5.10 7.x", "access.restricted"],
	["GET DELETE", "/api/identity/typingdna/v1.0/me", "5.11 7.x", "servlet"],
	["GET", "/api/identity/media/v1.0/public/image/1", IS_ALL, "servlet"],
	["POST DELETE", "/api/identity/media/v1.0/public/image/1", IS_ALL, "access.restricted"],
	["GET POST", "/api/identity/media/v1.0/content/image", IS_ALL, "access.restricted"],
	["GET PATCH", "/scim2/Me", IS_ALL, "servlet"],
	["GET PUT", "/api/users/v2/me/webauthn", IS_ALL, "servlet"],
	["GET", "/api/server/v1/admin-advisory-management/banner", "7.0 7.x", "access.restricted"],
	["GET", "/api/server/v1/keystores/certs/public", IS_ALL, "access.restricted"],
	// The login pages call it at the node itself; with a password it says whether it is right.
	["GET POST", "/api/identity/auth/v1.1/authenticate", IS_ALL, "access.restricted"],
	["GET", "/api/identity/auth/v1.1/data/AuthenticationError/1", IS_ALL, "access.restricted"],
	["GET", "/o/7c1a/api/identity/auth/v1.1/data/AuthRequestKey/1", "6.0 7.x", "access.restricted"],
	["POST", "/api/identity/recovery/v0.9/recover-password", IS_ALL, "access.restricted"],
	["POST GET", "/api/identity/oauth2/dcr/v1.1/register", IS_ALL, "access.restricted"],
	["GET", "/api/event-configurations/v1/configs", "7.0 7.x", "access.restricted"],
	["GET", "/api/idle-account-identification/v1/inactive-users", "7.0 7.x", "access.restricted"],
	["GET", "/api/event-configurations/v1/configs", "5.11 6.1", "path.unknown"],
	// The organization is that of the token.
	["GET PATCH", "/o/scim2/Me", "6.0 7.x", "servlet"],
	["GET", "/o/scim2/Schemas", "6.0 7.x", "servlet"],
	["GET", "/o/scim2/Users", "6.0 7.x", "access.restricted"],
	["GET", "/t/acme.com/o/scim2/Me", "6.0 7.x", "servlet"],
	["POST", "/t/acme.com/o/scim2/Bulk", "6.0 7.x", "access.restricted"],
	["GET", "/o/api/users/v1/me/organizations", "6.0 7.x", "servlet"],
	["GET", "/t/acme.com/o/api/users/v1/me/organizations", "6.0 7.x", "servlet"],
	["GET", "/o/api/server/v1/applications", "6.0 7.x", "access.restricted"],
	["GET", "/o/api/identity/oauth2/v1.0/scopes", "6.0 7.x", "access.restricted"],
	["GET", "/o/scim2/Me", "5.10 5.11", "path.unknown"],
	["GET", "/o/api/health-check/v1.0/health", IS_ALL, "path.unknown"],
	["GET", "/o/carbon", IS_ALL, "path.unknown"],
	// Protocols.
	["POST", "/oauth2/ciba", IS_ALL, "servlet"],
	["POST", "/t/acme.com/oauth2/ciba", IS_ALL, "servlet"],
	["GET", "/oauth2/ciba", IS_ALL, "method.route"],
	["GET", "/oauth2/ciba_authorize", "7.3 7.x", "servlet"],
	["GET", "/oauth2/ciba_authorize", "5.11 7.2", "path.unknown"],
	["POST", "/oauth2/par", "7.0 7.x", "servlet"],
	["POST", "/oauth2/par", "5.11 6.1", "path.unknown"],
	["POST", "/oauth2/introspect", IS_ALL, "access.restricted"],
	["GET", "/oid4vci/.well-known/openid-credential-issuer", "7.3 7.x", "servlet"],
	["POST", "/t/acme.com/oid4vci/credential", "7.3 7.x", "servlet"],
	["GET", "/oid4vci/credential-offer/1", "6.1 7.2", "path.unknown"],
	["GET", "/accounts/", "7.2 7.3", "servlet"],
	["GET", "/o/7c1a/accounts/", "7.2 7.3", "servlet"],
	["GET", "/accounts/", "6.1 7.1", "path.unknown"],
	["GET", "/.well-known/openid-configuration", IS_ALL, "servlet"],
	["GET", "/.well-known/trusted-apps/android", "7.1 7.x", "servlet"],
	["GET", "/.well-known/assetlinks.json", "7.1 7.3", "as /.well-known/trusted-apps/android"],
	["GET", "/.well-known/apple-app-site-association", "7.1 7.3", "as /.well-known/trusted-apps/ios"],
	["GET", "/.well-known/assetlinks.json", "6.1 7.0", "servlet"],
	["GET", "/.well-known/oauth-authorization-server/oauth2/token", "7.3 7.x", "as /oauth2/token/.well-known/oauth-authorization-server"],
	["GET", "/oauth2/token/client/abc/.well-known/openid-configuration", "7.3", "servlet"],
	["GET POST", "/mex", IS_ALL, "servlet"],
	["GET", "/mexut", IS_ALL, "servlet"],
	["GET", "/t/acme.com/mex", IS_ALL, "path.unknown"],
	["POST", "/services/wso2carbon-sts", IS_ALL, "access.blocked"],
	// Connectors.
	["GET", "/identity/cas/login", IS_ALL, "servlet"],
	["GET", "/t/acme.com/identity/cas/login", IS_ALL, "servlet"],
	["GET", "/duoauthenticationendpoint/duo.jsp", IS_ALL, "servlet"],
	["GET", "/mepinauthenticationendpoint/mepin.jsp", IS_ALL, "servlet"],
	["GET", "/inweboauthenticationendpoint/inwebo.jsp", IS_ALL, "servlet"],
	["GET", "/token2authenticationendpoint/token2.jsp", IS_ALL, "servlet"],
	["GET", "/mobileconnectauthenticationendpoint/mobileconnect.jsp", IS_ALL, "servlet"],
	["GET", "/t/acme.com/x509certificateauthenticationendpoint/x509.jsp", IS_ALL, "path.unknown"],
	// Not asked for by default.
	["GET", "/samlecp", IS_ALL, "path.unknown"],
	["GET", "/", IS_ALL, "path.unknown"],
];

const AM_ALL = "2.1 2.6 3.0 3.1 3.2 4.0 4.1 4.4 4.5 4.6 4.7 4.x";

const API_MANAGER: readonly Case[] = [
	["POST", "/api/identity/auth/v1.1/authenticate", AM_ALL, "access.restricted"],
	["GET", "/api/am/gateway/v2/artifacts", "3.2 4.0 4.7", "access.restricted"],
	["GET", "/api/am/gateway/v2/server-startup-healthcheck", "3.2 4.0 4.7", "access.blocked"],
	["GET", "/api/am/gateway", "2.6 3.1", "access.blocked"],
	["GET", "/api/am/devops/v0/configs", "4.1 4.7", "access.restricted"],
	["GET", "/api/am/devops/v0/configs", "4.0", "access.blocked"],
	["GET", "/api/am/governance/v1/policies", "4.5 4.6 4.7", "access.restricted"],
	["GET", "/api/am/governance/v1/policies", "4.0 4.4", "access.blocked"],
	["GET", "/internal/data/v1/keys", "3.2 4.0 4.7", "access.restricted"],
	["GET", "/internal/gateway/.well-known", "4.7", "access.restricted"],
	["GET", "/throttle/data/v1/blockConditions", "2.1 2.6 3.0 3.1", "access.restricted"],
	["POST", "/keymanager-operations/dcr/register", "3.2 4.7", "access.restricted"],
	["POST", "/client-registration/v0.17/register", AM_ALL, "access.restricted"],
	["POST", "/usage-data-receiver", "4.7 4.x", "access.restricted"],
	["GET", "/.well-known/webfinger", AM_ALL, "servlet"],
	["GET", "/jwks", AM_ALL, "gateway"],
	["GET", "/t/acme.com/jwks", AM_ALL, "gateway"],
	// A tenant's APIs may be called like the portals, which know their tenant by a parameter.
	["GET", "/devportal/apis", "3.0 4.7", "servlet"],
	["GET", "/t/acme.com/devportal/1.0", "3.0 4.7", "gateway"],
	["GET", "/t/acme.com/publisher/1.0", AM_ALL, "gateway"],
	["GET", "/t/acme.com/oauth2/authorize", AM_ALL, "servlet"],
	["GET", "/t/acme.com/carbon/", AM_ALL, "access.blocked"],
	["GET", "/services/Version", AM_ALL, "access.blocked"],
];

const plans = new Map<string, Plan>();
async function planOf(product: ProductName, version: string): Promise<Plan> {
	const key = `${product} ${version}`;
	const known = plans.get(key);
	if (known !== undefined) return known;
	const text = `{ "public": "https://sso.example.com", "listeners": [{ "address": "127.0.0.1:1" }],
		"services": { "s": { "product": "${product}", "version": "${version}", "prefix": "/", "transport": "http", "nodes": [{ "name": "n", "host": "10.0.0.11" }] } } }`;
	const loaded = await loadText("portico.yaml", text, {}, 0);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	plans.set(key, loaded.plan);
	return loaded.plan;
}

function outcome(plan: Plan, method: string, url: string): string {
	const { refused, pool, nodePath } = explainRequest(plan, {
		method,
		url,
		client: "192.0.2.1",
		upgrade: null,
		headers: new HeaderList(),
		down: [],
		flow: null,
		listener: null,
	});
	if (refused !== null) return refused.rule;
	return nodePath === url ? (pool?.name.replace("s/", "") ?? "") : `as ${nodePath}`;
}

for (const [product, cases] of [
	["wso2-is", IDENTITY_SERVER],
	["wso2-apim", API_MANAGER],
] as const) {
	test(`${product}: who gets which endpoint of which version`, async () => {
		for (const [methods, path, versions, expected] of cases) {
			for (const version of versions.split(" ")) {
				const plan = await planOf(product, version);
				for (const method of methods.split(" ")) {
					const got = outcome(plan, method, path);
					assert.equal(got, expected, `${product} ${version}: ${method} ${path}`);
				}
			}
		}
	});
}
