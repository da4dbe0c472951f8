/**
 * Rows over routes of the WSO2 products, with the heads that browsers and API clients send: what Portico is
 * for. Where a response is relayed unchanged there is a second row, `plain-…`: the same bytes over a plain
 * route of the same process.
 */

import { wrk } from "../load/wrk.ts";
import { apiText, IMAGE_BYTES, jwksText, loginPage, portalScript, tokenText } from "../origin/bodies.ts";
import { CLIENT_ID } from "../origin/products.ts";
import { PUBLIC_HOST, PUBLIC_ORIGIN } from "../scene.ts";
import { all, body, bodyLength, coding, type Expectation, field, noField, status } from "./expect.ts";
import type { RequestSpec, Row } from "./row.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ik16WXhN".repeat(26);

/** As Chromium writes them; with Host and Cookie that makes 15. */
const BROWSER = {
	"sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
	"sec-ch-ua-mobile": "?0",
	"sec-ch-ua-platform": '"Windows"',
	"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Sec-Fetch-Site": "same-origin",
	"Accept-Language": "nl-NL,nl;q=0.9,en-US;q=0.8,en;q=0.7",
	Referer: `${PUBLIC_ORIGIN}/`,
} as const;

/**
 * Bodies that are rewritten are asked for as they are, but in the row that is about gzip: its compression
 * would cover all else.
 */
const NAVIGATION = {
	...BROWSER,
	"Upgrade-Insecure-Requests": "1",
	Accept:
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
	"Sec-Fetch-Mode": "navigate",
	"Sec-Fetch-User": "?1",
	"Sec-Fetch-Dest": "document",
	"Accept-Encoding": "identity",
} as const;

const SUBRESOURCE = { ...BROWSER, Accept: "*/*", "Sec-Fetch-Mode": "no-cors", "Cache-Control": "no-cache", Pragma: "no-cache" } as const;

/** The Cookie field of a portal's user where no proxy has given out the cookies. */
const PORTAL_COOKIES = `route_apim=${"a".repeat(60)}; JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9; AM_ACC_TOKEN_DEFAULT_P2=${"b".repeat(432)}; AM_REF_TOKEN_DEFAULT_P2=1c2d3e4f-5a6b-3c7d; WSO2_AM_TOKEN_1_Default=${"c".repeat(432)}; DEVPORTAL_SESSION_STATE=0f1e2d3c4b5a69788796a5b4c3d2e1f0.Zm9v`;

/** An application's own HTTP client. */
const CLIENT = { "User-Agent": "okhttp/4.12.0", Accept: "application/json", "Accept-Encoding": "gzip" } as const;

const AUTHENTICATED = ["/is-commonauth", "/is-oauth2/authorize", "/is-authenticationendpoint/login.do"];
const PORTAL_LOGIN = ["/apim-devportal/services/auth/callback/login"];

const token: RequestSpec = {
	method: "POST",
	path: "/is-oauth2/token",
	headers: {
		...CLIENT,
		Authorization: "Basic a0g1eDByVmZRMm1CN3BMd1o5blRjSjN5RWE4ZDpzM2NyM3RzM2NyM3RzM2NyM3RzM2NyM3Q=",
		"Content-Type": "application/x-www-form-urlencoded",
	},
	body: "grant_type=client_credentials&scope=orders_read%20orders_write",
};
const jwks: RequestSpec = { method: "GET", path: "/is-oauth2/jwks", headers: CLIENT };
const authorize: RequestSpec = {
	method: "GET",
	path: `/is-oauth2/authorize?response_type=code&client_id=${CLIENT_ID}&scope=openid&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback&state=8c1f0e`,
	headers: NAVIGATION,
	visits: AUTHENTICATED,
};
const login: RequestSpec = {
	method: "GET",
	path: `/is-authenticationendpoint/login.do?client_id=${CLIENT_ID}&commonAuthCallerPath=%2Foauth2%2Fauthorize&sessionDataKey=6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d&relyingParty=${CLIENT_ID}&type=oidc&sp=shop&isSaaSApp=false&authenticators=BasicAuthenticator%3ALOCAL`,
	headers: NAVIGATION,
	visits: AUTHENTICATED,
};
const packedLogin: RequestSpec = { ...login, headers: { ...NAVIGATION, "Accept-Encoding": "gzip, deflate, br, zstd" } };
const api: RequestSpec = {
	method: "GET",
	path: "/apim-weather/1.0/current?city=Utrecht",
	headers: { ...CLIENT, Authorization: `Bearer ${TOKEN}` },
};
const script: RequestSpec = {
	method: "GET",
	path: "/apim-devportal/site/public/dist/index.f1a2b3.bundle.js",
	headers: { ...SUBRESOURCE, "Sec-Fetch-Dest": "script", "Accept-Encoding": "identity" },
	visits: PORTAL_LOGIN,
};
const image: RequestSpec = {
	method: "GET",
	path: "/apim-devportal/site/public/images/logo.png",
	headers: { ...SUBRESOURCE, "Sec-Fetch-Dest": "image", "Accept-Encoding": "gzip, deflate, br, zstd" },
	visits: PORTAL_LOGIN,
};

const isToken = all(status(200), body(tokenText()), field("cache-control", /no-store/));
const isKeys = all(status(200), body(jwksText()));
const isApi = all(status(200), body(apiText()), field("access-control-allow-origin", "*"), noField("set-cookie"));
const isImage = all(status(200), bodyLength(IMAGE_BYTES), field("etag", /./));
/** The node sets a session cookie anew where it did not get its own. */
const keepsSession: Expectation = (reply) =>
	(reply.headers["set-cookie"] ?? []).some((value) => value.includes("JSESSIONID")) ? "the node did not get its JSESSIONID" : null;
const isLogin = all(status(200), keepsSession, body(loginPage(`${PUBLIC_ORIGIN}/is-`, "/is-", "/is-")));
const isAuthorized = all(
	status(302),
	field("location", new RegExp(`^https://${PUBLIC_HOST}/is-authenticationendpoint/login\\.do\\?client_id=.*&sessionDataKey=[0-9a-f]{32}&`)),
	field("set-cookie", /sessionNonceCookie-[0-9a-f]{32}=[0-9a-f]{32}; Path=\/; Max-Age=2400; Secure; HttpOnly; SameSite=None/),
);

const product = { tls: false, routing: "products", needs: ["products"], unit: "request" } as const;
const withBody = { ...product, needs: ["products", "rewritesBodies"], rewrites: "body" } as const;

function load(request: RequestSpec): Pick<Row, "load" | "request"> {
	return { request, load: wrk({ request, connections: 64 }) };
}

/** The same request on a plain route: its path begins with `/plain` and is mapped to the same node path. */
function twin(row: Row, headers: Readonly<Record<string, string>>): Row {
	const request: RequestSpec = {
		...row.request,
		path: `/plain${row.request.path}`,
		headers: { ...row.request.headers, ...headers },
		visits: [],
	};
	const { affinity: _, rewrites: __, twin: name, ...rest } = row;
	return {
		...rest,
		...load(request),
		name: name ?? "",
		title: `${row.title}: the same over a plain route`,
		needs: ["products", "ownTwins"],
	};
}

const tokenRow: Row = {
	...product,
	...load(token),
	name: "is-token",
	title: "POST /is-oauth2/token, an API client without cookies",
	expect: isToken,
	affinity: "issued",
	rewrites: "nothing",
	twin: "plain-token",
};
const jwksRow: Row = {
	...product,
	...load(jwks),
	name: "is-jwks",
	title: "GET /is-oauth2/jwks, an API client without cookies",
	expect: isKeys,
	affinity: "issued",
	rewrites: "nothing",
	twin: "plain-jwks",
};
const apiRow: Row = {
	...product,
	...load(api),
	name: "apim-api",
	title: "An API call through the gateway, with Authorization",
	expect: isApi,
	affinity: "none",
	rewrites: "nothing",
	twin: "plain-api",
};
const imageRow: Row = {
	...product,
	...load(image),
	name: "apim-image",
	title: "An image of the developer portal, 12 KiB",
	expect: isImage,
	affinity: "kept",
	rewrites: "nothing",
	twin: "plain-image",
};

export const productRows: readonly Row[] = [
	tokenRow,
	twin(tokenRow, {}),
	jwksRow,
	twin(jwksRow, {}),
	{
		...product,
		...load(authorize),
		name: "is-authorize",
		title: "GET /is-oauth2/authorize: 302 to the login page, Location and Set-Cookie rewritten",
		expect: isAuthorized,
		affinity: "kept",
		rewrites: "head",
	},
	{
		...withBody,
		...load(login),
		name: "is-login",
		title: "The login page of Identity Server with session cookies, 11 KB rewritten",
		expect: all(isLogin, coding(undefined)),
		affinity: "kept",
	},
	{
		...withBody,
		...load(packedLogin),
		name: "is-login-gzip",
		title: "The same, sent as gzip",
		expect: all(isLogin, coding("gzip")),
		affinity: "kept",
	},
	apiRow,
	twin(apiRow, {}),
	imageRow,
	twin(imageRow, { Cookie: PORTAL_COOKIES }),
	{
		...withBody,
		...load(script),
		name: "apim-script",
		title: "A script of the developer portal, 47 KB rewritten",
		expect: all(status(200), coding(undefined), body(portalScript("/apim-"))),
		affinity: "kept",
	},
];
