import type { Exchange } from "./exchange.ts";
import { jwks } from "./jwt.ts";
import { issuer } from "./tokens.ts";

/** `…/.well-known/openid-configuration`: every address from configuration. */
export function openidConfiguration(exchange: Exchange): void {
	const { urls } = exchange.node;
	const url = (path: string): string => urls.absolute(path, exchange.tenant);
	exchange.json(200, {
		issuer: issuer(exchange.node, exchange.tenant),
		authorization_endpoint: url("/oauth2/authorize"),
		token_endpoint: url("/oauth2/token"),
		revocation_endpoint: url("/oauth2/revoke"),
		introspection_endpoint: url("/oauth2/introspect"),
		userinfo_endpoint: url("/oauth2/userinfo"),
		jwks_uri: url("/oauth2/jwks"),
		end_session_endpoint: url("/oidc/logout"),
		check_session_iframe: url("/oidc/checksession"),
		registration_endpoint: url("/api/identity/oauth2/dcr/v1.1/register"),
		response_types_supported: ["code"],
		response_modes_supported: ["query", "form_post"],
		grant_types_supported: ["authorization_code", "refresh_token", "client_credentials", "password"],
		scopes_supported: ["openid", "profile", "email"],
		subject_types_supported: ["public"],
		id_token_signing_alg_values_supported: ["RS256"],
		code_challenge_methods_supported: ["S256"],
		token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
		claims_supported: ["sub", "email", "given_name", "family_name", "username"],
	});
}

/** `/oauth2/jwks` */
export function keySet(exchange: Exchange): void {
	exchange.json(200, jwks(exchange.node.keystore));
}

/** `/.well-known/webfinger` (RFC 7033) */
export function webfinger(exchange: Exchange): void {
	const subject = exchange.query.get("resource");
	const href = issuer(exchange.node, exchange.tenant);
	if (subject === null) exchange.json(400, { error_description: "Missing resource", error: "invalid_request" });
	else exchange.json(200, { subject, links: [{ rel: "http://openid.net/specs/connect/1.0/issuer", href }] });
}
