import { createHash } from "node:crypto";
import { type Client, findClient } from "./clients.ts";
import { takeAgreement } from "./device.ts";
import type { Exchange } from "./exchange.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";
import { accessTokens, bearerGrant, codes, issuer, issueTokens, now, profile, refreshTokens } from "./tokens.ts";
import { basicAdmin, basicCredentials, checkPassword } from "./users.ts";

/** `/oauth2/token` */
export async function token(exchange: Exchange): Promise<void> {
	noStore(exchange);
	if (exchange.method !== "POST") return tokenError(exchange, 405, "invalid_request", "POST is expected");
	const form = await exchange.form();
	const client = await authenticateClient(exchange, form);
	if (client === null) {
		exchange.setHeader("WWW-Authenticate", `Basic realm="${exchange.request.headers.host ?? "is"}"`);
		return tokenError(exchange, 401, "invalid_client", "Client credentials are invalid.");
	}
	const grantType = form.get("grant_type");
	if (grantType === "authorization_code") return byCode(exchange, client, form);
	if (grantType === "refresh_token") return byRefreshToken(exchange, client, form);
	if (grantType === "client_credentials") return byClient(exchange, client, form);
	if (grantType === "password") return byPassword(exchange, client, form);
	if (grantType === "urn:ietf:params:oauth:grant-type:device_code") return byDevice(exchange, client, form);
	return tokenError(exchange, 400, "unsupported_grant_type", `${grantType ?? "no"} grant is not supported`);
}

async function authenticateClient(exchange: Exchange, form: URLSearchParams): Promise<Client | null> {
	const basic = basicCredentials(exchange.header("authorization"));
	const client = await findClient(exchange.node.store, basic?.name ?? form.get("client_id") ?? "");
	if (client === undefined) return null;
	const secret = basic?.password ?? form.get("client_secret");
	return client.secret === null || client.secret === secret ? client : null;
}

async function byCode(exchange: Exchange, client: Client, form: URLSearchParams): Promise<void> {
	const code = await codes(exchange.node).take(form.get("code") ?? "");
	if (code === undefined || code.clientId !== client.id || code.expiresAt < now()) {
		return tokenError(exchange, 400, "invalid_grant", "Invalid or inactive authorization code received from token request");
	}
	if (code.redirectUri !== form.get("redirect_uri")) return tokenError(exchange, 400, "invalid_grant", "Callback url mismatch");
	const challenge = createHash("sha256")
		.update(form.get("code_verifier") ?? "")
		.digest("base64url");
	if (code.challenge === null ? client.secret === null : code.challenge !== challenge) {
		return tokenError(exchange, 400, "invalid_grant", "PKCE validation failed");
	}
	const { nonce, authTime, sessionKey, user, scope, tenant } = code;
	const idClaims = scope.split(" ").includes("openid") ? { nonce, authTime, sessionKey } : null;
	exchange.json(200, await issueTokens(exchange.node, { client, user, scope, tenant, refreshable: true, idClaims }));
}

async function byDevice(exchange: Exchange, client: Client, form: URLSearchParams): Promise<void> {
	const agreement = await takeAgreement(exchange, form.get("device_code") ?? "");
	if (agreement === undefined) return tokenError(exchange, 400, "authorization_pending", "Precondition required");
	const request = { client, ...agreement, tenant: exchange.tenant, refreshable: true, idClaims: null };
	exchange.json(200, await issueTokens(exchange.node, request));
}

async function byRefreshToken(exchange: Exchange, client: Client, form: URLSearchParams): Promise<void> {
	const grant = await refreshTokens(exchange.node).take(form.get("refresh_token") ?? "");
	if (grant === undefined || grant.clientId !== client.id || grant.expiresAt < now()) {
		return tokenError(exchange, 400, "invalid_grant", "Persisted access token data not found");
	}
	await accessTokens(exchange.node).take(grant.accessToken);
	const { user, scope, tenant, idClaims } = grant;
	exchange.json(200, await issueTokens(exchange.node, { client, user, scope, tenant, refreshable: true, idClaims }));
}

async function byClient(exchange: Exchange, client: Client, form: URLSearchParams): Promise<void> {
	if (client.secret === null) return tokenError(exchange, 400, "unauthorized_client", "The client has no secret");
	const request = {
		client,
		user: client.id,
		scope: form.get("scope") ?? "default",
		tenant: exchange.tenant,
		refreshable: false,
		idClaims: null,
	};
	exchange.json(200, await issueTokens(exchange.node, request));
}

async function byPassword(exchange: Exchange, client: Client, form: URLSearchParams): Promise<void> {
	const user = checkPassword(form.get("username") ?? "", form.get("password") ?? "");
	if (user === null) return tokenError(exchange, 400, "invalid_grant", "Authentication failed for the given user");
	const request = {
		client,
		user: user.name,
		scope: form.get("scope") ?? "default",
		tenant: exchange.tenant,
		refreshable: true,
		idClaims: null,
	};
	exchange.json(200, await issueTokens(exchange.node, request));
}

/** `/oauth2/revoke`: always 200 to a client that authenticated (RFC 7009 section 2.2). */
export async function revoke(exchange: Exchange): Promise<void> {
	noStore(exchange);
	const form = await exchange.form();
	if ((await authenticateClient(exchange, form)) === null)
		return tokenError(exchange, 401, "invalid_client", "Client Authentication failed.");
	const text = form.get("token") ?? "";
	const refresh = await refreshTokens(exchange.node).take(text);
	await accessTokens(exchange.node).take(refresh?.accessToken ?? text);
	exchange.send(200, "text/html;charset=UTF-8", "");
}

/** `/oauth2/introspect`: for administrators. */
export async function introspect(exchange: Exchange): Promise<void> {
	if (basicAdmin(exchange.header("authorization")) === null) {
		exchange.setHeader("WWW-Authenticate", `Basic realm="${exchange.request.headers.host ?? "is"}"`);
		return exchange.json(401, { code: "401", message: "Unauthorized", description: "Unauthorized" });
	}
	const grant = await accessTokens(exchange.node).get((await exchange.form()).get("token") ?? "");
	if (grant === undefined || grant.expiresAt < now()) return exchange.json(200, { active: false });
	const { issuedAt: iat, expiresAt: exp, clientId: client_id, scope, user: username } = grant;
	exchange.json(200, {
		nbf: iat,
		scope,
		active: true,
		token_type: "Bearer",
		exp,
		iat,
		client_id,
		username,
		iss: issuer(exchange.node, grant.tenant),
	});
}

/** `/oauth2/userinfo` */
export async function userinfo(exchange: Exchange): Promise<void> {
	noStore(exchange);
	const grant = await bearerGrant(exchange.node, exchange.header("authorization"));
	if (grant === null || !grant.scope.split(" ").includes("openid")) {
		const [status, error] = grant === null ? [401, "invalid_token"] : [403, "insufficient_scope"];
		exchange.setHeader("WWW-Authenticate", `Bearer error="${error}"`);
		return tokenError(exchange, status as number, error as string, "Access token validation failed");
	}
	const sub = grant.tenant === SUPER_TENANT ? grant.user : `${grant.user}@${grant.tenant}`;
	exchange.json(200, { sub, ...profile(grant) });
}

function noStore(exchange: Exchange): void {
	exchange.setHeader("Cache-Control", "no-store");
	exchange.setHeader("Pragma", "no-cache");
}

function tokenError(exchange: Exchange, status: number, error: string, description: string): void {
	exchange.json(status, { error_description: description, error });
}
