import { randomUUID } from "node:crypto";
import { allowsCallback, findClient } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { dropSession, endpointUrl } from "./framework.ts";
import { publicKey, verifyJwt } from "./jwt.ts";
import { Table } from "./store.ts";

interface PendingLogout {
	readonly redirectUri: string | null;
	readonly state: string | null;
}

/** OIDCSessionDataCache: never in the database, so a logout with consent needs the node on which it began. */
const pending = (exchange: Exchange): Table<PendingLogout> => new Table(exchange.node.memory, "logout");

/** `/oidc/logout`: with a good id_token_hint at once, else after the user's consent. */
export async function oidcLogout(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const key = form.get("sessionDataKey");
	if (key !== null) return afterConsent(exchange, key, form.get("consent") ?? "deny");
	const redirectUri = form.get("post_logout_redirect_uri");
	const state = form.get("state");
	const hint = form.get("id_token_hint");
	const claims = hint === null ? null : verifyJwt(hint, publicKey(exchange.node.keystore));
	const client = claims === null ? undefined : await findClient(exchange.node.store, String(claims.aud));
	if (client === undefined) {
		const newKey = randomUUID();
		// Without a client to check the address against, the browser stays with the server.
		await pending(exchange).put(newKey, { redirectUri: null, state: null });
		return exchange.redirect(endpointUrl(exchange, "oauth2_logout_consent.do", new URLSearchParams({ sessionDataKey: newKey })));
	}
	if (redirectUri !== null && !allowsCallback(client, redirectUri))
		return errorRedirect(exchange, "Post logout URI does not match with registered callback URI");
	return finish(exchange, { redirectUri, state });
}

async function afterConsent(exchange: Exchange, key: string, answer: string): Promise<void> {
	const logout = await pending(exchange).take(key);
	if (logout === undefined) return errorRedirect(exchange, "No valid session found for the received session data key");
	if (answer !== "approve") return errorRedirect(exchange, "End User denied the logout request");
	return finish(exchange, logout);
}

async function finish(exchange: Exchange, { redirectUri, state }: PendingLogout): Promise<void> {
	await dropSession(exchange);
	if (redirectUri === null) return exchange.redirect(endpointUrl(exchange, "oauth2_logout.do", new URLSearchParams()));
	const mark = redirectUri.includes("?") ? "&" : "?";
	exchange.redirect(state === null ? redirectUri : `${redirectUri}${mark}${new URLSearchParams({ state })}`);
}

function errorRedirect(exchange: Exchange, message: string): void {
	exchange.redirect(
		endpointUrl(exchange, "oauth2_error.do", new URLSearchParams({ oauthErrorCode: "access_denied", oauthErrorMsg: message })),
	);
}
