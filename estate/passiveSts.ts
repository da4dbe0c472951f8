import { randomUUID } from "node:crypto";
import { allowsReply } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { dropSession, endpointUrl, requireLogin, type SsoSession, takeLoginResult } from "./framework.ts";
import { escapeHtml, hiddenField } from "./html.ts";
import { temporaryData } from "./nodeContext.ts";
import { entityId } from "./samlLogout.ts";
import { newId, signedAssertion } from "./samlMessages.ts";
import { Table } from "./store.ts";
import { findUser } from "./users.ts";

interface PendingSignIn {
	readonly realm: string;
	readonly reply: string;
	readonly context: string;
}

const pending = (exchange: Exchange): Table<PendingSignIn> => new Table(temporaryData(exchange.node), "passiveSts");

/** `/passivests`: WS-Federation's passive requestors, and the return from the login. */
export async function passiveSts(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const key = form.get("sessionDataKey");
	const request = { realm: form.get("wtrealm") ?? "", reply: form.get("wreply") ?? "", context: form.get("wctx") ?? "" };
	if (key !== null) return afterLogin(exchange, key);
	if (!allowsReply(request.realm, request.reply)) return retry(exchange, "Realm or reply URL is not registered");
	if (form.get("wa") === "wsignin1.0") return begin(exchange, request);
	await dropSession(exchange);
	exchange.redirect(request.reply);
}

async function begin(exchange: Exchange, request: PendingSignIn): Promise<void> {
	const key = randomUUID();
	await pending(exchange).put(key, request);
	const session = await requireLogin(exchange, {
		type: "passivests",
		callerPath: exchange.node.urls.internal("/passivests", exchange.tenant),
		callerKey: key,
		query: exchange.rawQuery,
		application: request.realm,
		forceLogin: false,
	});
	if (session === null) return;
	await pending(exchange).take(key);
	respond(exchange, request, session);
}

async function afterLogin(exchange: Exchange, key: string): Promise<void> {
	const request = await pending(exchange).take(key);
	const session = await takeLoginResult(exchange, key);
	if (request === undefined || session === undefined) return retry(exchange, "Please try login again.");
	respond(exchange, request, session);
}

function respond(exchange: Exchange, { realm, reply, context }: PendingSignIn, session: SsoSession): void {
	const assertion = signedAssertion(
		{
			request: { id: "", issuer: realm, acs: reply },
			issuer: entityId(exchange),
			user: session.user,
			email: findUser(session.user)?.email ?? "",
			sessionIndex: newId(),
		},
		exchange.node.keystore,
	);
	const result = `<wst:RequestSecurityTokenResponse xmlns:wst="http://schemas.xmlsoap.org/ws/2005/02/trust"><wst:RequestedSecurityToken>${assertion}</wst:RequestedSecurityToken></wst:RequestSecurityTokenResponse>`;
	exchange.setHeader("Cache-Control", "no-store, no-cache");
	exchange.html(
		200,
		`<html>
<head><title>Working...</title></head>
<body onload="document.forms[0].submit()">
<form method="post" action="${escapeHtml(reply)}">
${hiddenField("wa", "wsignin1.0")}
${hiddenField("wresult", result)}
${context === "" ? "" : hiddenField("wctx", context)}
<noscript><input type="submit" value="Submit"></noscript>
</form>
</body>
</html>
`,
	);
}

function retry(exchange: Exchange, message: string): void {
	exchange.redirect(endpointUrl(exchange, "retry.do", new URLSearchParams({ status: "Authentication Error!", statusMsg: message })));
}
