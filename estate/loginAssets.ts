/** Over 2 KB each, so that Tomcat's compression touches them. */
export const LOGIN_STYLE = `/* Theme of the login application. */
:root { color-scheme: light dark; --brand: #ff5000; --text: #222; --line: #ccc; --surface: #fff; --page: #f4f4f4; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
header { padding: 0.8rem 1.5rem; background: var(--surface); border-bottom: 3px solid var(--brand); font-weight: 600; }
main { max-width: 26rem; margin: 3rem auto; padding: 2rem; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
h1 { margin: 0 0 1.2rem; font-size: 1.4rem; }
form { display: grid; gap: 1rem; }
label { display: grid; gap: 0.3rem; }
label:has(input[type="checkbox"]) { display: flex; align-items: center; }
input[type="text"], input[type="password"] { padding: 0.6rem; font: inherit; border: 1px solid var(--line); border-radius: 4px; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--brand); outline-offset: 1px; }
button { padding: 0.7rem; font: inherit; font-weight: 600; color: #fff; background: #c43d00; border: 0; border-radius: 4px; cursor: pointer; }
button[value="deny"] { color: var(--text); background: transparent; border: 1px solid var(--line); }
[role="alert"] { padding: 0.7rem; color: #8a1f11; background: #fbe9e7; border: 1px solid #e3b5ae; border-radius: 4px; }
ul { margin: 0; padding: 0 0 0 1.2rem; }
li { padding: 0.2rem 0; }
button:hover { background: #a03200; }
button[aria-busy="true"] { opacity: 0.6; cursor: progress; }
input[type="checkbox"] { width: 1.1rem; height: 1.1rem; accent-color: var(--brand); }
.node { margin: 1.5rem 0 0; font-size: 0.8rem; color: #666; }
label button, label button:hover { justify-self: start; padding: 0; font-size: 0.8rem; font-weight: 400; color: inherit; background: none; text-decoration: underline; }
@media (max-width: 30rem) { main { margin: 0; border: 0; } }
@media (prefers-color-scheme: dark) {
	:root { --text: #eee; --line: #555; --surface: #222; --page: #111; }
	[role="alert"] { color: #ffd9d2; background: #4a1d15; border-color: #7a3a2f; }
	.node { color: #aaa; }
}
@media print {
	header, button, .node { display: none; }
	main { margin: 0; border: 0; }
	label { page-break-inside: avoid; }
	form { display: block; }
}
`;

export const LOGIN_SCRIPT = `// Script of the login application.
(function () {
	"use strict";
	var form = document.getElementById("loginForm");
	if (!form) return;

	/**
	 * Asks the framework whether the login that this page belongs to is still open. A page that a browser brought back
	 * from its history is told where to go on.
	 */
	function checkSessionKey() {
		var url = form.getAttribute("data-login-context");
		if (!url) return;
		fetch(url, { credentials: "same-origin", cache: "no-store" })
			.then(function (answer) { return answer.ok ? answer.json() : null; })
			.then(function (data) {
				if (data && data.status === "redirect" && data.redirectUrl && data.redirectUrl.length > 0) {
					window.location.href = data.redirectUrl;
				}
			})
			.catch(function () {
				console.log("the login context could not be read");
			});
	}

	/** One submission only: a second click would use a login context that is already gone. */
	function guardSubmit() {
		var sent = false;
		form.addEventListener("submit", function (event) {
			if (sent) {
				event.preventDefault();
				console.warn("Prevented a possible double submit event");
				return;
			}
			var name = document.getElementById("usernameUserInput");
			if (name) name.value = name.value.trim();
			sent = true;
			var button = form.querySelector("button[type=submit]");
			if (button) button.setAttribute("aria-busy", "true");
		});
		window.addEventListener("pageshow", function (event) {
			if (!event.persisted) return;
			sent = false;
			checkSessionKey();
		});
	}

	/** The error of an earlier attempt must not stay when the user types again. */
	function clearErrorOnInput() {
		var error = document.getElementById("error-msg");
		if (!error) return;
		form.addEventListener("input", function () { error.hidden = true; }, { once: true });
	}

	/** A button beside the password that shows and hides it. */
	function offerReveal() {
		var field = document.getElementById("password");
		if (!field) return;
		var button = document.createElement("button");
		button.type = "button";
		button.textContent = "Show";
		button.setAttribute("aria-pressed", "false");
		button.addEventListener("click", function () {
			var shown = field.type === "text";
			field.type = shown ? "password" : "text";
			button.setAttribute("aria-pressed", String(!shown));
		});
		field.insertAdjacentElement("afterend", button);
	}

	checkSessionKey();
	guardSubmit();
	clearErrorOnInput();
	offerReveal();
})();
`;
