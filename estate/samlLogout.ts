import { randomUUID } from "node:crypto";
import { logoutService } from "./clients.ts";
import { frameworkCookie, tenantCookiePath } from "./cookies.ts";
import type { Exchange } from "./exchange.ts";
import { dropSession, endpointUrl } from "./framework.ts";
import { temporaryData } from "./nodeContext.ts";
import {
	autoSubmitForm,
	type LogoutRequest,
	logoutRequest,
	logoutResponse,
	type Outgoing,
	readLogoutResponse,
	redirectUrl,
} from "./samlLogoutMessages.ts";
import { newId } from "./samlMessages.ts";
import { Table } from "./store.ts";

/** Where a user of one SAML session is signed in, under the value of its `samlssoTokenId`. */
interface SamlSession {
	readonly user: string;
	readonly sessionIndex: string;
	readonly providers: readonly Provider[];
}

interface Provider {
	readonly issuer: string;
	readonly acs: string;
}

/** A single logout under way, under the id of the request that is not answered yet, or the sessionDataKey of its way through the framework. */
interface PendingLogout {
	readonly session: SamlSession;
	/** Not told yet. */
	readonly left: readonly Provider[];
	/** Who asked for it; null = the Identity Server's own page. */
	readonly from: (Provider & { readonly id: string; readonly relayState: string }) | null;
	readonly returnTo: string | null;
}

const sessions = (exchange: Exchange): Table<SamlSession> => new Table(exchange.node.store, "samlSession");
const tokenIds = (exchange: Exchange): Table<string> => new Table(exchange.node.store, "samlSessionIndex");
const pending = (exchange: Exchange): Table<PendingLogout> => new Table(temporaryData(exchange.node), "samlLogout");

export const entityId = ({ node }: Exchange): string => node.urls.origin.replace(/^https:\/\/([^:]+).*$/, "$1");

/** Remembers that the user is signed in there too. Returns the index of the session. */
export async function joinSession(exchange: Exchange, user: string, provider: Provider): Promise<string> {
	const tokenId = exchange.cookie("samlssoTokenId") ?? randomUUID();
	const known = await sessions(exchange).get(tokenId);
	const session = known?.user === user ? known : { user, sessionIndex: randomUUID(), providers: [] };
	const others = session.providers.filter(({ issuer }) => issuer !== provider.issuer);
	await sessions(exchange).put(tokenId, { ...session, providers: [...others, provider] });
	await tokenIds(exchange).put(session.sessionIndex, tokenId);
	exchange.addCookie(frameworkCookie("samlssoTokenId", tokenId, tenantCookiePath(exchange.tenant)));
	return session.sessionIndex;
}

/** A LogoutRequest of a provider: the framework first ends its own session, then the other providers are told. */
export async function beginLogout(exchange: Exchange, request: LogoutRequest, relayState: string): Promise<boolean> {
	const tokenId = (await tokenIds(exchange).get(request.sessionIndex)) ?? exchange.cookie("samlssoTokenId");
	const session = tokenId === undefined ? undefined : await sessions(exchange).take(tokenId);
	const from = session?.providers.find(({ issuer }) => issuer === request.issuer);
	if (session === undefined || from === undefined) return false;
	await throughFramework(exchange, { session, left: others(session, from), from: { ...from, id: request.id, relayState }, returnTo: null });
	return true;
}

/** `/samlsso?slo=true`: begun by the Identity Server. */
export async function beginOwnLogout(exchange: Exchange): Promise<void> {
	const session = await sessions(exchange).take(exchange.cookie("samlssoTokenId") ?? "");
	if (session === undefined) return exchange.redirect(endpointUrl(exchange, "samlsso_logout.do", new URLSearchParams()));
	await throughFramework(exchange, { session, left: session.providers, from: null, returnTo: exchange.query.get("returnTo") });
}

const others = ({ providers }: SamlSession, from: Provider): Provider[] => providers.filter(({ issuer }) => issuer !== from.issuer);

async function throughFramework(exchange: Exchange, logout: PendingLogout): Promise<void> {
	const key = randomUUID();
	await pending(exchange).put(key, logout);
	await dropSession(exchange);
	exchange.addCookie(frameworkCookie("samlssoTokenId", "", tenantCookiePath(exchange.tenant), { maxAge: 0 }));
	exchange.sendRedirect(`${exchange.node.urls.internal("/samlsso", exchange.tenant)}?${new URLSearchParams({ sessionDataKey: key })}`);
}

/** The way back from the framework. False when the key belongs to no logout. */
export async function afterFramework(exchange: Exchange, key: string): Promise<boolean> {
	const logout = await pending(exchange).take(key);
	if (logout !== undefined) await tellNext(exchange, logout);
	return logout !== undefined;
}

/** A provider's LogoutResponse. False when nobody waits for it. */
export async function afterProvider(exchange: Exchange, xml: string): Promise<boolean> {
	const logout = await pending(exchange).take(readLogoutResponse(xml) ?? "");
	if (logout !== undefined) await tellNext(exchange, logout);
	return logout !== undefined;
}

async function tellNext(exchange: Exchange, logout: PendingLogout): Promise<void> {
	const [next, ...left] = logout.left;
	const issuer = entityId(exchange);
	const { keystore } = exchange.node;
	if (next !== undefined) {
		const { url, binding } = logoutService(next.issuer, next.acs);
		const request = { id: newId(), issuer, user: logout.session.user, sessionIndex: logout.session.sessionIndex };
		await pending(exchange).put(request.id, { ...logout, left });
		// On the redirect binding the query is signed, on the other one the message itself.
		const xml = logoutRequest(request, url, binding === "post" ? keystore : null);
		return send(exchange, binding, { parameter: "SAMLRequest", xml, url, relayState: "" });
	}
	const { from, returnTo } = logout;
	if (from === null) return exchange.redirect(returnTo ?? endpointUrl(exchange, "samlsso_logout.do", new URLSearchParams()));
	const { url } = logoutService(from.issuer, from.acs);
	const xml = logoutResponse(from.id, issuer, url, keystore);
	send(exchange, "post", { parameter: "SAMLResponse", xml, url, relayState: from.relayState });
}

function send(exchange: Exchange, binding: "redirect" | "post", message: Outgoing): void {
	exchange.setHeader("Cache-Control", "no-store, no-cache");
	if (binding === "redirect") exchange.redirect(redirectUrl(message, exchange.node.keystore));
	else exchange.html(200, autoSubmitForm(message));
}
