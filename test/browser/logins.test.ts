/** Users of an application log in at the Identity Servers behind Portico, in a real browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { startDemo } from "./demo.ts";
import { startVisit } from "./visit.ts";

test("logins through an application", { skip: peer("chromium").skip }, async (t) => {
	const [demo, browser] = await Promise.all([startDemo(t), startChromium(t)]);
	const home = `${demo.relyingParty}/`;
	const loginPage = `${demo.origin}/is-authenticationendpoint/login.do?`;

	await t.test("OpenID Connect: a wrong password, the right one, a refresh and a logout", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(home);
		await page.click("#login");

		assert.ok(page.url().startsWith(loginPage), page.url());
		const action = (await page.getAttribute("#loginForm", "action")) ?? "";
		assert.equal(new URL(action, page.url()).href, `${demo.origin}/is-commonauth`, "the node wrote ../commonauth");
		const key = await page.inputValue("[name=sessionDataKey]");
		assert.deepEqual((await visit.cookies()).get(`is.sessionNonceCookie-${key} /`), {
			path: "/",
			secure: true,
			httpOnly: true,
			sameSite: "None",
		});

		await visit.logIn("alice", "wrong");
		assert.match(await visit.text("#error-msg"), /Login failed/);
		assert.ok(page.url().startsWith(loginPage), page.url());

		await visit.logIn("alice", "alice");
		await page.waitForURL(home);
		assert.equal(await visit.text("#user"), "alice");
		const { claims, userinfo } = JSON.parse(await visit.text("#claims")) as Record<string, Record<string, unknown>>;
		assert.equal(claims?.sub, "alice");
		assert.equal(claims?.email, "alice@example.com");
		assert.equal(userinfo?.given_name, "Alice");

		await page.click("#refresh");
		await page.waitForURL(home);
		assert.match(await visit.text("#status"), /refreshed once/);

		await page.click("#logout");
		await page.waitForURL(home);
		assert.match(await visit.text("#status"), /Nobody/);
		await visit.assertClean();
	});

	await t.test("the session's cookies have public paths, and live until the logout", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(`${home}login`);
		await visit.logIn("admin", "admin");
		await page.waitForURL(home);

		const cookies = await visit.cookies();
		const affinity = [...cookies].filter(([name]) => name.startsWith("portico-"));
		for (const [name] of affinity) cookies.delete(name);
		assert.deepEqual(
			affinity.map(([name, { secure, httpOnly }]) => [name, secure, httpOnly]),
			[["portico-is /", true, true]],
		);
		// Chromium says Lax where a cookie has no SameSite.
		assert.deepEqual(Object.fromEntries(cookies), {
			"is.JSESSIONID /is-authenticationendpoint": {
				path: "/is-authenticationendpoint",
				secure: true,
				httpOnly: true,
				sameSite: "Lax",
			},
			"is.commonAuthId /": { path: "/", secure: true, httpOnly: true, sameSite: "None" },
			"is.opbs /": { path: "/", secure: true, httpOnly: false, sameSite: "None" },
			// For the check-session iframe, which reads it by this name.
			...Object.fromEntries(
				["/is-o", "/is-oidc", "/is-t"].map((path) => [`opbs ${path}`, { path, secure: true, httpOnly: false, sameSite: "None" }]),
			),
		});

		await page.goto(`${home}login`);
		assert.equal(page.url(), home, "the single sign-on session makes a second login silent");

		await page.click("#logout");
		await page.waitForURL(home);
		assert.deepEqual(
			[...(await visit.cookies()).keys()].filter((name) => /commonAuthId|opbs|sessionNonce/.test(name)),
			[],
		);
		await page.goto(`${home}login`);
		assert.ok(page.url().startsWith(loginPage), "the next login asks for the password again");
		await visit.assertClean();
	});

	await t.test("SAML: the request by redirect, the response by POST", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(home);
		await page.click("#saml-login");
		assert.ok(page.url().startsWith(loginPage), page.url());

		await visit.logIn("bob", "bob");
		await page.waitForURL(home);

		assert.match(await visit.text("#status"), /Logged in as bob by SAML/);
		assert.ok((await visit.cookies()).has("is.samlssoTokenId /"));
		assert.ok(visit.paths.includes("/is-samlsso"));
		await visit.assertClean();
	});
});
