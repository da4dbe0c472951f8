/**
 * Both products in one real browser, in every form of prefix, with nodes that take themselves for `localhost:9443` or know the public name, bodies
 * rewritten and not.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { JOURNEYS } from "./journeys.ts";
import { startTown, TOWN_HOSTS, type Town, type TownOptions } from "./town.ts";
import { startVisit, type Visit } from "./visit.ts";

const NODES: readonly (readonly [name: string, options: Omit<TownOptions, "form">])[] = [
	["nodes as shipped, bodies rewritten", { hostnames: "shipped", rewriteBodies: true }],
	["nodes with the public name, bodies as they are", { hostnames: "public", rewriteBodies: false }],
];

/** One file for each form: all of them take minutes. */
export function testBothProducts(form: TownOptions["form"]): void {
	test(`both products in one browser, ${form} form`, { skip: peer("chromium").skip }, async (t) => {
		const browser = await startChromium(t, TOWN_HOSTS);
		for (const [name, options] of NODES) {
			await t.test(name, (t) => inOneTown(t, browser, { ...options, form }));
		}
	});
}

async function inOneTown(t: TestContext, browser: Browser, options: TownOptions): Promise<void> {
	const town = await startTown(t, { ...options, consoles: true });
	const loginPage = { is: `${town.is}authenticationendpoint/login.do?`, apim: `${town.apim}authenticationendpoint/login.do?` };

	await t.test("signed in to an application and both portals, and out of each alone", async (t) => {
		const visit = await startVisit(t, browser, town);
		const { page } = visit;
		await signInToApplication(visit, town, loginPage.is);
		await page.goto(`${town.is}myaccount/`);
		await page.click("text=Allow");
		await myAccountShown(page, town, "alice");

		await page.goto(`${town.apim}devportal/`);
		await page.waitForURL(`${loginPage.apim}*`);
		await visit.logIn("admin", "admin");
		await apisShown(page, town, "devportal");
		await page.goto(`${town.apim}publisher/`);
		await apisShown(page, town, "publisher");
		// What its script asks for at the root of the origin might now be either product's, and its page is known only where bodies are rewritten.
		if (town.singleLogout) {
			await page.goto(`${town.is}myaccount/`);
			await myAccountShown(page, town, "alice");
		}

		await page.goto(`${town.relyingParty}/login`);
		assert.equal(page.url(), `${town.relyingParty}/`, "single sign-on of Identity Server");
		await page.goto(`${town.relyingParty}/saml/login`);
		await page.waitForURL(`${town.relyingParty}/`);
		assert.match(await visit.text("#status"), /Logged in as alice by SAML/);

		await page.goto(`${town.relyingParty}/login`);
		await page.click("#logout");
		await page.waitForURL(`${town.relyingParty}/`);
		await page.click("#login");
		assert.ok(page.url().startsWith(loginPage.is), "a password is asked for again");

		const [publisher, devportal] = [page, await visit.newTab()];
		await devportal.goto(`${town.apim}devportal/`);
		await apisShown(devportal, town, "devportal");
		if (town.singleLogout) await sessionUnchanged(devportal);
		await publisher.goto(`${town.apim}publisher/`);
		await apisShown(publisher, town, "publisher");
		if (town.singleLogout) await sessionUnchanged(publisher);
		await publisher.click("text=Logout");
		await publisher.waitForURL(`${loginPage.apim}*`);
		if (town.singleLogout) await devportal.waitForURL(`${loginPage.apim}*`);
		await visit.assertClean();
	});
	// Bodies that stay as they are make a difference under a prefix, whichever that is.
	if (!options.rewriteBodies && options.form !== "dash") return;
	await t.test("every other way in and out", { concurrency: 2 }, async (t) => {
		const begun = JOURNEYS.map(([name, journey]) => t.test(name, async (t) => journey(await startVisit(t, browser, town), town)));
		await Promise.all(begun);
	});
}

/** A wrong password, the right one, consent, and back at exactly the callback that the application has named. */
async function signInToApplication(visit: Visit, town: Town, loginPage: string): Promise<void> {
	const { page } = visit;
	await page.goto(`${town.relyingParty}/`);
	await page.click("#login");
	assert.ok(page.url().startsWith(loginPage), page.url());
	await visit.logIn("alice", "wrong");
	assert.match(await visit.text("#error-msg"), /Login failed/);
	assert.ok(page.url().startsWith(loginPage), page.url());
	await visit.logIn("alice", "alice");
	await page.waitForURL(`${town.is}authenticationendpoint/oauth2_consent.do?*`);
	await page.click("text=Allow");
	await page.waitForURL(`${town.relyingParty}/`);
	assert.equal(await visit.text("#user"), "alice");
	const [callback = "", ...more] = visit.urls.filter((url) => url.startsWith(`${town.relyingParty}/callback`));
	const asked = new URL(visit.urls.find((url) => url.startsWith(`${town.is}oauth2/authorize?response_type`)) ?? "").searchParams;
	assert.match(callback.slice(town.relyingParty.length), /^\/callback\?code=[\w-]+&session_state=[0-9a-f]{64}\.[\w-]+&state=[\w-]+$/);
	assert.equal(new URL(callback).searchParams.get("state"), asked.get("state"));
	assert.deepEqual(more, []);
}

/** My Account has asked for tokens and for its user by script. */
async function myAccountShown(page: Page, town: Town, user: string): Promise<void> {
	await page.waitForSelector("#me");
	assert.match((await page.textContent("#me")) ?? "", new RegExp(`Signed in as ${user} `));
	// A page that is not rewritten names its callback without the prefix.
	const base = town.singleLogout ? town.is : `${new URL(town.is).origin}/`;
	assert.ok(page.url().startsWith(`${base}myaccount`), page.url());
}

/** A portal's check-session iframe has found `opbs` by name, and that it belongs to the portal's own login. */
async function sessionUnchanged(page: Page): Promise<void> {
	await page.waitForSelector("body[data-session]");
	assert.equal(await page.getAttribute("body", "data-session"), "unchanged");
}

/** The portal's script has read its half of the token, and the REST API has got the other half. */
async function apisShown(page: Page, town: Town, portal: string): Promise<void> {
	await page.waitForSelector("#apis");
	assert.equal(page.url(), `${town.apim}${portal}/`);
	assert.match((await page.textContent("#apis")) ?? "", /PizzaShackAPI 1\.0\.0/);
}
