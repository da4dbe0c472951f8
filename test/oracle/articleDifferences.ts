/** Where Portico does not do what the article's Apache does, and why. article.test.ts holds both to it; docs/reference/apache-differences.md shows it. */

import { REQUEST_DIFFERENCES } from "./articleRequestDifferences.ts";

/** Request (its name in articleRequests.ts), aspect (see Observation in articleRig.ts), what Apache does, what Portico does. */
export type DifferenceRow = readonly [request: string, aspect: string, apache: string, portico: string];

export interface DifferenceGroup {
	readonly title: string;
	readonly why: string;
	readonly rows: readonly DifferenceRow[];
}

/** In place of a request's name: any request that the node responds to, through both. */
export const ANY = "any request";

const SERVER: DifferenceGroup = {
	title: "Headers that nodes get",
	why: "The node must know the host, scheme and address that the client used: Identity Server checks origins by Host. It treats the first address in X-Forwarded-For, or in any of ten other headers, as the client's. Portico removes these headers from client requests and sets those it has a value for. It also removes headers with a client certificate, which the gateway trusts.",
	rows: [
		[ANY, "Host at the node", "localhost:9763", "sso.yenlo.com"],
		[ANY, "Host at the node", "localhost:8280", "sso.yenlo.com"],
		[ANY, "X-Forwarded-Server at the node", "localhost", "sso.yenlo.com"],
		[ANY, "X-Forwarded-Proto at the node", "", "https"],
		[ANY, "X-Forwarded-Port at the node", "", "443"],
		[ANY, "X-Request-Id at the node", "", "(new)"],
		["client's own forwarding fields", "X-Forwarded-For at the node", "6.6.6.6, 127.0.0.1", "127.0.0.1"],
		["client's own forwarding fields", "X-Forwarded-Host at the node", "evil.example, sso.yenlo.com", "sso.yenlo.com"],
		["client's own forwarding fields", "X_Forwarded_For at the node", "6.6.6.6", ""],
		["client's own forwarding fields", "X-Real-IP at the node", "6.6.6.6", ""],
		["client's own certificate", "X-WSO2-CLIENT-CERTIFICATE at the node", "MIIC", ""],
		["client's own certificate", "X-SSL-CERT at the node", "MIIC", ""],
	],
};

const ANSWERS: readonly DifferenceGroup[] = [
	{
		title: "Server versions in responses",
		why: "Versions of servers help only attackers.",
		rows: [
			[ANY, "Server", "Apache", ""],
			["node's Server", "Server", "WSO2 Carbon Server", ""],
			["node's Server", "X-Powered-By", "JSP/2.3", ""],
		],
	},
	{
		title: "Affinity",
		why: "In the article, the load balancer in front of Apache keeps clients on their node. Portico replaces that load balancer too.",
		rows: [
			[ANY, "affinity cookie", "", "portico-is=(sealed); Path=/; Secure; HttpOnly; SameSite=None"],
			[ANY, "affinity cookie", "", "portico-apim=(sealed); Path=/; Secure; HttpOnly; SameSite=None"],
		],
	},
	{
		title: "ForceType",
		why: "Both add a Content-Type only to responses without one. Apache does so for the whole host, including redirects and pages. Portico does so where `defaultType` is set: on the token endpoint and on APIs.",
		rows: [
			[ANY, "Content-Type", "application/json", ""],
			["login page without type", "Content-Type", "application/json", ""],
		],
	},
	{
		title: "httpss",
		why: "`Header edit Location ^http https` turns every https address that no `ProxyPassReverse` line has mapped into `httpss://`: relying parties, and node pages without a line. Browsers cannot open these. Portico parses the URL and leaves other sites' URLs unchanged.",
		rows: [
			[
				"to the relying party",
				"Location",
				"httpss://rp.example/cb?code=1&iss=https%3A%2F%2Flocalhost%3A9443%2Foauth2%2Ftoken",
				"https://rp.example/cb?code=1&iss=https%3A%2F%2Flocalhost%3A9443%2Foauth2%2Ftoken",
			],
			["SAML to the service provider", "Location", "httpss://sp.example/acs", "https://sp.example/acs"],
			[
				"to a host that begins like the node",
				"Location",
				"httpss://localhost:9443.evil.example/commonauth",
				"https://localhost:9443.evil.example/commonauth",
			],
			["to a relying party without TLS", "Location", "https://127.0.0.1:5000/cb?code=1", "http://127.0.0.1:5000/cb?code=1"],
			[
				"to the login page by configuration",
				"Location",
				"httpss://localhost:9443/authenticationendpoint/login.do?sessionDataKey=1",
				"https://sso.yenlo.com/apim-authenticationendpoint/login.do?sessionDataKey=1",
			],
			[
				"to the login page of an old release",
				"Location",
				"httpss://localhost:9443/carbon/../authenticationendpoint/login.do",
				"https://sso.yenlo.com/apim-authenticationendpoint/login.do",
			],
			["to 127.0.0.1", "Location", "httpss://127.0.0.1:9443/commonauth", "https://sso.yenlo.com/apim-commonauth"],
			[
				"SAML to itself by configuration",
				"Location",
				"httpss://localhost:9443/samlsso?sessionDataKey=1",
				"https://sso.yenlo.com/is-samlsso?sessionDataKey=1",
			],
		],
	},
	{
		title: "Addresses that no line maps",
		why: "ProxyPassReverse maps only the origins and paths of its lines. It does not map Refresh, Link, references without a host, or contexts of other lines, and the edit does not change Content-Location. Portico derives the mapping from its nodes and routes, for all headers that contain an address.",
		rows: [
			["to the developer portal by Host", "Location", "https://localhost:9763/devportal/", "https://sso.yenlo.com/apim-devportal/"],
			["by path", "Location", "/commonauth?sessionDataKey=1", "/apim-commonauth?sessionDataKey=1"],
			["without scheme", "Location", "//localhost:9443/commonauth?sessionDataKey=1", "//sso.yenlo.com/apim-commonauth?sessionDataKey=1"],
			["Content-Location", "Content-Location", "http://sso.yenlo.com/apim-commonauth", "https://sso.yenlo.com/apim-commonauth"],
			["Refresh", "Refresh", "0; url=https://localhost:9443/commonauth", "0; url=https://sso.yenlo.com/apim-commonauth"],
			["Link", "Link", "<https://localhost:9443/commonauth>; rel=next", "<https://sso.yenlo.com/apim-commonauth>; rel=next"],
		],
	},
	{
		title: "Port 9343",
		why: "The article's line contains a port on which no WSO2 product listens. If a node has it, set it in `ports` or `aliases`.",
		rows: [
			[
				"to the login page on port 9343",
				"Location",
				"https://sso.yenlo.com/apim-authenticationendpoint/login.do",
				"https://localhost:9343/carbon/../authenticationendpoint/login.do",
			],
		],
	},
	{
		title: "Cookies",
		why: "Browsers do not send a session cookie with the node's path to the public path, so every request begins a new session. They reject a cookie for another host's domain. Both products use the same cookie names: without the service's name in front, each product logs out the users of the other. The check-session iframe reads a copy of `opbs`.",
		rows: [
			[
				"session cookie",
				"Set-Cookie",
				"JSESSIONID=A1; Path=/authenticationendpoint; Secure; HttpOnly",
				"apim.JSESSIONID=A1; Path=/apim-authenticationendpoint; Secure; HttpOnly",
			],
			[
				"cookie of all contexts",
				"Set-Cookie",
				"commonAuthId=B2; Path=/; Secure; HttpOnly; SameSite=None",
				"apim.commonAuthId=B2; Path=/; Secure; HttpOnly; SameSite=None",
			],
			[
				"cookie with a Domain",
				"Set-Cookie",
				"opbs=C3; Domain=localhost; Path=/; Secure",
				"apim.opbs=C3; Path=/; Secure | opbs=C3; Path=/apim-oidc; Secure | opbs=C3; Path=/apim-t; Secure | opbs=C3; Path=/apim-o; Secure",
			],
			[
				"two cookies",
				"Set-Cookie",
				"a=1; Path=/ | b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/",
				"apim.a=1; Path=/ | apim.b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/",
			],
		],
	},
];

export const DIFFERENCES: readonly DifferenceGroup[] = [SERVER, ...ANSWERS, ...REQUEST_DIFFERENCES];
