import { randomBytes, randomUUID } from "node:crypto";
import { findClient } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { endpointUrl } from "./framework.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";
import { Table } from "./store.ts";

/** What a device waits for, under its user code. */
interface Waiting {
	readonly deviceCode: string;
	readonly clientId: string;
	readonly scope: string;
}

const waiting = (exchange: Exchange): Table<Waiting> => new Table(exchange.node.store, "userCode");
/** The user who has agreed, by the device code. */
const agreed = (exchange: Exchange): Table<Waiting & { readonly user: string }> => new Table(exchange.node.store, "deviceCode");

/** `/oauth2/device_authorize` (RFC 8628, section 3.1): addresses from configuration. */
export async function deviceAuthorize(exchange: Exchange): Promise<void> {
	const form = await exchange.form();
	const client = await findClient(exchange.node.store, form.get("client_id") ?? "");
	if (client === undefined)
		return exchange.json(401, { error: "invalid_client", error_description: "A valid OAuth client could not be found" });
	const [userCode, deviceCode] = [randomBytes(3).toString("hex").toUpperCase(), randomUUID()];
	await waiting(exchange).put(userCode, { deviceCode, clientId: client.id, scope: form.get("scope") ?? "" });
	const page = exchange.node.urls.absolute("/authenticationendpoint/device.do", exchange.tenant);
	exchange.json(200, {
		user_code: userCode,
		device_code: deviceCode,
		interval: 5,
		verification_uri_complete: `${page}?user_code=${userCode}`,
		verification_uri: page,
		expires_in: 300,
	});
}

/** `/oauth2/device`: the form of the page with the code; goes on as an authorization request of the client. */
export async function device(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const userCode = form.get("user_code") ?? "";
	const found = await waiting(exchange).get(userCode);
	if (found === undefined) return exchange.redirect(endpointUrl(exchange, "device.do", new URLSearchParams({ error: "invalid.code" })));
	const query = new URLSearchParams({
		client_id: found.clientId,
		response_type: "device",
		redirect_uri: `${exchange.node.urls.absolute("/authenticationendpoint/device_success.do", SUPER_TENANT)}?app_name=${found.clientId}`,
		scope: found.scope,
		nonce: userCode,
	});
	exchange.redirect(`${exchange.node.urls.absolute("/oauth2/authorize", exchange.tenant)}?${query}`);
}

/** The end of such a request. */
export async function agreeToDevice(exchange: Exchange, query: URLSearchParams, user: string): Promise<void> {
	const found = await waiting(exchange).take(query.get("nonce") ?? "");
	if (found !== undefined) await agreed(exchange).put(found.deviceCode, { ...found, user });
	exchange.redirect(query.get("redirect_uri") ?? "");
}

/** Who agreed, once. */
export async function takeAgreement(exchange: Exchange, deviceCode: string): Promise<{ user: string; scope: string } | undefined> {
	return agreed(exchange).take(deviceCode);
}
