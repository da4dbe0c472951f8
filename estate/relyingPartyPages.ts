import { escapeHtml, PLAIN_STYLE, page } from "./html.ts";
import type { RelyingPartyUser } from "./journeys.ts";
import { USERS } from "./users.ts";

const PROTOCOLS = { oidc: "OpenID Connect", saml: "SAML", wsfed: "WS-Federation" } as const;

export function homePage(user: RelyingPartyUser | null): string {
	return page("Demo relying party", user === null ? visitor() : member(user), PLAIN_STYLE);
}

function visitor(): string {
	return `<h1>Demo relying party</h1>
<p id="status">Nobody is logged in here.</p>
<nav><a id="login" href="/login">Log in with OpenID Connect</a> <a id="saml-login" href="/saml/login">Log in with SAML</a> <a id="wsfed-login" href="/wsfed/login">Log in with WS-Federation</a></nav>
<p>Users: ${USERS.map(({ name, password }) => `${name} / ${password}`).join(", ")}</p>`;
}

function member(user: RelyingPartyUser): string {
	const facts = user.protocol === "oidc" ? { claims: user.claims, userinfo: user.userinfo } : { assertion: { subject: user.subject } };
	const refreshForm = '<form method="post" action="/refresh"><button id="refresh">Refresh the tokens</button></form>';
	return `<h1>Demo relying party</h1>
<p id="status">Logged in as <strong id="user">${escapeHtml(user.subject)}</strong> by ${PROTOCOLS[user.protocol]}${user.refreshed === 0 ? "" : `, tokens refreshed ${user.refreshed === 1 ? "once" : `${user.refreshed} times`}`}.</p>
<nav>${user.protocol === "oidc" ? refreshForm : ""}<a id="logout" href="${user.protocol === "wsfed" ? "/wsfed/logout" : "/logout"}">Log out</a></nav>
<pre id="claims">${escapeHtml(JSON.stringify(facts, null, 2))}</pre>`;
}

export function problemPage(message: string): string {
	return page(
		"Login failed",
		`<h1>Login failed</h1>\n<p id="problem" role="alert">${escapeHtml(message)}</p>\n<nav><a href="/">Back</a></nav>`,
		PLAIN_STYLE,
	);
}
