import { PLAIN_STYLE, page } from "./html.ts";
import type { PortalName } from "./portals.ts";

/** The shell of the single-page application; its own links are relative, what its script builds is not. */
export function portalPage(name: PortalName): string {
	return page(
		name,
		`<header><h1>WSO2 API Manager: ${name}</h1></header>
<main id="app">You will be redirected</main>`,
		`${PLAIN_STYLE}
<script src="services/settings/settings.js"></script>\n<script src="site/public/app.js" defer></script>`,
	);
}

/** The application: sends a visitor without a token to the login, else lists APIs from the REST API. Over 2 KB, so compressed. */
export function portalScript(name: PortalName): string {
	return `// ${name}
(function () {
	"use strict";
	var app = document.getElementById("app");
	var context = AppConfig.app.context;
	// As shipped, every address starts at the root of the origin, whatever prefix a front door has put before the portal's own. Only the
	// settings could tell it: proxy_context_path stands before the path of the REST API, and the context holds it already. A bundle of the
	// product is a hundred times as long, split in chunks that are loaded relative to the page.
	var apiBase = window.location.origin + AppConfig.app.proxy_context_path + "/api/am/${name}";

	function cookie(name) {
		var pairs = document.cookie.split("; ");
		for (var index = 0; index < pairs.length; index++) {
			var equals = pairs[index].indexOf("=");
			if (pairs[index].slice(0, equals) === name) return pairs[index].slice(equals + 1);
		}
		return null;
	}

	function element(tag, text) {
		var made = document.createElement(tag);
		made.textContent = text;
		return made;
	}

	function link(href, text) {
		var made = element("a", text);
		made.href = href;
		return made;
	}

	/**
	 * Single logout (OpenID Connect Session Management 1.0): the provider's page in a frame knows whether the login that this portal stems from
	 * still holds. The message goes to the portal's own host, as the products do it, wherever the frame came from.
	 */
	function watchSession() {
		var message = cookie("CLIENT_ID") + " " + cookie(AppConfig.app.sessionStateCookie);
		var frame = element("iframe", "");
		frame.hidden = true;
		frame.title = "check session";
		frame.id = "iframeOP";
		frame.src = AppConfig.idp.checkSessionEndpoint + "?client_id=" + cookie("CLIENT_ID") + "&redirect_uri=" + window.location.origin + context + "/services/auth/callback/login";
		var watch;
		frame.onload = function () {
			watch = setInterval(function () { frame.contentWindow.postMessage(message, "https://" + window.location.host); }, AppConfig.app.singleLogout.timeout);
		};
		window.addEventListener("message", function (event) {
			if (event.source !== frame.contentWindow) return;
			document.body.dataset.session = event.data;
			if (event.data !== "changed") return;
			clearInterval(watch);
			window.location = context + "/services/auth/login?not-Login";
		});
		document.body.appendChild(frame);
	}

	function showApis(list) {
		var items = document.createElement("ul");
		items.id = "apis";
		list.forEach(function (api) {
			items.appendChild(element("li", api.name + " " + api.version + " (" + api.context + ")"));
		});
		app.replaceChildren(element("h2", "APIs"), items, link(context + "/services/logout", "Logout"));
	}

	function showError(text) {
		var error = element("p", text);
		error.setAttribute("role", "alert");
		app.replaceChildren(error, link(context + "/services/auth/login", "Login"));
	}

	var firstHalf = cookie("WSO2_AM_TOKEN_1_Default");
	if (firstHalf === null) {
		window.location = context + "/services/auth/login";
		return;
	}
	fetch(apiBase + "/v3/apis", { credentials: "same-origin", headers: { Authorization: "Bearer " + firstHalf, Accept: "application/json" } })
		.then(function (answer) {
			if (!answer.ok) throw new Error("The REST API answered " + answer.status);
			return answer.json();
		})
		.then(function (data) { showApis(data.list); if (AppConfig.app.singleLogout.enabled) watchSession(); })
		.catch(function (error) { showError(error.message); });
})();
`;
}
