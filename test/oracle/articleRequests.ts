/** Requests that are sent to the article's Apache and to Portico, and what the node answers. */

export interface ArticleRequest {
	/** Unique; a row's name in docs/reference/apache-differences.md. */
	readonly name: string;
	/** `is as printed` refuses everything; `is` has the condition of the other file. */
	readonly vhost: "apim" | "is" | "is as printed";
	/** `METHOD target` */
	readonly line: string;
	/** Complete lines beside Host. */
	readonly fields?: readonly string[];
	/** The Host line; `sso.yenlo.com` if not given. */
	readonly host?: string;
	readonly body?: string;
	/** What the node sends, status first; `{host}` is the Host that it saw, as Tomcat uses it. Default: 200 and a type. */
	readonly answer?: readonly [status: number, ...fields: string[]];
}

const HTML = "Content-Type: text/html;charset=UTF-8";
const FORM = "Content-Type: application/x-www-form-urlencoded";

type Short = Omit<ArticleRequest, "name" | "vhost" | "line">;

const apim = (name: string, line: string, rest: Short = {}): ArticleRequest => ({ name, vhost: "apim", line, ...rest });
const is = (name: string, line: string, rest: Short = {}): ArticleRequest => ({ name, vhost: "is", line, ...rest });

/** API Manager's authorize endpoint answers with this Location. */
const redirect = (name: string, location: string): ArticleRequest =>
	apim(name, "GET /apim-oauth2/authorize?client_id=a", { answer: [302, `Location: ${location}`] });
const samlRedirect = (name: string, location: string): ArticleRequest =>
	is(name, "GET /is-samlsso?SAMLRequest=a", { answer: [302, `Location: ${location}`] });
/** The login page comes with this field. */
const field = (name: string, ...fields: string[]): ArticleRequest =>
	apim(name, "GET /apim-authenticationendpoint/login.do", { answer: [200, HTML, ...fields] });

const PATHS: readonly ArticleRequest[] = [
	apim("token", "POST /apim-token", { fields: [FORM], body: "grant_type=client_credentials" }),
	apim("token, answer without type", "POST /apim-token", { fields: [FORM], body: "grant_type=password", answer: [200] }),
	apim("tenant API", "GET /apim-t/acme.com/pizzashack/1.0.0/menu?size=2&q=a%2Fb"),
	apim("tenant API, answer without type", "GET /apim-t/acme.com/files/1.0.0/x", { answer: [200] }),
	apim("tenant API, PUT with body", "PUT /apim-t/acme.com/echo/1.0.0", { fields: ["Content-Type: text/plain"], body: "hello" }),
	apim("WebSocket API", "GET /apim-t/acme.com/chat/1.0.0", { fields: ["Connection: Upgrade", "Upgrade: websocket"] }),
	apim("login page", "GET /apim-authenticationendpoint/login.do?sessionDataKey=1", { answer: [200, HTML] }),
	apim("login page without type", "GET /apim-authenticationendpoint/login.do", { answer: [200] }),
	apim("login page, HEAD", "HEAD /apim-authenticationendpoint/login.do", { answer: [200, HTML] }),
	apim("login form", "POST /apim-commonauth", { fields: [FORM], body: "username=alice", answer: [200, HTML] }),
	apim("authorize", "GET /apim-oauth2/authorize?client_id=a", { answer: [200, HTML] }),
	apim("node's 404", "GET /apim-authenticationendpoint/none", { answer: [404, HTML] }),
	is("SAML", "GET /is-samlsso?SAMLRequest=a", { answer: [200, HTML] }),
	is("SAML, POST", "POST /is-samlsso", { fields: [FORM], body: "SAMLResponse=a", answer: [200, HTML] }),
	is("IS login page", "GET /is-authenticationendpoint/login.do", { answer: [200, HTML] }),
	is("IS login form", "POST /is-commonauth", { fields: [FORM], body: "username=alice", answer: [200, HTML] }),
	{ name: "IS file as printed", vhost: "is as printed", line: "GET /is-samlsso?SAMLRequest=a" },
];

const REDIRECTS: readonly ArticleRequest[] = [
	redirect("to itself by Host", "http://{host}/oauth2/authorize?sessionDataKey=1"),
	redirect("to the login form by Host", "http://{host}/commonauth?sessionDataKey=1"),
	redirect("to the login form by configuration", "https://localhost:9443/commonauth?sessionDataKey=1"),
	redirect("to the login page by configuration", "https://localhost:9443/authenticationendpoint/login.do?sessionDataKey=1"),
	redirect("to the login page of an old release", "https://localhost:9443/carbon/../authenticationendpoint/login.do"),
	redirect("to the login page on port 9343", "https://localhost:9343/carbon/../authenticationendpoint/login.do"),
	redirect("to the developer portal by Host", "http://{host}/devportal/"),
	redirect("to the relying party", "https://rp.example/cb?code=1&iss=https%3A%2F%2Flocalhost%3A9443%2Foauth2%2Ftoken"),
	redirect("to a relying party without TLS", "http://127.0.0.1:5000/cb?code=1"),
	redirect("to an app", "com.example.app:/cb?code=1"),
	redirect("with a relying party in its query", "https://localhost:9443/commonauth?rp=https%3A%2F%2Flocalhost%3A9443%2Fcommonauth"),
	redirect("by path", "/commonauth?sessionDataKey=1"),
	redirect("relative", "login.do?sessionDataKey=1"),
	redirect("without scheme", "//localhost:9443/commonauth?sessionDataKey=1"),
	redirect("in capitals", "HTTPS://LOCALHOST:9443/commonauth"),
	redirect("to a host that begins like the node", "https://localhost:9443.evil.example/commonauth"),
	redirect("to a context that begins like another", "https://localhost:9443/commonauthEVIL"),
	redirect("to 127.0.0.1", "https://127.0.0.1:9443/commonauth"),
	samlRedirect("SAML to itself by Host", "http://{host}/samlsso?sessionDataKey=1"),
	samlRedirect("SAML to itself by configuration", "https://localhost:9443/samlsso?sessionDataKey=1"),
	samlRedirect("SAML to the login page by configuration", "https://localhost:9443/authenticationendpoint/login.do?sessionDataKey=1"),
	samlRedirect("SAML to the login form by configuration", "https://localhost:9443/commonauth?sessionDataKey=1"),
	samlRedirect("SAML to the service provider", "https://sp.example/acs"),
	apim("of another Host", "GET /apim-oauth2/authorize", {
		host: "evil.example",
		answer: [302, "Location: http://{host}/oauth2/authorize?sessionDataKey=1"],
	}),
];

const FIELDS: readonly ArticleRequest[] = [
	field("session cookie", "Set-Cookie: JSESSIONID=A1; Path=/authenticationendpoint; Secure; HttpOnly"),
	field("cookie of all contexts", "Set-Cookie: commonAuthId=B2; Path=/; Secure; HttpOnly; SameSite=None"),
	field("cookie with a Domain", "Set-Cookie: opbs=C3; Domain=localhost; Path=/; Secure"),
	field("two cookies", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/"),
	field("Content-Location", "Content-Location: https://localhost:9443/commonauth"),
	field("Refresh", "Refresh: 0; url=https://localhost:9443/commonauth"),
	field("Link", "Link: <https://localhost:9443/commonauth>; rel=next"),
	field("node's Server", "Server: WSO2 Carbon Server", "X-Powered-By: JSP/2.3"),
	apim("client's own forwarding fields", "GET /apim-t/a/b/1", {
		fields: ["X-Forwarded-For: 6.6.6.6", "X-Forwarded-Host: evil.example", "X_Forwarded_For: 6.6.6.6", "X-Real-IP: 6.6.6.6"],
	}),
	apim("client's own certificate", "GET /apim-t/a/b/1", { fields: ["X-WSO2-CLIENT-CERTIFICATE: MIIC", "X-SSL-CERT: MIIC"] }),
	apim("16 KiB of cookies", "GET /apim-oauth2/authorize", { fields: [`Cookie: sessionNonceCookie-1=${"x".repeat(16_384)}`] }),
];

const METHODS: readonly ArticleRequest[] = [
	apim("TRACE", "TRACE /apim-token"),
	apim("OPTIONS on a page", "OPTIONS /apim-authenticationendpoint/login.do"),
	apim("OPTIONS on an API", "OPTIONS /apim-t/acme.com/pizzashack/1.0.0", {
		fields: ["Origin: https://app.example", "Access-Control-Request-Method: GET"],
	}),
	apim("OPTIONS on the token endpoint", "OPTIONS /apim-token", {
		fields: ["Origin: https://app.example", "Access-Control-Request-Method: POST"],
	}),
	apim("PUT on a page", "PUT /apim-commonauth", { fields: ["Content-Type: text/plain"], body: "x" }),
	is("TRACE at IS", "TRACE /is-samlsso"),
	is("OPTIONS at IS", "OPTIONS /is-samlsso"),
];

const ODD_PATHS: readonly ArticleRequest[] = [
	apim("out of /t by a parameter", "GET /apim-t/..;/carbon/"),
	apim("out of /t by two", "GET /apim-t/acme.com/..;/..;/carbon/admin/login.jsp"),
	apim("out of the login pages by a parameter", "GET /apim-authenticationendpoint/..;/carbon/"),
	apim("out of the login pages by an encoded one", "GET /apim-authenticationendpoint/%2e%2e;a=b/carbon/"),
	apim("out of the login pages by dots", "GET /apim-authenticationendpoint/../carbon/"),
	apim("out of the login pages by encoded dots", "GET /apim-authenticationendpoint/%2e%2e/carbon/"),
	apim("dots that stay", "GET /apim-authenticationendpoint/a/../login.do"),
	apim("encoded slash in an API", "GET /apim-t/acme.com/files/1.0.0/a%2Fb"),
	apim("parameter in an API", "GET /apim-t/acme.com/files/1.0.0/a;v=1/b"),
	apim("double slash in an API", "GET /apim-t/acme.com//files"),
	apim("double encoding in an API", "GET /apim-t/acme.com/a%252Fb"),
	apim("encoded letter in an API", "GET /apim-t/acme.com/%7Euser/a%2Bb"),
	apim("space in an API", "GET /apim-t/acme.com/a%20b"),
	apim("UTF-8 in an API", "GET /apim-t/acme.com/caf%C3%A9"),
	apim("backslash", "GET /apim-t/acme.com/a\\b"),
	apim("NUL", "GET /apim-t/acme.com/a%00b"),
	apim("broken encoding", "GET /apim-t/acme.com/a%zz"),
	apim("session id in a login path", "GET /apim-authenticationendpoint/login.do;jsessionid=1"),
	is("IS out of the login pages by a parameter", "GET /is-authenticationendpoint/..;/carbon/"),
];

const ELSEWHERE: readonly ArticleRequest[] = [
	apim("root", "GET /"),
	apim("other product's path", "GET /is-samlsso"),
	apim("context without prefix", "GET /commonauth"),
	apim("admin console", "GET /apim-carbon/"),
	apim("admin services", "GET /apim-services/Version"),
	apim("token endpoint of the key manager", "POST /apim-oauth2/token", { fields: [FORM], body: "grant_type=password" }),
	apim("API of the super tenant", "GET /apim-pizzashack/1.0.0/menu"),
	apim("longer than a context", "GET /apim-tokens"),
	apim("below the token endpoint", "GET /apim-token/x"),
	apim("tenant login", "GET /apim-t/acme.com/authenticationendpoint/login.do"),
	apim("tenant console", "GET /apim-t/acme.com/carbon/"),
	is("IS token endpoint", "POST /is-oauth2/token", { fields: [FORM], body: "grant_type=password" }),
	is("IS console", "GET /is-carbon/"),
	is("IS health", "GET /is-api/health-check/v1.0/health"),
	is("IS user management", "GET /is-scim2/Users"),
	apim("no Host", "GET /apim-token", { host: "" }),
];

export const REQUESTS: readonly ArticleRequest[] = [...PATHS, ...REDIRECTS, ...FIELDS, ...METHODS, ...ODD_PATHS, ...ELSEWHERE];
