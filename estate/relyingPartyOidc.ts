import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { type Answer, call } from "./httpClient.ts";
import { type Claims, decodeClaims, verifyJwt } from "./jwt.ts";

export interface Provider {
	/** What stands before the provider's contexts: "https://localhost:9443/", "https://sso.example.com/is-". */
	readonly idp: string;
	/** PEM to trust for it; absent = the system's authorities. */
	readonly trust?: string;
	/** IPv4 address of its host; absent = as the system resolves it. */
	readonly address?: string;
	/** Where its ports are, by the port in the URL; absent = as in the URL. */
	readonly ports?: ReadonlyMap<number, number>;
	/** Expected `iss`; absent = what the provider's discovery document says. */
	readonly issuer?: string;
}

/** What a login has to remember until the browser is back. */
export interface LoginState {
	readonly state: string;
	readonly nonce: string;
	readonly verifier: string;
}

export interface Tokens {
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly idToken: string;
	readonly claims: Claims;
}

interface SigningKey {
	readonly kid: string;
	readonly kty: string;
	readonly n: string;
	readonly e: string;
}

const CLIENT_ID = "demo-rp";
const CLIENT_SECRET = "demo-rp-secret";
const BASIC = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64")}`;

export function newLoginState(): LoginState {
	const random = (): string => randomBytes(24).toString("base64url");
	return { state: random(), nonce: random(), verifier: randomBytes(32).toString("base64url") };
}

/** Code flow with PKCE (RFC 7636). */
export function authorizeUrl(provider: Provider, redirectUri: string, login: LoginState): string {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: CLIENT_ID,
		redirect_uri: redirectUri,
		scope: "openid profile email",
		state: login.state,
		nonce: login.nonce,
		code_challenge: createHash("sha256").update(login.verifier).digest("base64url"),
		code_challenge_method: "S256",
	});
	return `${provider.idp}oauth2/authorize?${query}`;
}

/** Exchanges a code. Throws an Error when it or the id_token is no good. */
export function exchangeCode(provider: Provider, redirectUri: string, login: LoginState, code: string): Promise<Tokens> {
	return askForTokens(
		provider,
		{ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: login.verifier },
		login.nonce,
	);
}

export function refresh(provider: Provider, tokens: Tokens): Promise<Tokens> {
	return askForTokens(provider, { grant_type: "refresh_token", refresh_token: tokens.refreshToken }, null);
}

export async function userinfo(provider: Provider, tokens: Tokens): Promise<Claims> {
	return json(await backChannel(provider, "oauth2/userinfo", { Authorization: `Bearer ${tokens.accessToken}` }));
}

export function logoutUrl(provider: Provider, idToken: string, returnTo: string): string {
	return `${provider.idp}oidc/logout?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: returnTo })}`;
}

async function askForTokens(provider: Provider, form: Record<string, string>, nonce: string | null): Promise<Tokens> {
	const headers = { Authorization: BASIC, "Content-Type": "application/x-www-form-urlencoded" };
	const body = json(await backChannel(provider, "oauth2/token", headers, new URLSearchParams(form).toString()));
	const idToken = String(body.id_token);
	const claims = await checkIdToken(provider, idToken, nonce);
	return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token), idToken, claims };
}

/** OpenID Connect Core 1.0, section 3.1.3.7. */
async function checkIdToken(provider: Provider, idToken: string, nonce: string | null): Promise<Claims> {
	const header = JSON.parse(Buffer.from(idToken.split(".")[0] ?? "", "base64url").toString()) as { kid?: string };
	const { keys } = json(await backChannel(provider, "oauth2/jwks")) as unknown as { keys: SigningKey[] };
	const key = keys.find(({ kid }) => kid === header.kid);
	if (key === undefined || verifyJwt(idToken, createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: "jwk" })) === null)
		throw new Error("the id_token's signature is wrong");
	const claims = decodeClaims(idToken);
	const issuer = provider.issuer ?? json(await backChannel(provider, "oauth2/token/.well-known/openid-configuration")).issuer;
	if (claims.iss !== issuer) throw new Error(`the id_token comes from ${String(claims.iss)}, not from ${String(issuer)}`);
	if (claims.aud !== CLIENT_ID) throw new Error("the id_token is for somebody else");
	if (Number(claims.exp) * 1000 < Date.now()) throw new Error("the id_token is too old");
	if (nonce !== null && claims.nonce !== nonce) throw new Error("the id_token belongs to another login");
	return claims;
}

function backChannel(provider: Provider, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
	const method = body === undefined ? { method: "GET" } : { method: "POST", body };
	return call(provider.idp + path, {
		...method,
		headers: { Accept: "application/json", ...headers },
		ca: provider.trust,
		address: provider.address,
		ports: provider.ports,
	});
}

function json(answer: Answer): Claims {
	const text = answer.body.toString();
	if (answer.status !== 200) throw new Error(`the provider answered ${answer.status}: ${text.slice(0, 200)}`);
	return JSON.parse(text) as Claims;
}
