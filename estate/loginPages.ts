import type { Exchange } from "./exchange.ts";
import { escapeHtml, hiddenField, page } from "./html.ts";
import { LOGIN_SCRIPT, LOGIN_STYLE } from "./loginAssets.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";
import { errorPage } from "./tomcat.ts";

/** The JSP application at /authenticationendpoint. */
export function authenticationEndpoint(exchange: Exchange): void {
	const name = exchange.path.slice("/authenticationendpoint/".length);
	const asset = ASSETS.get(name);
	const render = PAGES.get(name);
	if (asset !== undefined) exchange.send(200, asset.type, asset.text);
	else if (render === undefined) errorPage(exchange, 404, "Not Found");
	else sendPage(exchange, render);
}

const ASSETS: ReadonlyMap<string, { type: string; text: string }> = new Map([
	["css/app.css", { type: "text/css", text: LOGIN_STYLE }],
	["js/app.js", { type: "application/javascript", text: LOGIN_SCRIPT }],
]);

function sendPage(exchange: Exchange, render: (exchange: Exchange) => string): void {
	exchange.session();
	exchange.setHeader("X-Frame-Options", "DENY");
	exchange.setHeader("X-Content-Type-Options", "nosniff");
	exchange.setHeader("X-XSS-Protection", "1; mode=block");
	exchange.setHeader("Cache-Control", "no-store, no-cache, must-revalidate");
	exchange.html(200, render(exchange));
}

const PAGES: ReadonlyMap<string, (exchange: Exchange) => string> = new Map([
	["login.do", loginPage],
	["long-wait.do", longWaitPage],
	["oauth2_consent.do", consentPage],
	["oauth2_logout_consent.do", logoutConsentPage],
	["oauth2_logout.do", (exchange: Exchange) => frame(exchange, "Logged out", "<p>You have logged out successfully.</p>")],
	["device.do", devicePage],
	[
		"device_success.do",
		(exchange: Exchange) =>
			frame(
				exchange,
				"Login successful",
				`<p id="app">You can close this page and go back to ${escapeHtml(exchange.query.get("app_name") ?? "")}.</p>`,
			),
	],
	["oauth2_error.do", (exchange: Exchange) => messagePage("Error", exchange, "oauthErrorCode", "oauthErrorMsg")],
	["retry.do", (exchange: Exchange) => messagePage("Authentication failed", exchange, "status", "statusMsg")],
	["samlsso_logout.do", (exchange: Exchange) => frame(exchange, "Logged out", "<p>You have successfully logged out.</p>")],
	["samlsso_notification.do", (exchange: Exchange) => messagePage("SAML error", exchange, "status", "statusMsg")],
]);

/**
 * init-url.jsp: relative to the page as shipped; absolute when `IdentityServerEndpointContextURL` is set or the tenant is not the
 * super tenant.
 */
function endpointAction(exchange: Exchange, path: string): string {
	const { identityServerEndpointContextURL, urls } = exchange.node;
	if (identityServerEndpointContextURL !== null) return `${identityServerEndpointContextURL}/${path}`;
	return exchange.tenant === SUPER_TENANT ? `../${path}` : urls.absolute(`/${path}`, exchange.tenant);
}

function frame(exchange: Exchange, title: string, body: string): string {
	const product = exchange.node.product === "is" ? "WSO2 Identity Server" : "WSO2 API Manager";
	const head = '<link rel="stylesheet" href="css/app.css">\n<script src="js/app.js" defer></script>';
	return page(
		title,
		`<header>${product}</header>\n<main>\n<h1>${escapeHtml(title)}</h1>\n${body}\n<p class="node">Served by ${escapeHtml(exchange.node.name)}</p>\n</main>`,
		head,
	);
}

/** basicauth.jsp: where accounts are is known by configuration, where this page is by the request. */
function accountLinks(exchange: Exchange): string {
	if (exchange.node.product !== "is") return "";
	const callback = `${exchange.ownOrigin()}/authenticationendpoint/login.do?${exchange.rawQuery}`;
	const link = (id: string, page: string, text: string): string =>
		`<a id="${id}" href="${escapeHtml(`${exchange.node.urls.absolute(`/accountrecoveryendpoint/${page}`, exchange.tenant)}?${new URLSearchParams({ callback })}`)}">${text}</a>`;
	return `<p>${link("passwordRecoverLink", "recoveraccountrouter.do", "Forgot password?")} ${link("registerLink", "register.do", "Create an account")}</p>`;
}

/** login.jsp: other identity providers are buttons. */
function federatedLogin(exchange: Exchange, key: string): string {
	if (exchange.node.switches.federatedIdp === "") return "";
	return `<p><button type="button" id="federated" onclick="handleNoDomain('company', 'OpenIDConnectAuthenticator')">Sign in with the company's login</button></p>
<script>
function handleNoDomain(key, value) {
	document.location = "${endpointAction(exchange, "commonauth")}?idp=" + key + "&authenticator=" + value + "&sessionDataKey=${encodeURIComponent(key)}";
}
</script>`;
}

function devicePage(exchange: Exchange): string {
	const failed = exchange.query.has("error") ? '<p role="alert">Invalid code</p>' : "";
	return frame(
		exchange,
		"Sign in to a device",
		`${failed}<form id="deviceForm" method="post" action="${escapeHtml(endpointAction(exchange, "oauth2/device"))}">
<label>Code <input type="text" name="user_code" id="usercode" value="${escapeHtml(exchange.query.get("user_code") ?? "")}" required></label>
<button type="submit">Continue</button>
</form>`,
	);
}

function loginPage(exchange: Exchange): string {
	const key = exchange.query.get("sessionDataKey") ?? "";
	const failed = exchange.query.get("authFailure") === "true";
	const context = `${endpointAction(exchange, "logincontext")}?${new URLSearchParams({ sessionDataKey: key, relyingParty: exchange.query.get("relyingParty") ?? "", tenantDomain: exchange.tenant })}`;
	return frame(
		exchange,
		"Sign In",
		`${failed ? '<p id="error-msg" role="alert">Login failed! Please check your username and password and try again.</p>' : ""}
<form id="loginForm" method="post" action="${escapeHtml(endpointAction(exchange, "commonauth"))}" data-login-context="${escapeHtml(context)}">
<label>Username <input type="text" id="usernameUserInput" name="username" autocomplete="username" autofocus required></label>
<label>Password <input type="password" id="password" name="password" autocomplete="current-password" required></label>
<label><input type="checkbox" id="chkRemember" name="chkRemember"> Remember me on this computer</label>
${hiddenField("sessionDataKey", key)}
<button type="submit">Continue</button>
</form>
${accountLinks(exchange)}${federatedLogin(exchange, key)}`,
	);
}

/** long-wait.jsp: its script knows neither the proxy's path nor the tenant's. */
function longWaitPage(exchange: Exchange): string {
	const key = exchange.query.get("sessionDataKey") ?? "";
	return frame(
		exchange,
		"Please wait",
		`<form id="toCommonAuth" method="post" action="${escapeHtml(endpointAction(exchange, "commonauth"))}" hidden>
${hiddenField("sessionDataKey", key)}
</form>
<script>
(function () {
	function ask() {
		fetch("/longwaitstatus?waitingId=${encodeURIComponent(key)}")
			.then(function (answer) { return answer.json(); })
			.then(function (data) {
				if (data.status === "COMPLETED") document.getElementById("toCommonAuth").submit();
				else setTimeout(ask, 100);
			})
			.catch(function () { window.location.replace("retry.do"); });
	}
	ask();
})();
</script>`,
	);
}

function consentPage(exchange: Exchange): string {
	const scopes = (exchange.query.get("scope") ?? "").split(/\s+/).filter((scope) => scope !== "" && scope !== "openid");
	return frame(
		exchange,
		`${exchange.query.get("application") ?? ""} requests access to your profile`,
		`<form id="profile" method="post" action="${escapeHtml(endpointAction(exchange, "oauth2/authorize"))}">
<ul>${scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join("")}</ul>
${hiddenField("sessionDataKeyConsent", exchange.query.get("sessionDataKeyConsent") ?? "")}
<button type="submit" name="consent" value="approve">Allow</button>
<button type="submit" name="consent" value="deny">Deny</button>
</form>`,
	);
}

function logoutConsentPage(exchange: Exchange): string {
	return frame(
		exchange,
		"Are you sure you want to logout?",
		`<form id="profile" method="post" action="${escapeHtml(endpointAction(exchange, "oidc/logout"))}">
${hiddenField("sessionDataKey", exchange.query.get("sessionDataKey") ?? "")}
<button type="submit" name="consent" value="approve">Yes</button>
<button type="submit" name="consent" value="deny">No</button>
</form>`,
	);
}

function messagePage(title: string, exchange: Exchange, code: string, message: string): string {
	return frame(
		exchange,
		title,
		`<p>${escapeHtml(exchange.query.get(code) ?? "")}</p>\n<p>${escapeHtml(exchange.query.get(message) ?? "")}</p>`,
	);
}
