import { randomBytes } from "node:crypto";
import { csrfScript, HEADER } from "./csrfGuard.ts";
import type { Exchange } from "./exchange.ts";
import { escapeHtml, PLAIN_STYLE, page } from "./html.ts";
import { errorPage } from "./tomcat.ts";
import { checkPassword } from "./users.ts";

/** What every page loads from there, also behind a front door with a prefix. */
const GUARD = "/carbon/admin/js/csrfPrevention.js";

/**
 * `/carbon`: the admin console. Its first page asks for no password, so that whatever gets through from outside is plain to see; the others are
 * behind its login, and what changes something wants the token of the session.
 */
export async function carbon(exchange: Exchange): Promise<void> {
	const session = exchange.session().attributes;
	const path = exchange.path.replace(/\/$/, "");
	if (path === GUARD) return guard(exchange);
	if (path === "/carbon")
		return show(exchange, `<p>${escapeHtml(exchange.node.name)}</p><p><a href="/carbon/admin/login.jsp">Sign in</a></p>`);
	if (path === "/carbon/admin/login.jsp") return show(exchange, LOGIN_FORM);
	if (path === "/carbon/admin/login_action.jsp") return signIn(exchange);
	const user = session.get("user");
	if (user === undefined) return exchange.sendRedirect("/carbon/admin/login.jsp");
	if (path === "/carbon/admin/index.jsp") return show(exchange, home(user));
	if (path === "/carbon/user/user-mgt.jsp") return show(exchange, userTable(exchange));
	if (path === "/carbon/user/edit-user-roles.jsp")
		return show(exchange, `<h2 id="edited">Roles of ${escapeHtml(exchange.query.get("username") ?? "")}</h2>`);
	if (path === "/carbon/admin/jsp/session-validate.jsp")
		return exchange.header(HEADER.toLowerCase()) === token(exchange) ? exchange.send(200, "text/plain", "valid") : forbidden(exchange);
	if (path !== "/carbon/admin/logout_action.jsp") return errorPage(exchange, 404, "Not Found");
	if (exchange.query.get(HEADER) !== token(exchange)) return forbidden(exchange);
	session.delete("user");
	exchange.redirect(exchange.node.urls.absolute("/carbon/admin/login.jsp", exchange.tenant));
}

function token(exchange: Exchange): string {
	const { attributes } = exchange.session();
	const known = attributes.get("csrf") ?? randomBytes(16).toString("hex").toUpperCase();
	attributes.set("csrf", known);
	return known;
}

/** The script, or only the token where a script asks for that. */
function guard(exchange: Exchange): void {
	exchange.setHeader("Cache-Control", "no-cache, no-store");
	if (exchange.method !== "POST") return exchange.send(200, "text/javascript", csrfScript(exchange, token(exchange), GUARD));
	if (exchange.header("fetch-csrf-token") === undefined) return forbidden(exchange);
	exchange.send(200, "text/plain", `${HEADER}:${token(exchange)}`);
}

async function signIn(exchange: Exchange): Promise<void> {
	const form = await exchange.form();
	if (form.get(HEADER) !== token(exchange)) return forbidden(exchange);
	const user = checkPassword(form.get("username") ?? "", form.get("password") ?? "");
	if (user?.admin !== true) return exchange.sendRedirect("../admin/login.jsp?loginStatus=false&errorCode=login.fail.message");
	exchange.session().attributes.set("user", user.name);
	exchange.redirect(exchange.node.urls.absolute("/carbon/admin/index.jsp?loginStatus=true", exchange.tenant));
}

function forbidden(exchange: Exchange): void {
	errorPage(exchange, 403, "Forbidden");
}

function show(exchange: Exchange, body: string): void {
	const head = `${PLAIN_STYLE}\n<script type="text/javascript" src="${GUARD}"></script>`;
	exchange.html(200, page("WSO2 Management Console", `<h1>WSO2 Management Console</h1>\n${body}`, head));
}

const LOGIN_FORM = `<form action="../admin/login_action.jsp" method="POST" id="carbonLogin">
<p><label>Username <input type="text" name="username" id="txtUserName"></label></p>
<p><label>Password <input type="password" name="password" id="txtPassword"></label></p>
<button type="submit">Sign-in</button>
</form>`;

function home(user: string): string {
	return `<p>Signed-in as: <strong id="logged-user">${escapeHtml(user)}</strong></p>
<nav><a href="../user/user-mgt.jsp?region=region1&item=user_mgt_menu_list">Users</a> <a href="/carbon/admin/logout_action.jsp">Sign-out</a> <button id="validate">Validate</button></nav>
<p id="session"></p>
<script>
document.getElementById("validate").onclick = function () {
	var xhr = new XMLHttpRequest();
	xhr.open("POST", "/carbon/admin/jsp/session-validate.jsp", true);
	xhr.onload = function () { document.getElementById("session").textContent = xhr.status + " " + xhr.responseText; };
	xhr.send(null);
};
</script>`;
}

const USERS = 3000;

/** Over 1 MiB, and the last links are as good as the first ones. */
function userTable(exchange: Exchange): string {
	const whole = exchange.node.urls.absolute("", exchange.tenant);
	const rows = Array.from({ length: USERS }, (_, index) => {
		const name = `user-${index + 1}`;
		const query = `username=${name}&displayName=${name}`;
		return `<tr><td>${name}</td><td><a href="edit-user-roles.jsp?${query}">Roles</a> <a class="root" href="/carbon/user/edit-user-roles.jsp?${query}">Assign</a> <a class="whole" href="${whole}/carbon/user/edit-user-roles.jsp?${query}">View</a></td></tr>`;
	});
	return `<table id="users">\n${rows.join("\n")}\n</table>`;
}
