import { createHash, randomUUID } from "node:crypto";
import type { Client } from "./clients.ts";
import { signJwt } from "./jwt.ts";
import type { NodeContext } from "./nodeContext.ts";
import { Table } from "./store.ts";
import { findUser } from "./users.ts";

/** A row of the access token table, under the token's own text. Times are Unix seconds. */
export interface Grant {
	readonly clientId: string;
	readonly user: string;
	readonly scope: string;
	readonly tenant: string;
	readonly issuedAt: number;
	readonly expiresAt: number;
}

/** What a code stands for until it is exchanged. */
export interface CodeGrant {
	readonly clientId: string;
	readonly redirectUri: string;
	readonly user: string;
	readonly scope: string;
	readonly tenant: string;
	readonly nonce: string | null;
	readonly challenge: string | null;
	readonly authTime: number;
	readonly sessionKey: string;
	readonly expiresAt: number;
}

/** A refresh token's row; the access token that it came with dies when it is used. */
export interface RefreshGrant extends Omit<Grant, "issuedAt"> {
	readonly accessToken: string;
	readonly idClaims: IdClaims | null;
}

/** What an id_token says beyond the client and the times. */
export interface IdClaims {
	readonly nonce: string | null;
	readonly authTime: number;
	readonly sessionKey: string;
}

const ACCESS_SECONDS = 3600;
const REFRESH_SECONDS = 86_400;

export const now = (): number => Math.floor(Date.now() / 1000);
export const codes = (node: NodeContext): Table<CodeGrant> => new Table(node.store, "code");
export const accessTokens = (node: NodeContext): Table<Grant> => new Table(node.store, "accessToken");
export const refreshTokens = (node: NodeContext): Table<RefreshGrant> => new Table(node.store, "refreshToken");

/** `iss` of every token: from configuration. */
export function issuer(node: NodeContext, tenant: string): string {
	return node.switches.issuer || node.urls.absolute("/oauth2/token", tenant);
}

export interface TokenRequest {
	readonly client: Client;
	readonly user: string;
	readonly scope: string;
	readonly tenant: string;
	/** Given for grants with a user behind them. */
	readonly refreshable: boolean;
	/** Given for OpenID Connect. */
	readonly idClaims: IdClaims | null;
}

/** Stores new tokens and returns the JSON that the token endpoint answers. */
export async function issueTokens(node: NodeContext, request: TokenRequest): Promise<Record<string, unknown>> {
	const { client, user, scope, tenant } = request;
	const grant: Grant = { clientId: client.id, user, scope, tenant, issuedAt: now(), expiresAt: now() + ACCESS_SECONDS };
	const accessToken = client.jwt ? accessJwt(node, grant) : randomUUID();
	await accessTokens(node).put(accessToken, grant);
	const answer: Record<string, unknown> = { access_token: accessToken };
	if (request.refreshable) {
		const refreshToken = randomUUID();
		const { issuedAt: _, ...rest } = grant;
		await refreshTokens(node).put(refreshToken, { ...rest, expiresAt: now() + REFRESH_SECONDS, accessToken, idClaims: request.idClaims });
		answer.refresh_token = refreshToken;
	}
	answer.scope = scope;
	if (request.idClaims !== null) answer.id_token = idToken(node, grant, request.idClaims, accessToken);
	return { ...answer, token_type: "Bearer", expires_in: ACCESS_SECONDS };
}

function accessJwt(node: NodeContext, grant: Grant): string {
	const claims = {
		sub: grant.user,
		aut: "APPLICATION_USER",
		aud: grant.clientId,
		nbf: grant.issuedAt,
		azp: grant.clientId,
		scope: grant.scope,
		iss: issuer(node, grant.tenant),
		exp: grant.expiresAt,
		iat: grant.issuedAt,
		jti: randomUUID(),
	};
	return signJwt(claims, node.keystore, "at+jwt");
}

function idToken(node: NodeContext, grant: Grant, id: IdClaims, accessToken: string): string {
	const atHash = createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
	return signJwt(
		{
			isk: id.sessionKey,
			at_hash: atHash,
			aud: grant.clientId,
			azp: grant.clientId,
			sub: grant.user,
			iss: issuer(node, grant.tenant),
			exp: grant.expiresAt,
			iat: grant.issuedAt,
			auth_time: id.authTime,
			amr: ["BasicAuthenticator"],
			...(id.nonce === null ? {} : { nonce: id.nonce }),
			...profile(grant),
		},
		node.keystore,
	);
}

/** The claims that the scopes of a grant open. */
export function profile(grant: Grant): Record<string, string> {
	const user = findUser(grant.user);
	const scopes = grant.scope.split(" ");
	if (user === undefined) return {};
	return {
		...(scopes.includes("email") ? { email: user.email } : {}),
		...(scopes.includes("profile") ? { given_name: user.givenName, family_name: user.familyName, username: user.name } : {}),
	};
}

/** The live grant of a Bearer header, or null. */
export async function bearerGrant(node: NodeContext, header: string | undefined): Promise<Grant | null> {
	const token = /^bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
	const grant = token === undefined ? undefined : await accessTokens(node).get(token);
	return grant !== undefined && grant.expiresAt > now() ? grant : null;
}
