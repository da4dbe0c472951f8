import { escapeHtml, page } from "./html.ts";
import type { RelyingPartyUser } from "./journeys.ts";

const STYLE = `<style>
body { margin: 3rem auto; max-width: 44rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
nav { display: flex; gap: 0.8rem; flex-wrap: wrap; }
a, button { padding: 0.5rem 0.9rem; border: 1px solid #888; border-radius: 4px; background: none; color: inherit; font: inherit; text-decoration: none; cursor: pointer; }
pre { padding: 1rem; overflow: auto; background: #8882; border-radius: 4px; }
:root { color-scheme: light dark; }
</style>`;

export function homePage(user: RelyingPartyUser | null): string {
	return page("Demo relying party", user === null ? visitor() : member(user), STYLE);
}

function visitor(): string {
	return `<h1>Demo relying party</h1>
<p id="status">Nobody is logged in here.</p>
<nav><a id="login" href="/login">Log in with OpenID Connect</a> <a id="saml-login" href="/saml/login">Log in with SAML</a></nav>`;
}

function member(user: RelyingPartyUser): string {
	const facts = user.protocol === "oidc" ? { claims: user.claims, userinfo: user.userinfo } : { assertion: { subject: user.subject } };
	const refreshForm = '<form method="post" action="/refresh"><button id="refresh">Refresh the tokens</button></form>';
	return `<h1>Demo relying party</h1>
<p id="status">Logged in as <strong id="user">${escapeHtml(user.subject)}</strong> by ${user.protocol === "oidc" ? "OpenID Connect" : "SAML"}${user.refreshed === 0 ? "" : `, tokens refreshed ${user.refreshed} times`}.</p>
<nav>${user.protocol === "oidc" ? refreshForm : ""}<a id="logout" href="/logout">Log out</a></nav>
<pre id="claims">${escapeHtml(JSON.stringify(facts, null, 2))}</pre>`;
}

export function problemPage(message: string): string {
	return page(
		"Login failed",
		`<h1>Login failed</h1>\n<p id="problem" role="alert">${escapeHtml(message)}</p>\n<nav><a href="/">Back</a></nav>`,
		STYLE,
	);
}
