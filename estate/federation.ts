import { randomUUID } from "node:crypto";
import type { Exchange } from "./exchange.ts";
import { call } from "./httpClient.ts";
import { decodeClaims } from "./jwt.ts";

/** OpenIDConnectAuthenticator: sends the browser to the other identity provider. It gets the key of the login as `state`. */
export function askIdentityProvider(exchange: Exchange, key: string): void {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: "federation",
		redirect_uri: callback(exchange),
		scope: "openid email",
		state: `${key},OIDC`,
		nonce: randomUUID(),
	});
	exchange.redirect(`${exchange.node.switches.federatedIdp}oauth2/authorize?${query}`);
}

/** Who it says has logged in, or null. */
export async function federatedUser(exchange: Exchange, code: string): Promise<string | null> {
	const form = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: callback(exchange) });
	const answer = await call(exchange.node.switches.federatedToken, {
		method: "POST",
		body: form.toString(),
		ca: exchange.node.keystore.cert,
		headers: {
			Authorization: `Basic ${Buffer.from("federation:federation-secret").toString("base64")}`,
			"Content-Type": "application/x-www-form-urlencoded",
		},
	});
	const { id_token: idToken } = JSON.parse(answer.body.toString()) as { id_token?: string };
	return answer.status === 200 && idToken !== undefined ? String(decodeClaims(idToken).sub) : null;
}

function callback({ node, tenant }: Exchange): string {
	return node.switches.federatedCallback || node.urls.absolute("/commonauth", tenant);
}
