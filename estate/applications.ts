import type { Exchange } from "./exchange.ts";
import { escapeHtml, PLAIN_STYLE, page } from "./html.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";

/**
 * A single-page application of Identity Server, `/myaccount` or `/console`, as 6.1 ships them: what it loads it names from the root of the
 * origin, the server by its configured URL, the callback by the browser's origin and the context's own name.
 */
export function application(title: string, clientId: string) {
	return async (exchange: Exchange): Promise<void> => {
		const { contextPath } = exchange;
		const rest = exchange.path.slice(contextPath.length);
		if (rest === "/static/js/main.js") return exchange.send(200, "application/javascript", HOME_SCRIPT);
		if (rest === "/static/js/auth.js") return exchange.send(200, "application/javascript", LOGIN_SCRIPT);
		if (rest === "/auth") return authCode(exchange);
		if (rest === "/deployment.config.json") return exchange.json(200, deploymentConfig(exchange, title, clientId));
		const code = exchange.method === "POST" ? (await exchange.form()).get("code") : exchange.query.get("code");
		if (code === null && rest === "" && exchange.method !== "POST") return exchange.sendRedirect(`${contextPath}/`);
		if (code !== null) exchange.session().attributes.set("authCode", code);
		exchange.html(200, code === null ? indexPage(exchange, title, clientId) : homePage(exchange, title, clientId));
	};
}

/** auth.jsp: the code, which home.jsp has put into the HttpSession. */
function authCode(exchange: Exchange): void {
	exchange.setHeader("Cache-Control", "no-store");
	exchange.json(200, { authCode: exchange.session().attributes.get("authCode") ?? null });
}

/** What the bundle reads when it starts. */
function deploymentConfig({ contextPath, node }: Exchange, title: string, clientId: string): object {
	return {
		appBaseName: contextPath.slice(1),
		clientID: clientId,
		loginCallbackPath: contextPath,
		productName: title,
		routePaths: { home: `${contextPath}/overview`, login: `${contextPath}/login` },
		serverOrigin: node.urls.absolute("", SUPER_TENANT),
	};
}

const serverOrigin = ({ node }: Exchange): string => JSON.stringify(node.urls.absolute("", SUPER_TENANT));

/** index.jsp sends to the login. */
function indexPage(exchange: Exchange, title: string, clientId: string): string {
	const { contextPath } = exchange;
	return page(
		title,
		`<p>${escapeHtml(title)}</p>
<script>
var serverOrigin = ${serverOrigin(exchange)};
signIn({ signInRedirectURL: window.location.origin.replace(/\\/+$/, '') + "/" + "${contextPath.slice(1)}", clientID: "${clientId}", baseUrl: serverOrigin });
</script>`,
		`${PLAIN_STYLE}\n<script src="${contextPath}/static/js/auth.js"></script>`,
	);
}

/** home.jsp: its page tells nobody where it is. */
function homePage(exchange: Exchange, title: string, clientId: string): string {
	const { contextPath } = exchange;
	return page(
		title,
		`<h1>${escapeHtml(title)}</h1>\n<div id="root">Loading</div>`,
		`<meta name="referrer" content="no-referrer" />
${PLAIN_STYLE}
<script>
var contextPathGlobal = "${contextPath}/";
var serverOriginGlobal = ${serverOrigin(exchange)};
var clientIdGlobal = "${clientId}";
</script>
<script defer src="${contextPath}/static/js/main.js"></script>`,
	);
}

const LOGIN_SCRIPT = `function base64url(bytes) {
	return btoa(String.fromCharCode.apply(null, bytes)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
}
function signIn(config) {
	var verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
	sessionStorage.setItem("code_verifier", verifier);
	sessionStorage.setItem("redirect_uri", config.signInRedirectURL);
	Promise.all([
		fetch(config.baseUrl + "/oauth2/token/.well-known/openid-configuration").then(function (answer) { return answer.json(); }),
		crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)),
	]).then(function (known) {
		var query = new URLSearchParams({
			response_type: "code", response_mode: "form_post", client_id: config.clientID, scope: "openid SYSTEM", redirect_uri: config.signInRedirectURL,
			code_challenge_method: "S256", code_challenge: base64url(new Uint8Array(known[1])),
		});
		window.location.href = known[0].authorization_endpoint + "?" + query;
	});
}
`;

const HOME_SCRIPT = `(function () {
	"use strict";
	var root = document.getElementById("root");
	function json(answer) {
		if (!answer.ok) throw new Error(answer.url + " answered " + answer.status);
		return answer.json();
	}
	var config;
	fetch(contextPathGlobal + "deployment.config.json").then(json)
		.then(function (data) { config = data; return fetch(contextPathGlobal + "auth").then(json); })
		.then(function (data) {
			var form = new URLSearchParams({
				grant_type: "authorization_code", client_id: clientIdGlobal, code: data.authCode,
				redirect_uri: sessionStorage.getItem("redirect_uri"), code_verifier: sessionStorage.getItem("code_verifier"),
			});
			return fetch(serverOriginGlobal + "/oauth2/token", { method: "POST", body: form }).then(json);
		})
		.then(function (tokens) {
			return fetch(config.serverOrigin + "/scim2/Me", { headers: { Authorization: "Bearer " + tokens.access_token } }).then(json);
		})
		.then(function (me) {
			var user = document.createElement("p");
			user.id = "me";
			user.textContent = "Signed in as " + me.userName + " (" + me.emails[0] + ")";
			root.replaceChildren(user);
			window.history.replaceState(null, "", config.routePaths.home);
		})
		.catch(function (error) {
			root.setAttribute("role", "alert");
			root.textContent = error.message;
		});
})();
`;
