import { accountRecovery } from "./accounts.ts";
import { application } from "./applications.ts";
import { authorize } from "./authorize.ts";
import { carbon } from "./carbonConsole.ts";
import { checkSession } from "./checkSession.ts";
import { adminApi, extendSession, health, loginContext, longWaitStatus, notFound, services } from "./consoles.ts";
import { device, deviceAuthorize } from "./device.ts";
import { keySet, openidConfiguration, webfinger } from "./discovery.ts";
import { commonauth } from "./framework.ts";
import { authenticationEndpoint } from "./loginPages.ts";
import { portalApi, register, startupHealth } from "./managementApis.ts";
import { accounts, flowExecute, internalGateway, oid4vci, pushAuth } from "./newerEndpoints.ts";
import type { Product } from "./nodeContext.ts";
import { oidcLogout } from "./oidcLogout.ts";
import { passiveSts } from "./passiveSts.ts";
import { portal } from "./portals.ts";
import { samlMetadata, samlsso } from "./saml.ts";
import { scim } from "./scim.ts";
import { introspect, revoke, token, userinfo } from "./tokenEndpoint.ts";
import type { WebApp, WebApps } from "./tomcat.ts";
import { isSince } from "./versions.ts";

/** The authentication framework, which API Manager embeds as its resident key manager. */
const FRAMEWORK: readonly (readonly [string, WebApp])[] = [
	["/oauth2", notFound],
	["/oauth2/authorize", authorize],
	["/oauth2/token", token],
	["/oauth2/revoke", revoke],
	["/oauth2/introspect", introspect],
	["/oauth2/userinfo", userinfo],
	["/oauth2/jwks", keySet],
	["/oauth2/device_authorize", deviceAuthorize],
	["/oauth2/device", device],
	["/oauth2/token/.well-known/openid-configuration", openidConfiguration],
	["/oauth2/oidcdiscovery/.well-known/openid-configuration", openidConfiguration],
	["/.well-known/webfinger", webfinger],
	["/oidc/logout", oidcLogout],
	["/oidc/checksession", checkSession],
	["/commonauth", commonauth],
	["/logincontext", loginContext],
	["/identity/extend-session", extendSession],
	["/longwaitstatus", longWaitStatus],
	["/samlsso", samlsso],
	["/passivests", passiveSts],
	["/identity/metadata/saml2", samlMetadata],
	["/authenticationendpoint", authenticationEndpoint],
	["/accountrecoveryendpoint", accountRecovery],
	["/scim2", scim],
	["/carbon", carbon],
	["/services", services],
	["/fileupload", adminApi],
	["/filedownload", adminApi],
];

const IDENTITY_SERVER: readonly (readonly [string, WebApp])[] = [
	["/api/health-check/v1.0/health", health],
	["/api/server", adminApi],
	["/api/users", adminApi],
	["/api/identity", adminApi],
	["/myaccount", application("My Account", "MY_ACCOUNT")],
	["/console", application("Console", "CONSOLE")],
];

const API_MANAGER: readonly (readonly [string, WebApp])[] = [
	["/publisher", portal("publisher")],
	["/devportal", portal("devportal")],
	["/admin", portal("admin")],
	["/api/am/publisher", portalApi],
	["/api/am/devportal", portalApi],
	["/api/am/admin", portalApi],
	["/api/am/service-catalog/v1", portalApi],
	["/api/am/gateway/v2/server-startup-healthcheck", startupHealth],
	["/client-registration/v0.17/register", register],
	["/internal", adminApi],
	["/keymanager-operations", adminApi],
];

/** By the version that brought them. */
const NEWER: Readonly<Record<Product, readonly (readonly [since: string, path: string, app: WebApp])[]>> = {
	is: [
		["7.1", "/push-auth", pushAuth],
		["7.2", "/accounts", accounts],
		["7.2", "/api/server/v1/flow/execute", flowExecute],
		["7.3", "/oid4vci", oid4vci],
	],
	apim: [["4.7", "/internal/gateway", internalGateway]],
};

export function webAppsOf(product: Product, version: string): WebApps {
	const newer = NEWER[product].flatMap(([since, path, app]) => (isSince(version, since) ? [[path, app] as const] : []));
	return new Map([...FRAMEWORK, ...(product === "is" ? IDENTITY_SERVER : API_MANAGER), ...newer]);
}
