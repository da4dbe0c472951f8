import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { call } from "./httpClient.ts";
import { type RunningNode, startNode } from "./node.ts";

let node: RunningNode;
let plain: string;
before(async () => {
	node = await startNode({ product: "is", name: "is-1" });
	plain = `http://127.0.0.1:${node.ports.servletHttp}`;
});
after(() => node.close());

/** Sends bytes on a connection of its own and returns all that comes back until it closes. */
function raw(port: number, text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = net.connect(port, "127.0.0.1", () => socket.write(text));
		let got = "";
		socket.on("data", (chunk: Buffer) => {
			got += chunk.toString("latin1");
		});
		socket.on("close", () => resolve(got));
		socket.on("error", reject);
	});
}

test("the status line has an empty reason, and the server names itself as Carbon does", async () => {
	const answer = await raw(node.ports.servletHttp, "GET /carbon HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	assert.match(answer, /^HTTP\/1\.1 200 \r\n/);
	assert.match(answer, /\r\nServer: WSO2 Carbon Server\r\n/);
	assert.match(answer, /WSO2 Management Console/);
});

test("an HTTP/1.0 request is answered as HTTP/1.1 and closed", async () => {
	const answer = await raw(node.ports.servletHttp, "GET /services/Version HTTP/1.0\r\nHost: a\r\n\r\n");
	assert.match(answer, /^HTTP\/1\.1 200 \r\n/);
	assert.match(answer, /\r\nConnection: close\r\n/);
	assert.match(answer, /WSO2 Identity Server-5\.11\.0/);
});

test("a kept connection is not announced, and the 200th request closes it", async () => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
	const announced: (string | undefined)[] = [];
	for (let count = 1; count <= 201; count++) {
		const { headers } = await call(`${plain}/logincontext`, { agent });
		announced.push(headers.connection);
	}
	agent.destroy();
	assert.equal(announced.indexOf("close"), 199);
	assert.equal(announced[198], undefined);
	assert.equal(announced[200], undefined);
});

test("a framework redirect names localhost:9443, whatever Host says", async () => {
	const query = "response_type=code&client_id=demo-rp&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback";
	const { status, headers } = await call(`${plain}/oauth2/authorize?${query}`, { headers: { Host: "sso.example.com" } });
	assert.equal(status, 302);
	assert.match(headers.location ?? "", /^https:\/\/localhost:9443\/authenticationendpoint\/login\.do\?/);
	assert.equal(headers["content-length"], "0");
});

test("an old release sends its login through /carbon/..", async () => {
	node.switches.oldRedirects = true;
	const { headers } = await call(`${plain}/commonauth?sessionDataKey=x`);
	node.switches.oldRedirects = false;
	assert.match(headers.location ?? "", /^https:\/\/localhost:9443\/carbon\/\.\.\/authenticationendpoint\/retry\.do\?/);
});

test("a servlet's own redirect is built from Host and the connector's scheme", async () => {
	const headers = { Host: "sso.example.com:8080", "X-Forwarded-Proto": "https" };
	assert.equal((await call(`${plain}/myaccount`, { headers })).headers.location, "http://sso.example.com:8080/myaccount/");
	const secure = await call(`https://localhost:${node.ports.servletHttps}/myaccount`, {
		ca: node.trust,
		headers: { Host: "sso.example.com" },
	});
	assert.equal(secure.headers.location, "https://sso.example.com/myaccount/");
});

test("behind RemoteIpValve the scheme of such a redirect is the forwarded one", async () => {
	const valved = await startNode({ product: "is", name: "is-9", remoteIpValve: true, publicOrigin: "https://sso.example.com" });
	const headers = { Host: "sso.example.com", "X-Forwarded-Proto": "https" };
	const { headers: answered } = await call(`http://127.0.0.1:${valved.ports.servletHttp}/myaccount`, { headers });
	const { headers: framework } = await call(`http://127.0.0.1:${valved.ports.servletHttp}/commonauth`);
	await valved.close();
	assert.equal(answered.location, "https://sso.example.com/myaccount/");
	assert.match(framework.location ?? "", /^https:\/\/sso\.example\.com\/authenticationendpoint\/retry\.do\?/);
});

for (const path of ["/authenticationendpoint/..;/carbon/", "/oauth2/%2e%2e/carbon/", "/t/x;y/../../carbon/"]) {
	test(`what gets through as ${path} opens the console`, async () => {
		const answer = await raw(node.ports.servletHttp, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
		assert.match(answer, /WSO2 Management Console/);
	});
}

test("an encoded slash and a too large head are answered 400", async () => {
	assert.match(await raw(node.ports.servletHttp, "GET /a%2fb HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 400 \r\n/);
	const large = `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${"x".repeat(9000)}\r\n\r\n`;
	assert.match(await raw(node.ports.servletHttp, large), /^HTTP\/1\.1 400 \r\n/);
});

test("script and style over 2 KB are compressed for those who accept it, JSON never", async () => {
	const headers = { "Accept-Encoding": "gzip, deflate, br" };
	for (const asset of ["css/app.css", "js/app.js"]) {
		const packed = await call(`${plain}/authenticationendpoint/${asset}`, { headers });
		const unpacked = await call(`${plain}/authenticationendpoint/${asset}`);
		assert.equal(packed.headers["content-encoding"], "gzip", asset);
		assert.equal(packed.headers["transfer-encoding"], "chunked");
		assert.equal(packed.headers.vary, "accept-encoding");
		assert.deepEqual(gunzipSync(packed.body), unpacked.body);
		assert.equal(unpacked.headers["content-encoding"], undefined);
	}
	assert.equal((await call(`${plain}/oauth2/jwks`, { headers })).headers["content-encoding"], undefined);
});

test("TRACE is refused and an unknown path is 404", async () => {
	assert.equal((await call(`${plain}/carbon`, { method: "TRACE" })).status, 405);
	assert.equal((await call(`${plain}/nothing`)).status, 404);
});

test("the login form posts to ../commonauth unless it is told where", async () => {
	const action = async (): Promise<string | undefined> =>
		/id="loginForm" method="post" action="([^"]*)"/.exec(
			(await call(`${plain}/authenticationendpoint/login.do?sessionDataKey=1`)).body.toString(),
		)?.[1];
	assert.equal(await action(), "../commonauth");
	const told = await startNode({ product: "is", name: "is-8", identityServerEndpointContextURL: "https://sso.example.com/is" });
	const page = await call(`http://127.0.0.1:${told.ports.servletHttp}/authenticationendpoint/login.do`);
	await told.close();
	assert.match(page.body.toString(), /action="https:\/\/sso\.example\.com\/is\/commonauth"/);
});

test("a page's text cannot be broken out of by its query", async () => {
	const { body } = await call(`${plain}/authenticationendpoint/login.do?sessionDataKey=%22%3E%3Cscript%3E`);
	assert.doesNotMatch(body.toString(), /"><script>/);
});

test("discovery tells configured addresses, also for a tenant", async () => {
	const read = async (path: string): Promise<Record<string, unknown>> =>
		JSON.parse((await call(plain + path)).body.toString()) as Record<string, unknown>;
	assert.equal((await read("/oauth2/token/.well-known/openid-configuration")).issuer, "https://localhost:9443/oauth2/token");
	assert.equal((await read("/oauth2/oidcdiscovery/.well-known/openid-configuration")).jwks_uri, "https://localhost:9443/oauth2/jwks");
	assert.equal(
		(await read("/t/acme.com/oauth2/token/.well-known/openid-configuration")).issuer,
		"https://localhost:9443/t/acme.com/oauth2/token",
	);
});

test("OPTIONS is answered: a preflight by the CORS valve, any other with Allow", async () => {
	const headers = { Origin: "https://app.example", "Access-Control-Request-Method": "POST" };
	const preflight = await call(`${plain}/oauth2/token`, { method: "OPTIONS", headers });
	assert.equal(preflight.status, 200);
	assert.equal(preflight.headers["access-control-allow-origin"], "https://app.example");
	assert.match((await call(`${plain}/oauth2/token`, { method: "OPTIONS" })).headers.allow ?? "", /POST/);
});
