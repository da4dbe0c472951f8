/**
 * What plays the WSO2 nodes behind the product rows: server blocks of the origin's nginx, two nodes of
 * Identity Server and two of API Manager. Heads, cookies and redirects are those of the products with their
 * shipped configuration, which names `https://localhost:9443`.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiText, jwksText, loginPage, portalImage, portalScript, tokenText } from "./bodies.ts";

/** Ports on 127.0.0.1; two nodes each. */
export interface ProductNodes {
	readonly is: readonly [number, number];
	readonly apim: readonly [number, number];
	/**
	 * The API traffic of each API Manager node: HTTP, WebSocket and WebSub ports. No row uses the last two.
	 */
	readonly gateway: readonly [number, number];
	readonly websocket: readonly [number, number];
	readonly websub: readonly [number, number];
}

/** What the nodes call themselves: `hostname` and port as shipped. */
export const NODE_ORIGIN = "https://localhost:9443";

export const CLIENT_ID = "kH5x0rVfQ2mB7pLwZ9nTcJ3yEa8d";

/**
 * Attributes of cookies: what the authentication framework writes itself, and what a valve makes of those of
 * the container.
 */
const FRAMEWORK = "Secure; HttpOnly; SameSite=None";
const CONTAINER = "Secure; HttpOnly; SameSite=Strict";
const ACCESS_HALF =
	"dGhlIHNlY29uZCBoYWxmIG9mIGFuIGFjY2VzcyB0b2tlbiwgd2hpY2ggaXMgYSBKV1Qgb2YgYWJvdXQgYSBraWxvYnl0ZSBpbiBBUEkgTWFuYWdlciA0".repeat(4);

/** For the checks of the bench: which node it was. */
const SERVED = "add_header X-Served-By $node;";
const COMMON = `${SERVED} add_header X-Frame-Options DENY; add_header X-Content-Type-Options nosniff; add_header X-XSS-Protection "1; mode=block";`;
const NO_STORE = `add_header Cache-Control "no-store, no-cache, must-revalidate"; add_header Pragma no-cache; add_header Expires "Thu, 01 Jan 1970 00:00:00 GMT";`;
/** What a JSP or a servlet writes has neither a date nor ranges. */
const WRITTEN = `etag off; max_ranges 0; add_header Last-Modified "";`;

const LOGIN_QUERY = `client_id=${CLIENT_ID}&commonAuthCallerPath=%2Foauth2%2Fauthorize&forceAuth=false&passiveAuth=false&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback&response_type=code&scope=openid&tenantDomain=carbon.super&sessionDataKey=$request_id&relyingParty=${CLIENT_ID}&type=oidc&sp=shop&isSaaSApp=false&authenticators=BasicAuthenticator%3ALOCAL`;

/** @param dir takes the bodies that are files */
export function productServers(dir: string, nodes: ProductNodes): string {
	writeFileSync(join(dir, "login"), loginPage(`${NODE_ORIGIN}/`, "/", "../"));
	writeFileSync(join(dir, "script"), portalScript("/"));
	writeFileSync(join(dir, "image"), portalImage());
	writeFileSync(join(dir, "jwks"), jwksText());
	const listen = (...ports: readonly number[]): string => ports.map((port) => `listen 127.0.0.1:${port} backlog=4096;`).join(" ");
	const names = [...nodes.is, ...nodes.apim, ...nodes.gateway].map((port, index) => `${port} node-${index % 2 === 0 ? "a" : "b"};`);
	return `
  map $server_port $node { ${names.join(" ")} default other; }
  map $cookie_JSESSIONID $new_session { "" "JSESSIONID=5F1B8C0D7A2E4F6390B1C2D3E4F50617; Path=/authenticationendpoint; ${CONTAINER}"; default ""; }
  server {
    ${listen(...nodes.is)}
    ${health()}
    location = /oauth2/token {
      default_type application/json; ${COMMON} add_header Cache-Control no-store; add_header Pragma no-cache;
      return 200 '${tokenText()}';
    }
    location = /oauth2/jwks { root ${dir}; try_files /jwks =404; default_type application/json; ${WRITTEN} ${COMMON} }
    ${redirect("/oauth2/authorize", `/authenticationendpoint/login.do?${LOGIN_QUERY}`, [
			`sessionNonceCookie-$request_id=$request_id; Path=/; Max-Age=2400; ${FRAMEWORK}`,
		])}
    location = /authenticationendpoint/login.do {
      root ${dir}; try_files /login =404; default_type "text/html; charset=UTF-8"; ${WRITTEN} ${COMMON} ${NO_STORE}
      add_header Content-Language en-US; add_header Set-Cookie $new_session;
    }
    ${redirect("/commonauth", "/oauth2/authorize?sessionDataKey=$request_id", [
			`commonAuthId=7c1e5a52-9c0b-4d0e-8f5a-2d1b6c3e4f50; Path=/; ${FRAMEWORK}`,
			"opbs=5b6f0c1d-2e3a-4b5c-8d7e-9f0a1b2c3d4e; Path=/; Secure; SameSite=None",
		])}
  }
  server {
    ${listen(...nodes.apim)}
    ${health()}
    location /devportal/site/public/dist/ { root ${dir}; try_files /script =404; default_type application/javascript; ${COMMON} }
    location /devportal/site/public/images/ { root ${dir}; try_files /image =404; default_type image/png; ${COMMON} }
    ${redirect("/devportal/services/auth/callback/login", "/devportal/apis", [
			`JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9; Path=/devportal; ${CONTAINER}`,
			`AM_ACC_TOKEN_DEFAULT_P2=${ACCESS_HALF}; Path=/devportal/; Max-Age=3600; ${CONTAINER}`,
			`AM_ACC_TOKEN_DEFAULT_P2=${ACCESS_HALF}; Path=/api/am/devportal/; Max-Age=3600; ${CONTAINER}`,
			`AM_REF_TOKEN_DEFAULT_P2=1c2d3e4f-5a6b-3c7d; Path=/devportal/; Max-Age=86400; ${CONTAINER}`,
			`WSO2_AM_TOKEN_1_Default=${ACCESS_HALF}; Path=/devportal/; Max-Age=3600; Secure; SameSite=Strict`,
			"DEVPORTAL_SESSION_STATE=0f1e2d3c4b5a69788796a5b4c3d2e1f0.Zm9v; Path=/devportal/; Secure; SameSite=Strict",
		])}
  }
  server {
    ${listen(...nodes.gateway, ...nodes.websocket, ...nodes.websub)}
    ${health()}
    location = /weather/1.0/current {
      default_type "application/json; charset=UTF-8"; ${SERVED}
      add_header activityid $request_id; add_header Access-Control-Allow-Origin "*"; add_header Access-Control-Allow-Methods GET;
      add_header Access-Control-Allow-Headers "authorization,Access-Control-Allow-Origin,Content-Type,SOAPAction,apikey,Internal-Key,Authorization";
      add_header Vary Origin;
      return 200 '${apiText()}';
    }
  }`;
}

/** A 302 without a body. nginx's own has one, so a status of no use is turned into it. */
function redirect(path: string, location: string, cookies: readonly string[]): string {
	return `location = ${path} { error_page 418 =302 @${path}; return 418; }
    location @${path} {
      ${COMMON} ${NO_STORE} add_header Location "${NODE_ORIGIN}${location}";
${cookies.map((cookie) => `      add_header Set-Cookie "${cookie}";`).join("\n")}
      return 200 "";
    }`;
}

/** What Portico's health checks ask for. */
function health(): string {
	return ["/api/health-check/v1.0/health", "/services/Version", "/health-check", "/health"]
		.map((path) => `location = ${path} { return 200 "WSO2"; }`)
		.join(" ");
}
