/**
 * Both products in one real browser, in every form of prefix, with nodes that take themselves for `localhost:9443` or know the public name, bodies
 * rewritten and not.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { DEPLOYMENT_HOSTS, type Deployment, type DeploymentOptions, startDeployment } from "./deployment.ts";
import { JOURNEYS } from "./journeys.ts";
import { startVisit, type Visit } from "./visit.ts";

const NODES: readonly (readonly [name: string, options: Omit<DeploymentOptions, "form">])[] = [
	["nodes as shipped, bodies rewritten", { hostnames: "shipped", rewriteBodies: true }],
	["nodes with the public name, bodies as they are", { hostnames: "public", rewriteBodies: false }],
];

/** One file for each form: all of them take minutes. */
export function testBothProducts(form: DeploymentOptions["form"]): void {
	test(`both products in one browser, ${form} form`, { skip: peer("chromium").skip }, async (t) => {
		const browser = await startChromium(t, DEPLOYMENT_HOSTS);
		for (const [name, options] of NODES) {
			await t.test(name, (t) => inOneDeployment(t, browser, { ...options, form }));
		}
	});
}

async function inOneDeployment(t: TestContext, browser: Browser, options: DeploymentOptions): Promise<void> {
	const deployment = await startDeployment(t, { ...options, consoles: true });
	const loginPage = { is: `${deployment.is}authenticationendpoint/login.do?`, apim: `${deployment.apim}authenticationendpoint/login.do?` };

	await t.test("signed in to an application and both portals, and out of each alone", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		await signInToApplication(visit, deployment, loginPage.is);
		await page.goto(`${deployment.is}myaccount/`);
		await page.click("text=Allow");
		await myAccountShown(page, deployment, "alice");

		await page.goto(`${deployment.apim}devportal/`);
		await page.waitForURL(`${loginPage.apim}*`);
		await visit.logIn("admin", "admin");
		await apisShown(page, deployment, "devportal");
		await page.goto(`${deployment.apim}publisher/`);
		await apisShown(page, deployment, "publisher");
		// What its script asks for at the root of the origin might now be either product's, and its page is known only where bodies are rewritten.
		if (deployment.singleLogout) {
			await page.goto(`${deployment.is}myaccount/`);
			await myAccountShown(page, deployment, "alice");
		}

		await page.goto(`${deployment.relyingParty}/login`);
		assert.equal(page.url(), `${deployment.relyingParty}/`, "single sign-on of Identity Server");
		await page.goto(`${deployment.relyingParty}/saml/login`);
		await page.waitForURL(`${deployment.relyingParty}/`);
		assert.match(await visit.text("#status"), /Logged in as alice by SAML/);

		await page.goto(`${deployment.relyingParty}/login`);
		await page.click("#logout");
		await page.waitForURL(`${deployment.relyingParty}/`);
		await page.click("#login");
		assert.ok(page.url().startsWith(loginPage.is), "a password is asked for again");

		const [publisher, devportal] = [page, await visit.newTab()];
		await devportal.goto(`${deployment.apim}devportal/`);
		await apisShown(devportal, deployment, "devportal");
		if (deployment.singleLogout) await sessionUnchanged(devportal);
		await publisher.goto(`${deployment.apim}publisher/`);
		await apisShown(publisher, deployment, "publisher");
		if (deployment.singleLogout) await sessionUnchanged(publisher);
		await publisher.click("text=Logout");
		await publisher.waitForURL(`${loginPage.apim}*`);
		if (deployment.singleLogout) await devportal.waitForURL(`${loginPage.apim}*`);
		await visit.assertClean();
	});
	// Bodies that stay as they are make a difference under a prefix, whichever that is.
	if (!options.rewriteBodies && options.form !== "dash") return;
	await t.test("every other way in and out", { concurrency: 2 }, async (t) => {
		const begun = JOURNEYS.map(([name, journey]) =>
			t.test(name, async (t) => journey(await startVisit(t, browser, deployment), deployment)),
		);
		await Promise.all(begun);
	});
}

/** A wrong password, the right one, consent, and back at exactly the callback that the application has named. */
async function signInToApplication(visit: Visit, deployment: Deployment, loginPage: string): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.relyingParty}/`);
	await page.click("#login");
	assert.ok(page.url().startsWith(loginPage), page.url());
	await visit.logIn("alice", "wrong");
	assert.match(await visit.text("#error-msg"), /Login failed/);
	assert.ok(page.url().startsWith(loginPage), page.url());
	await visit.logIn("alice", "alice");
	await page.waitForURL(`${deployment.is}authenticationendpoint/oauth2_consent.do?*`);
	await page.click("text=Allow");
	await page.waitForURL(`${deployment.relyingParty}/`);
	assert.equal(await visit.text("#user"), "alice");
	const [callback = "", ...more] = visit.urls.filter((url) => url.startsWith(`${deployment.relyingParty}/callback`));
	const asked = new URL(visit.urls.find((url) => url.startsWith(`${deployment.is}oauth2/authorize?response_type`)) ?? "").searchParams;
	assert.match(callback.slice(deployment.relyingParty.length), /^\/callback\?code=[\w-]+&session_state=[0-9a-f]{64}\.[\w-]+&state=[\w-]+$/);
	assert.equal(new URL(callback).searchParams.get("state"), asked.get("state"));
	assert.deepEqual(more, []);
}

/** My Account has asked for tokens and for its user by script. */
async function myAccountShown(page: Page, deployment: Deployment, user: string): Promise<void> {
	await page.waitForSelector("#me");
	assert.match((await page.textContent("#me")) ?? "", new RegExp(`Signed in as ${user} `));
	// A page that is not rewritten names its callback without the prefix.
	const base = deployment.singleLogout ? deployment.is : `${new URL(deployment.is).origin}/`;
	assert.ok(page.url().startsWith(`${base}myaccount`), page.url());
}

/** A portal's check-session iframe has found `opbs` by name, and that it belongs to the portal's own login. */
async function sessionUnchanged(page: Page): Promise<void> {
	await page.waitForSelector("body[data-session]");
	assert.equal(await page.getAttribute("body", "data-session"), "unchanged");
}

/** The portal's script has read its half of the token, and the REST API has got the other half. */
async function apisShown(page: Page, deployment: Deployment, portal: string): Promise<void> {
	await page.waitForSelector("#apis");
	assert.equal(page.url(), `${deployment.apim}${portal}/`);
	assert.match((await page.textContent("#apis")) ?? "", /PizzaShackAPI 1\.0\.0/);
}
