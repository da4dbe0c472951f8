/**
 * Identity Server and API Manager under one public host, both as shipped: relative form actions, root-absolute scripts, and one set of names for
 * their cookies. A browser stays signed in to both, also where no body is rewritten.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Browser } from "../../../estate/browser.ts";
import { logIn, oidcLogin, portalApis, portalLogin, relyingPartyUser, samlLogin } from "../../../estate/journeys.ts";
import { startDeployment } from "./deployment.ts";

const ALICE = { username: "alice", password: "alice" };
const ADMIN = { username: "admin", password: "admin" };

const cookieNames = (browser: Browser): string[] =>
	browser.jar
		.list("localhost")
		.map(({ name, path }) => `${name} ${path}`)
		.sort();

const deployments = [
	["dash form", await startDeployment({ after }, "dash", false)],
	["slash form", await startDeployment({ after }, "slash", false)],
	["dash form, bodies rewritten", await startDeployment({ after }, "dash", true)],
] as const;

for (const [name, deployment] of deployments) {
	const party = deployment.estate.relyingParty.origin;

	test(`${name}: signed in to both products in one browser, in either order, and out of one alone`, async (t) => {
		for (const first of ["is", "apim"] as const) {
			const browser = deployment.browser(t);
			const signIn = {
				is: async () => assert.equal((await oidcLogin(browser, party, ALICE)).user?.subject, "alice"),
				apim: async () => assert.equal((await portalLogin(browser, deployment.apim, "publisher", ADMIN)).apis.status, 200),
			};
			await signIn[first]();
			await signIn[first === "is" ? "apim" : "is"]();

			browser.jar.delete("rp_session");
			assert.equal((await browser.open(`${party}/login`)).url, `${party}/`, "single sign-on of Identity Server");
			assert.equal((await relyingPartyUser(browser, party))?.subject, "alice");
			assert.equal(
				(await browser.open(`${deployment.apim}devportal/services/auth/login`)).url,
				`${deployment.apim}devportal/`,
				"and of API Manager",
			);

			assert.equal((await browser.open(`${party}/logout`)).url, `${party}/`);
			assert.match((await browser.open(`${party}/login`)).text, /id="loginForm"/);
			assert.equal((await browser.open(`${deployment.apim}publisher/services/auth/login`)).url, `${deployment.apim}publisher/`);
			assert.equal((await portalApis(browser, deployment.apim, "publisher")).status, 200);
		}
	});

	test(`${name}: SAML for the one, a portal for the other, two logins under way at once`, async (t) => {
		const browser = deployment.browser(t);
		const portal = await browser.open(`${deployment.apim}devportal/services/auth/login`);
		assert.equal((await samlLogin(browser, party, ALICE)).user?.protocol, "saml");
		assert.equal((await logIn(browser, portal, ADMIN)).url, `${deployment.apim}devportal/`);
		assert.equal((await portalApis(browser, deployment.apim, "devportal")).status, 200);
	});

	test(`${name}: what the portals' scripts ask for at the root of the origin`, async (t) => {
		const browser = deployment.browser(t);
		const page = `${deployment.apim}publisher/`;
		const login = await browser.open(`${deployment.origin}/publisher/services/auth/login`, undefined, page);
		assert.ok(login.url.startsWith(`${deployment.apim}authenticationendpoint/login.do?`), login.url);
		assert.equal((await logIn(browser, login, ADMIN)).url, page);
		const half = browser.jar.get(page, "WSO2_AM_TOKEN_1_Default") ?? "";
		const headers = { Authorization: `Bearer ${half}`, Accept: "application/json", Referer: page };
		const answer = await browser.send(`${deployment.origin}/api/am/publisher/v3/apis`, { headers });
		assert.equal(answer.status, 200);
		const logout = await browser.open(`${deployment.origin}/publisher/services/logout`, undefined, page);
		assert.ok(
			logout.hops.every(({ url }) => !url.includes("oauth2_logout_consent")),
			"the id_token came with the cookies",
		);
		assert.deepEqual(
			cookieNames(browser).filter((name) => /TOKEN|commonAuthId/.test(name)),
			[],
		);
	});

	test(`${name}: My Account comes back from its login without the prefix, and stays the user's`, async (t) => {
		const browser = deployment.browser(t);
		await oidcLogin(browser, party, ALICE);
		await portalLogin(browser, deployment.apim, "publisher", ADMIN);
		const from = { Referer: `${deployment.is}oauth2/authorize`, "Content-Type": "application/x-www-form-urlencoded" };
		const home = await browser.send(`${deployment.origin}/myaccount`, { method: "POST", headers: from, body: "code=c0de" });
		assert.equal(home.status, 200);
		const policy = name.includes("rewritten") ? "same-origin" : "no-referrer";
		assert.match(home.body.toString(), new RegExp(`<meta name="referrer" content="${policy}" />`));
		const [session, bare] = [`${deployment.is}myaccount/`, `${deployment.origin}/myaccount/`].map((at) =>
			browser.jar.get(at, "is.JSESSIONID"),
		);
		assert.ok(session !== undefined && session === bare);
		for (const base of [deployment.is, `${deployment.origin}/`]) {
			const { body } = await browser.send(`${base}myaccount/auth`, { headers: { Referer: `${deployment.is}myaccount/` } });
			assert.deepEqual(JSON.parse(body.toString()), { authCode: "c0de" }, base);
		}
		const me = async (headers: Record<string, string>): Promise<number> =>
			(await browser.send(`${deployment.origin}/scim2/Me`, { headers })).status;
		const pages = [`${deployment.is}myaccount`, `${deployment.origin}/myaccount`];
		assert.deepEqual([await me({}), ...(await Promise.all(pages.map((Referer) => me({ Referer }))))], [404, 401, 401]);
	});

	test(`${name}: the check-session iframe finds opbs under its own name`, async (t) => {
		const browser = deployment.browser(t);
		await oidcLogin(browser, party, ALICE);
		await portalLogin(browser, deployment.apim, "devportal", ADMIN);
		const [is, apim] = [deployment.is, deployment.apim].map((base) => browser.jar.get(`${base}oidc/checksession`, "opbs"));
		assert.ok(is !== undefined && apim !== undefined && is !== apim);
		assert.equal(is, browser.jar.get(`${deployment.is}oauth2/authorize`, "is.opbs"));
		assert.equal(apim, browser.jar.get(`${deployment.apim}oauth2/authorize`, "apim.opbs"));
	});

	test(`${name}: no product sees a cookie of the other, or Portico's own`, async (t) => {
		const browser = deployment.browser(t);
		await oidcLogin(browser, party, ALICE);
		await portalLogin(browser, deployment.apim, "publisher", ADMIN);
		const seen = await browser.send(`${deployment.apim}echo/1.0.0/hello`);
		const { headers } = JSON.parse(seen.body.toString()) as { headers: string[] };
		const cookies = headers[headers.findIndex((each) => each.toLowerCase() === "cookie") + 1] ?? "";
		const names = cookies.split("; ").map((pair) => pair.split("=", 1)[0] ?? "");
		assert.deepEqual(names.toSorted(), ["commonAuthId", "opbs"]);
	});

	test(`${name}: without a page that it comes from, the login under way tells whose a request is`, async (t) => {
		const browser = deployment.browser(t);
		for (const [login, own] of [
			[await browser.open(`${party}/login`), deployment.is],
			[await browser.open(`${deployment.apim}devportal/services/auth/login`), deployment.apim],
		] as const) {
			const key = new URL(login.url).searchParams.get("sessionDataKey");
			const answer = await browser.send(`${deployment.origin}/commonauth?sessionDataKey=${key}`);
			const { location = "" } = answer.headers;
			assert.ok(location.startsWith(`${own}authenticationendpoint/login.do?`), location);
			assert.match(location, new RegExp(`sessionDataKey=${key}`));
			// The browser's cookie says so, and so does what Portico remembers.
			for (const product of ["is", "apim"]) browser.jar.delete(`${product}.sessionNonceCookie-${key}`);
			const { location: retry = "" } = (await browser.send(`${deployment.origin}/commonauth?sessionDataKey=${key}`)).headers;
			assert.ok(retry.startsWith(`${own}authenticationendpoint/retry.do?`), retry);
		}
		assert.equal((await browser.send(`${deployment.origin}/commonauth?sessionDataKey=unknown`)).status, 404);
	});

	test(`${name}: a path without its prefix opens nothing`, async (t) => {
		const browser = deployment.browser(t);
		await browser.open(`${party}/login`);
		const ask = async (path: string): Promise<number> =>
			(await browser.send(deployment.origin + path, { headers: { Referer: `${deployment.is}authenticationendpoint/login.do` } })).status;
		assert.deepEqual(
			[await ask("/carbon/admin"), await ask("/services/Version"), await ask("/echo/1.0.0/hello"), await ask("/nothing")],
			[403, 403, 404, 404],
		);
		assert.equal(
			(await browser.send(`${deployment.origin}/oauth2/jwks`, { headers: { Referer: "https://evil.example/" } })).status,
			200,
			"affinity",
		);
		assert.equal(
			(await deployment.browser(t).send(`${deployment.origin}/oauth2/jwks`, { headers: { Referer: "https://evil.example/" } })).status,
			404,
		);
	});

	test(`${name}: a browser with too many begun logins finishes one, and loses the old ones`, async (t) => {
		const browser = deployment.browser(t);
		const begun: string[] = [];
		for (let index = 0; index < 110; index++) begun.push((await browser.open(`${party}/login`)).url);
		const keys = begun.map((url) => new URL(url).searchParams.get("sessionDataKey") ?? "");
		const names = browser.jar.list("localhost").map(({ name }) => name);
		assert.ok(names.includes(`is.sessionNonceCookie-${keys.at(-1)}`));
		assert.ok(!names.includes(`is.sessionNonceCookie-${keys[0]}`), "swept");
		assert.ok(browser.jar.headerFor(`${deployment.is}commonauth`).length < 8192);
		assert.equal((await oidcLogin(browser, party, ALICE)).user?.subject, "alice");
	});

	test(`${name}: cookies that no node takes are answered with 431, which names the largest`, async (t) => {
		const browser = deployment.browser(t);
		const Cookie = `is.theme=${"s3cret".repeat(2000)}; is.a=1`;
		const { status, body } = await browser.send(`${deployment.is}oauth2/jwks`, { headers: { Cookie } });
		assert.equal(status, 431);
		assert.match(body.toString(), /request_cookies_size/);
		assert.match(body.toString(), /The cookies have 12011 bytes\. The largest is is\.theme with 12009 bytes\. The limit is 8192 bytes\./);
		assert.doesNotMatch(body.toString(), /s3cret/);
		assert.equal(
			(await browser.send(`${deployment.apim}oauth2/jwks`, { headers: { Cookie } })).status,
			200,
			"another service's do not count",
		);
	});
}
