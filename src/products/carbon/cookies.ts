/** Cookies of every product on WSO2's Carbon server. */
import type { CookieSpec } from "../product.ts";

/** What the authentication framework and the servlet container set; API Manager embeds both. */
export const LOGIN_COOKIES: readonly CookieSpec[] = [
	{ name: "JSESSIONID", session: true, source: "kernel" },
	{ name: "commonAuthId", session: true, source: "framework" },
	{ name: "sessionNonceCookie-*", piles: true, source: "framework" },
	// The check-session iframe reads it by name (OpenID Connect Session Management 1.0), in its tenant's form too.
	{ name: "opbs", session: true, kept: true, copiedTo: ["/oidc", "/t", "/o"], source: "session state" },
	{ name: "atbv", session: true, source: "token binding" },
	{ name: "samlssoTokenId", session: true, source: "SAML servlet" },
	{ name: "pastr", source: "identity.xml" },
	{ name: "ALOR", source: "identity.xml" },
	// Scripts of the login pages write it, and the pages read it.
	{ name: "ui_lang", kept: true, source: "language switcher" },
	// The admin console's own scripts.
	{ name: "MSG*", kept: true, source: "cookie policy" },
	{ name: "requestedURI", kept: true, source: "cookie policy" },
	{ name: "current-breadcrumb", kept: true, source: "cookie policy" },
];
