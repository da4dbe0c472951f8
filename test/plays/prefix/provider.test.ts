/**
 * An OpenID provider under a prefix: it builds its URLs from the public host, as most applications do, and knows nothing of `/sso`. A real provider
 * (oidc-provider), a real client (openid-client), two nodes.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import * as client from "openid-client";
import { Browser } from "../../../estate/browser.ts";
import { call } from "../../../estate/httpClient.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { listening, startProviderNodes } from "./providerNodes.ts";

const scope = { after };
const authority = await TestAuthority.create();
const [{ cert, key }, [port = 0]] = await Promise.all([authority.issue(), freePorts(1)]);
const origin = `https://localhost:${port}`;
const party = `http://127.0.0.1:${await listening(
	scope,
	createServer((_, response) => response.end("signed in")),
)}`;
const registered = { id: "web", callback: `${party}/callback`, afterLogout: `${party}/bye` };
const nodes = await startProviderNodes(scope, origin, registered);
const config = {
	public: origin,
	listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
	services: {
		sso: {
			product: "http",
			routes: [{ path: "/sso", to: "/", rewriteBodies: true }],
			nodes: nodes.map((node, index) => ({ name: `sso-${index}`, url: `http://127.0.0.1:${node.port}` })),
		},
	},
	accessLog: [],
	workers: 1,
};
await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key } });

/** Trusts the authority of the test. */
const fetchTrusting: client.CustomFetch = async (url, { method, headers, body }) => {
	const sent = body === undefined || body === null ? {} : { body: String(body) };
	const answer = await call(url, { method, headers: { ...headers }, ca: authority.cert, ...sent });
	const type = answer.headers["content-type"];
	return new Response(Buffer.from(answer.body), { status: answer.status, headers: type === undefined ? {} : { "Content-Type": type } });
};

test("discovery, a login with PKCE, userinfo, refresh, logout; a node dies between login and consent", async (t) => {
	const discovery = new URL(`${origin}/sso/.well-known/openid-configuration`);
	const found = await client.discovery(discovery, registered.id, undefined, client.None(), { [client.customFetch]: fetchTrusting });
	const metadata = found.serverMetadata();
	for (const [name, value] of Object.entries(metadata)) {
		if (typeof value !== "string" || !value.startsWith("https://")) continue;
		// The issuer is a name, signed in tokens; nothing is asked for there.
		if (name === "issuer") assert.equal(value, origin);
		else assert.ok(value.startsWith(`${origin}/sso/`), `${name}: ${value}`);
	}

	const verifier = client.randomPKCECodeVerifier();
	const authorization = client.buildAuthorizationUrl(found, {
		redirect_uri: registered.callback,
		scope: "openid email offline_access",
		prompt: "consent",
		code_challenge: await client.calculatePKCECodeChallenge(verifier),
		code_challenge_method: "S256",
		state: "s",
	}).href;
	const browser = new Browser({ trust: authority.cert });
	t.after(() => browser.close());
	const login = await browser.open(authorization);
	assert.match(login.text, /name="login"/);
	const consent = await browser.submit(login, { login: "alice", password: "x" });
	assert.match(consent.text, /value="consent"/);
	const [first, second] = nodes;
	const asked = [first.requests.length, second.requests.length];
	assert.ok(
		asked.every((count) => count > 0),
		asked.join(),
	);
	await first.kill();
	const page = await browser.submit(consent);
	assert.ok(page.url.startsWith(registered.callback), page.url);

	const grant = await client.authorizationCodeGrant(found, new URL(page.url), { pkceCodeVerifier: verifier, expectedState: "s" });
	assert.equal(grant.claims()?.iss, origin);
	const user = await client.fetchUserInfo(found, grant.access_token, "alice");
	assert.equal(user.email, "alice@example.com");
	const refreshed = await client.refreshTokenGrant(found, grant.refresh_token ?? "");
	assert.equal((await client.fetchUserInfo(found, refreshed.access_token, "alice")).sub, "alice");

	const end = client.buildEndSessionUrl(found, {
		post_logout_redirect_uri: registered.afterLogout,
		...(grant.id_token === undefined ? {} : { id_token_hint: grant.id_token }),
	});
	const question = await browser.open(end.href);
	const bye = await browser.submit(question, { logout: "yes" });
	assert.equal(bye.url.split("?", 1)[0], registered.afterLogout);
	assert.match((await browser.open(authorization)).text, /name="login"/, "the session has ended");

	for (const { url } of [login, consent, page, question, bye].flatMap(({ hops }) => hops)) {
		assert.ok(url.startsWith(`${origin}/sso/`) || url.startsWith(`${party}/`), url);
	}
	assert.deepEqual(
		browser.jar.list("localhost").filter(({ path }) => !path.startsWith("/sso")),
		[],
		"cookies keep to the prefix",
	);
	for (const { target, prefix } of nodes.flatMap(({ requests }) => requests)) assert.equal(prefix, "/sso", target);
});
