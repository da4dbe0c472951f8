/** Where Portico does not do what the article's Apache does, and why. article.test.ts holds both to it; docs/reference/apache-differences.md shows it. */

import { REQUEST_DIFFERENCES } from "./articleRequestDifferences.ts";

/** Request (its name in articleRequests.ts), aspect (see Observation in articleRig.ts), what Apache does, what Portico does. */
export type DifferenceRow = readonly [request: string, aspect: string, apache: string, portico: string];

export interface DifferenceGroup {
	readonly title: string;
	readonly why: string;
	readonly rows: readonly DifferenceRow[];
}

/** In place of a request's name: any that the node answers, through both. */
export const ANY = "any request";

const SERVER: DifferenceGroup = {
	title: "What the node is told",
	why: "The node must know the host, scheme and address that the client used: Identity Server checks origins by Host, and takes the first address of X-Forwarded-For and of ten more fields for the client's. What a client sends in these fields is removed; what is known is set. So are fields with a client's certificate, which the gateway believes.",
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
		title: "What answers tell about the servers",
		why: "Versions of servers help nobody but attackers.",
		rows: [
			[ANY, "Server", "Apache", ""],
			["node's Server", "Server", "WSO2 Carbon Server", ""],
			["node's Server", "X-Powered-By", "JSP/2.3", ""],
		],
	},
	{
		title: "Affinity",
		why: "In the article the load balancer in front of Apache keeps clients on their node. Portico is that load balancer too.",
		rows: [
			[ANY, "affinity cookie", "", "portico-is=(sealed); Path=/; Secure; HttpOnly; SameSite=None"],
			[ANY, "affinity cookie", "", "portico-apim=(sealed); Path=/; Secure; HttpOnly; SameSite=None"],
		],
	},
	{
		title: "ForceType",
		why: "Both give a type only to answers that have none. Apache does so on the whole host, redirects and pages included; Portico where `defaultType` says so: on the token endpoint and on APIs.",
		rows: [
			[ANY, "Content-Type", "application/json", ""],
			["login page without type", "Content-Type", "application/json", ""],
		],
	},
	{
		title: "httpss",
		why: "`Header edit Location ^http https` makes `httpss://` of every https address that no ProxyPassReverse has mapped before: relying parties, and the nodes' own pages for which no line exists. Browsers cannot go there. Portico maps addresses, not texts, and leaves those of others byte for byte.",
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
		why: "ProxyPassReverse takes the origins and paths that are written out, and knows nothing of Refresh, Link, references without a host, and contexts of other lines; the edit does not touch Content-Location. Portico derives the mapping from its nodes and routes, for all fields that hold an address.",
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
		why: "The article's line names a port on which no WSO2 product listens. A node that has it gets it under `ports` or `aliases`.",
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
		why: "A session cookie with the path of the node is not sent to the public path, so every request begins a new session. Browsers refuse a cookie for another host's domain. Both products use the same names: without their service's name before them they log each other's users out. The check-session iframe reads a copy of `opbs`.",
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
