/** The samples: requests as clients send them, and the responses of the nodes, as bytes on the wire. */

export interface Sample {
	readonly name: string;
	/** The sample that is the same on a route without a preset, or null. */
	readonly likePlain: string | null;
	readonly request: string;
	readonly response: string;
}

const AUTHORITY = "sso.example.com";

const BROWSER = [
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
	"Accept-Language: en-US,en;q=0.9",
	"Accept-Encoding: gzip, deflate, br, zstd",
	"Connection: keep-alive",
	"Sec-Fetch-Dest: document",
	"Sec-Fetch-Mode: navigate",
	"Sec-Fetch-Site: same-origin",
	"Upgrade-Insecure-Requests: 1",
];

/** What every page of Identity Server comes with. */
const PAGE = [
	"X-Content-Type-Options: nosniff",
	"X-XSS-Protection: 1; mode=block",
	"X-Frame-Options: DENY",
	"Cache-Control: no-store, no-cache, must-revalidate",
	"Pragma: no-cache",
	"Date: Mon, 30 Nov 2026 10:00:00 GMT",
	"Keep-Alive: timeout=60",
	"Connection: keep-alive",
	"Server: WSO2 Carbon Server",
];

function request(line: string, ...fields: readonly string[]): string {
	return message(`${line} HTTP/1.1`, `Host: ${AUTHORITY}`, ...fields);
}

function response(status: string, ...fields: readonly string[]): string {
	return message(`HTTP/1.1 ${status}`, ...fields);
}

/** With a body as long as its head says. */
function message(...lines: readonly string[]): string {
	const head = [...lines, "", ""].join("\r\n");
	const length = /^content-length: (\d+)/im.exec(head)?.[1] ?? "0";
	return head + (head.includes("chunked") ? "0\r\n\r\n" : "x".repeat(Number(length)));
}

/** @param cookie of Portico for the service `is`, `name=value` */
export function samples(cookie: string): Sample[] {
	const login = `/is-authenticationendpoint/login.do?client_id=abcdef&sessionDataKey=9a1f2c3b-1111-2222-3333-444455556666&tenantDomain=carbon.super&type=oidc`;
	const cookies = [
		cookie,
		"is.commonAuthId=0d9c9f5e-2b2b-4b6f-9f3c-2f4b6a1d8e11",
		"is.opbs=4f6c9a52-8a0e-4d27-a7e2-93f8d1a7b0c4",
		"is.sessionNonceCookie-9a1f2c3b-1111-2222-3333-444455556666=1f0c2d3e-aaaa-bbbb-cccc-ddddeeeeffff",
		"is.JSESSIONID=A7B1C94F0D3E5B7A9C1E2F3041526374",
		"apim.JSESSIONID=0123456789ABCDEF0123456789ABCDEF",
	].join("; ");
	const small = ["Content-Type: text/plain", "Content-Length: 22", "Date: Mon, 30 Nov 2026 10:00:00 GMT"];
	return [
		{
			name: "plain GET",
			likePlain: null,
			request: request("GET /plain/a", "User-Agent: wrk", "Accept: */*"),
			response: response("200 OK", ...small),
		},
		{
			name: "plain POST",
			likePlain: null,
			request: request(
				"POST /plain/oauth2/token",
				"User-Agent: okhttp/4.12.0",
				"Accept: application/json",
				"Authorization: Basic YWJjZGVmOmdoaWprbA==",
				"Content-Type: application/x-www-form-urlencoded",
				"Content-Length: 29",
			),
			response: response("200 OK", ...PAGE, "Content-Type: application/json", "Content-Length: 1200"),
		},
		{
			name: "plain page, cookies",
			likePlain: null,
			request: request(`GET ${login.replace("/is-", "/plain/")}`, ...BROWSER, `Cookie: ${cookies}`),
			response: response("200 OK", ...PAGE, "Content-Type: text/html;charset=UTF-8", "Transfer-Encoding: chunked"),
		},
		{
			name: "plain API call",
			likePlain: null,
			request: request("GET /plain/pets/1.0.0/dogs/17?limit=10", "User-Agent: okhttp/4.12.0", "Accept: application/json", BEARER),
			response: response("200 OK", "Content-Type: application/json", "Content-Length: 812", "Date: Mon, 30 Nov 2026 10:00:00 GMT"),
		},
		{
			name: "preset GET",
			likePlain: "plain GET",
			request: request("GET /is-oauth2/jwks", "User-Agent: wrk", "Accept: */*"),
			response: response("200 OK", ...small),
		},
		{
			name: "token POST",
			likePlain: "plain POST",
			request: request(
				"POST /is-oauth2/token",
				"User-Agent: okhttp/4.12.0",
				"Accept: application/json",
				"Authorization: Basic YWJjZGVmOmdoaWprbA==",
				"Content-Type: application/x-www-form-urlencoded",
				"Content-Length: 29",
			),
			response: response("200 OK", ...PAGE, "Content-Type: application/json", "Content-Length: 1200"),
		},
		{
			name: "login page, cookies",
			likePlain: "plain page, cookies",
			request: request(`GET ${login}`, ...BROWSER, `Cookie: ${cookies}`),
			response: response("200 OK", ...PAGE, "Content-Type: text/html;charset=UTF-8", "Transfer-Encoding: chunked"),
		},
		{
			name: "login redirect",
			likePlain: null,
			request: request(
				"GET /is-oauth2/authorize?response_type=code&client_id=abcdef&scope=openid&state=x1",
				...BROWSER,
				`Cookie: ${cookies}`,
			),
			response: response(
				"302 Found",
				...PAGE,
				"Set-Cookie: sessionNonceCookie-1=2; Path=/; Secure; HttpOnly; SameSite=None",
				`Location: https://localhost:9443${login.replace("/is-", "/")}`,
				"Content-Length: 0",
			),
		},
		{
			name: "gateway call",
			likePlain: "plain API call",
			request: request("GET /apim-pets/1.0.0/dogs/17?limit=10", "User-Agent: okhttp/4.12.0", "Accept: application/json", BEARER),
			response: response("200 OK", "Content-Type: application/json", "Content-Length: 812", "Date: Mon, 30 Nov 2026 10:00:00 GMT"),
		},
		{
			name: "portal file",
			likePlain: null,
			request: request("GET /apim-devportal/site/public/dist/index.3f2a.js", ...BROWSER, `Cookie: ${cookies}`),
			response: response(
				"200 OK",
				'ETag: W/"184320-1764500000000"',
				"Last-Modified: Sun, 29 Nov 2026 09:00:00 GMT",
				"Content-Type: application/javascript",
				"Content-Length: 2048",
				"Date: Mon, 30 Nov 2026 10:00:00 GMT",
				"Server: WSO2 Carbon Server",
			),
		},
	];
}

const BEARER = `Authorization: Bearer eyJ4NXQiOiJabU13T1dRMk1tVXlNekJqIiwia2lkIjoiWm1NdyJ9.${"x".repeat(700)}`;
