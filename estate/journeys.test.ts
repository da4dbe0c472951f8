import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Browser } from "./browser.ts";
import { logIn, oidcLogin, portalApis, portalLogin, relyingPartyUser, samlLogin } from "./journeys.ts";
import { type RunningNode, startNode } from "./node.ts";
import { type RunningRelyingParty, startRelyingParty } from "./relyingParty.ts";

const ALICE = { username: "alice", password: "alice" };

describe("journeys through an Identity Server without a front door", () => {
	let node: RunningNode;
	let party: RunningRelyingParty;
	let base: string;
	const browsers: Browser[] = [];
	const newBrowser = (): Browser => {
		const browser = new Browser({ trust: node.trust });
		browsers.push(browser);
		return browser;
	};
	before(async () => {
		node = await startNode({ product: "is", name: "is-1", urlPort: "own" });
		base = `https://localhost:${node.ports.servletHttps}/`;
		party = await startRelyingParty({ idp: base, trust: node.trust, signer: node.trust });
	});
	after(async () => {
		for (const browser of browsers) browser.close();
		await party.close();
		await node.close();
	});

	test("an OpenID Connect login ends at the relying party with checked claims", async () => {
		const browser = newBrowser();
		const { login, page, user } = await oidcLogin(browser, party.origin, ALICE);
		assert.equal(new URL(login.url).pathname, "/authenticationendpoint/login.do");
		assert.equal(page.url, `${party.origin}/`);
		assert.equal(user?.subject, "alice");
		assert.deepEqual(user?.userinfo, {
			sub: "alice",
			email: "alice@example.com",
			given_name: "Alice",
			family_name: "Liddell",
			username: "alice",
		});
		assert.equal(user?.claims.iss, `${base}oauth2/token`);
	});

	test("the login sets the products' cookies with their attributes", async () => {
		const browser = newBrowser();
		const login = await browser.open(`${party.origin}/login`);
		const authorize = login.hops.find(({ url }) => url.includes("/oauth2/authorize"));
		assert.equal(authorize?.cookies.length, 1);
		assert.match(
			authorize?.cookies[0] ?? "",
			/^sessionNonceCookie-[0-9a-f-]{36}=[0-9a-f-]{36}; Max-Age=4800; Expires=[^;]+; Path=\/; Secure; HttpOnly; SameSite=None$/,
		);
		assert.match(login.hops.at(-1)?.cookies[0] ?? "", /^JSESSIONID=[0-9A-F]{32}; Path=\/authenticationendpoint; Secure; HttpOnly$/);
		const page = await logIn(browser, login, ALICE);
		const [commonauth, authorized] = page.hops;
		assert.match(commonauth?.cookies.join("\n") ?? "", /^commonAuthId=[0-9a-f-]{36}; Path=\/; Secure; HttpOnly; SameSite=None$/m);
		assert.match(commonauth?.cookies.join("\n") ?? "", /^sessionNonceCookie-[0-9a-f-]{36}=; Max-Age=0; /m);
		assert.match(authorized?.cookies.join("\n") ?? "", /^opbs=[0-9a-f-]{36}; Path=\/; Secure; SameSite=None$/m);
	});

	test("a second relying party session needs no password", async () => {
		const browser = newBrowser();
		await oidcLogin(browser, party.origin, ALICE);
		browser.jar.delete("rp_session");
		const page = await browser.open(`${party.origin}/login`);
		assert.equal(page.url, `${party.origin}/`);
	});

	test("a wrong password leads back to the login page with an error, and the next try succeeds", async () => {
		const browser = newBrowser();
		const login = await browser.open(`${party.origin}/login`);
		const again = await logIn(browser, login, { username: "alice", password: "wrong" });
		assert.match(again.text, /Login failed/);
		assert.equal(new URL(again.url).searchParams.get("authFailure"), "true");
		assert.equal((await logIn(browser, again, ALICE)).url, `${party.origin}/`);
	});

	test("a login without its nonce cookie fails", async () => {
		const browser = newBrowser();
		const login = await browser.open(`${party.origin}/login`);
		for (const { name } of browser.jar.list("localhost")) if (name.startsWith("sessionNonceCookie-")) browser.jar.delete(name);
		const page = await logIn(browser, login, ALICE);
		assert.equal(new URL(page.url).pathname, "/authenticationendpoint/retry.do");
		assert.equal(await relyingPartyUser(browser, party.origin), null);
	});

	test("the relying party refreshes its tokens", async () => {
		const browser = newBrowser();
		await oidcLogin(browser, party.origin, ALICE);
		await browser.open(`${party.origin}/refresh`, new URLSearchParams());
		assert.equal((await relyingPartyUser(browser, party.origin))?.refreshed, 1);
	});

	test("a code is good once, and only with the verifier of its login", async () => {
		const browser = newBrowser();
		await oidcLogin(browser, party.origin, ALICE);
		const client = { client_id: "demo-spa", redirect_uri: "http://127.0.0.1/app" };
		const challenge = createHash("sha256").update("verifier").digest("base64url");
		const query = { ...client, response_type: "code", scope: "openid", code_challenge: challenge, code_challenge_method: "S256" };
		const newCode = async (): Promise<string> => {
			const { headers } = await browser.send(`${base}oauth2/authorize?${new URLSearchParams(query)}`);
			return new URL(headers.location ?? "").searchParams.get("code") ?? "";
		};
		const exchange = async (code: string, verifier: string): Promise<number> => {
			const form = new URLSearchParams({ ...client, grant_type: "authorization_code", code, code_verifier: verifier });
			return (await browser.send(`${base}oauth2/token`, { method: "POST", body: form.toString() })).status;
		};
		const code = await newCode();
		assert.equal(await exchange(code, "verifier"), 200);
		assert.equal(await exchange(code, "verifier"), 400);
		assert.equal(await exchange(await newCode(), "wrong"), 400);
	});

	test("a redirect_uri that is not registered is not gone to", async () => {
		const browser = newBrowser();
		const query = "response_type=code&client_id=demo-rp&scope=openid&redirect_uri=https%3A%2F%2Fevil.example%2Fcallback";
		const page = await browser.open(`${base}oauth2/authorize?${query}`);
		assert.equal(new URL(page.url).searchParams.get("oauthErrorCode"), "invalid_callback");
	});

	test("logout ends the session at the provider and comes back", async () => {
		const browser = newBrowser();
		await oidcLogin(browser, party.origin, ALICE);
		const page = await browser.open(`${party.origin}/logout`);
		assert.equal(page.url, `${party.origin}/`);
		assert.equal(browser.jar.get(base, "commonAuthId"), undefined);
		assert.match((await browser.open(`${party.origin}/login`)).text, /id="loginForm"/);
	});

	test("a SAML login ends at the relying party with a checked signature", async () => {
		const browser = newBrowser();
		const { login, page, user } = await samlLogin(browser, party.origin, ALICE);
		assert.equal(new URL(login.url).searchParams.get("type"), "samlsso");
		assert.equal(page.url, `${party.origin}/`);
		assert.equal(user?.subject, "alice");
		assert.notEqual(browser.jar.get(base, "samlssoTokenId"), undefined);
	});

	test("consent is asked once when the server wants it", async () => {
		node.switches.consent = true;
		try {
			const browser = newBrowser();
			const bob = { username: "bob", password: "bob" };
			const consent = await logIn(browser, await browser.open(`${party.origin}/login`), bob);
			assert.equal(new URL(consent.url).pathname, "/authenticationendpoint/oauth2_consent.do");
			assert.equal((await browser.submit(consent, { consent: "approve" })).url, `${party.origin}/`);
			assert.equal((await browser.open(`${party.origin}/login`)).url, `${party.origin}/`);
		} finally {
			node.switches.consent = false;
		}
	});

	test("a tenant's login stays below /t/{tenant}", async () => {
		const tenantParty = await startRelyingParty({ idp: `${base}t/acme.com/`, trust: node.trust });
		try {
			const browser = newBrowser();
			const { login, user } = await oidcLogin(browser, tenantParty.origin, ALICE);
			assert.equal(new URL(login.url).pathname, "/t/acme.com/authenticationendpoint/login.do");
			assert.match(login.text, new RegExp(`action="${base}t/acme.com/commonauth"`));
			assert.equal(user?.claims.iss, `${base}t/acme.com/oauth2/token`);
			assert.deepEqual(
				browser.jar.list("localhost").filter(({ name }) => name === "commonAuthId"),
				[{ name: "commonAuthId", path: "/t/acme.com/" }],
			);
		} finally {
			await tenantParty.close();
		}
	});
});

test("a portal login at API Manager opens its REST API with the two halves of a token", async () => {
	const node = await startNode({ product: "apim", name: "apim-1", urlPort: "own" });
	const browser = new Browser({ trust: node.trust });
	try {
		const base = `https://localhost:${node.ports.servletHttps}/`;
		assert.equal((await portalApis(browser, base, "devportal")).status, 401);
		const { page, apis } = await portalLogin(browser, base, "devportal", { username: "admin", password: "admin" });
		assert.equal(page.url, `${base}devportal/`);
		assert.equal(apis.status, 200);
		assert.ok(apis.names.includes("PizzaShackAPI"));
		const callback = page.hops.find(({ url }) => url.includes("/callback/login"));
		const halves = callback?.cookies.filter((cookie) => cookie.startsWith("AM_ACC_TOKEN_DEFAULT_P2="));
		assert.deepEqual(
			halves?.map((cookie) => cookie.replace(/^.*; Path/, "Path")),
			["Path=/devportal/; Secure; HttpOnly; SameSite=Strict", "Path=/api/am/devportal/; Secure; HttpOnly; SameSite=Strict"],
		);
		const out = await browser.open(`${base}devportal/services/logout`);
		assert.equal(out.url, `${base}devportal/`);
		assert.equal((await portalApis(browser, base, "devportal")).status, 401);
	} finally {
		browser.close();
		await node.close();
	}
});
