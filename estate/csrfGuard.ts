import type { Exchange } from "./exchange.ts";

/** Of the form field and the header. */
export const HEADER = "X-CSRF-Token";

/**
 * What OWASP CSRFGuard's script does in the console: it puts the session's token in every form and link that leads to the host that the server was
 * asked by, and in the scripts' own requests. It asks for the token at its own address.
 */
export function csrfScript(exchange: Exchange, token: string, servletPath: string): string {
	const { hostname } = new URL(exchange.ownOrigin());
	return `(function () {
	"use strict";
	var tokenName = ${JSON.stringify(HEADER)};
	var tokenValue = ${JSON.stringify(token)};
	var domain = ${JSON.stringify(hostname)};
	if (document.domain !== domain) return console.error("OWASP CSRFGuard JavaScript was included from within an unauthorized domain!");

	function isOwn(url) {
		return url !== null && url.charAt(0) !== "#" && url.indexOf("javascript:") !== 0 && new URL(url, document.baseURI).hostname === domain;
	}

	function askForToken() {
		var xhr = new XMLHttpRequest();
		xhr.open("POST", "${servletPath}", false);
		xhr.setRequestHeader("FETCH-CSRF-TOKEN", "1");
		xhr.send(null);
		return xhr.responseText.split(":")[1];
	}

	function inject() {
		var value = askForToken() || tokenValue;
		document.querySelectorAll("form").forEach(function (form) {
			if (!isOwn(form.getAttribute("action"))) return;
			var hidden = document.createElement("input");
			hidden.type = "hidden";
			hidden.name = tokenName;
			hidden.value = value;
			form.appendChild(hidden);
		});
		document.querySelectorAll("a[href]").forEach(function (link) {
			var href = link.getAttribute("href");
			if (isOwn(href)) link.setAttribute("href", href + (href.indexOf("?") === -1 ? "?" : "&") + tokenName + "=" + value);
		});
	}

	var send = XMLHttpRequest.prototype.send;
	XMLHttpRequest.prototype.send = function (body) {
		this.setRequestHeader("X-Requested-With", "XMLHttpRequest");
		this.setRequestHeader(tokenName, tokenValue);
		return send.call(this, body);
	};
	window.addEventListener("DOMContentLoaded", inject);
})();
`;
}
