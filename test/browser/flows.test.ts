/** Logins that do not go straight, in a real browser: nodes as shipped behind dash prefixes, bodies rewritten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { DEPLOYMENT_HOSTS, startDeployment } from "./deployment.ts";
import { startVisit } from "./visit.ts";

test("logins that do not go straight", { skip: peer("chromium").skip }, async (t) => {
	const [deployment, browser] = await Promise.all([
		startDeployment(t, { form: "dash", hostnames: "shipped", rewriteBodies: true }),
		startChromium(t, DEPLOYMENT_HOSTS),
	]);
	const { estate, relyingParty } = deployment;
	const loginPage = { is: `${deployment.is}authenticationendpoint/login.do?`, apim: `${deployment.apim}authenticationendpoint/login.do?` };
	const identityServers = ["is-1", "is-2"];

	await t.test("in two tabs, one of each product and two of one, each ends where it began", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const [first, portal, second] = [visit.page, await visit.newTab(), await visit.newTab()];
		await first.goto(`${relyingParty}/saml/login`);
		await portal.goto(`${deployment.apim}publisher/`);
		await portal.waitForURL(`${loginPage.apim}*`);
		await second.goto(`${relyingParty}/saml/login`);

		await visit.logIn("bob", "bob", first);
		await first.waitForURL(`${relyingParty}/`);
		await visit.logIn("admin", "admin", portal);
		await portal.waitForSelector("#apis");
		await visit.logIn("bob", "bob", second);
		await second.waitForURL(`${relyingParty}/`);

		assert.match((await second.textContent("#status")) ?? "", /Logged in as bob by SAML/);
		assert.equal(portal.url(), `${deployment.apim}publisher/`);
		await visit.assertClean();
	});

	await t.test("the node that took the password is killed before the callback, and the other one sends the code", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		await page.goto(`${relyingParty}/login`);
		await visit.logIn("alice", "alice");
		await page.waitForURL(`${deployment.is}authenticationendpoint/oauth2_consent.do?*`);
		const killed = await visit.servedBy();
		assert.ok(identityServers.includes(killed), killed);

		await estate.kill(killed);
		await page.click("text=Allow");

		await page.waitForURL(`${relyingParty}/`);
		assert.equal(await visit.text("#user"), "alice");
		await visit.assertClean();
		await estate.start(killed);
	});

	await t.test("the node that showed a portal's login page is killed: the portal begins anew and asks no password twice", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		await page.goto(`${deployment.apim}devportal/`);
		assert.equal(await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h2");
		await page.waitForURL(`${loginPage.apim}*`);
		const killed = await visit.servedBy();

		await estate.kill(killed);
		await visit.logIn("admin", "admin");
		// The PKCE verifier was in that node's memory alone: WSO2's portals cannot finish this one.
		await page.waitForSelector("text=There is no login in progress in this session");
		await page.goto(`${deployment.apim}devportal/`);

		await page.waitForSelector("#apis");
		assert.equal(page.url(), `${deployment.apim}devportal/`);
		await estate.start(killed);
	});

	await t.test("a page that waits asks at the root of the origin, and goes on by itself", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		for (const name of identityServers) await estate.switch(name, { longWait: true });
		await page.goto(`${relyingParty}/saml/login`);
		await visit.logIn("alice", "alice");
		await page.waitForURL(`${relyingParty}/`);
		for (const name of identityServers) await estate.switch(name, { longWait: false });

		assert.match(await visit.text("#status"), /Logged in as alice by SAML/);
		assert.ok(visit.paths.some((path) => /^\/(?:is-)?longwaitstatus$/.test(path)));
		await visit.assertClean();
	});

	await t.test("a portal that takes itself for localhost:9443 goes on, without single logout by its frame", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		const apiManagers = ["apim-1", "apim-2"];
		// As if customUrl were off: no request has that field.
		for (const name of apiManagers) await estate.switch(name, { customUrlHeader: "x-never-sent" });
		await page.goto(`${deployment.apim}admin/`);
		await page.waitForURL(`${loginPage.apim}*`);
		await visit.logIn("admin", "admin");
		await page.waitForSelector("#apis");
		const loads = visit.urls.length;

		await askedByPortal(page, 3);
		const frame = page.frames().find((frame) => frame.url().includes("checksession"));
		assert.match((await frame?.textContent("body")) ?? "", /Invalid OP IFrame Request/);
		const other = await visit.newTab();
		await other.goto(`${deployment.apim}oidc/logout`);
		await other.click("text=Yes");
		await other.waitForURL(`${deployment.apim}authenticationendpoint/oauth2_logout.do*`);
		await other.close();
		await askedByPortal(page, 3);

		assert.equal(await page.getAttribute("body", "data-session"), null, "nobody has told the portal anything");
		assert.equal(page.url(), `${deployment.apim}admin/`);
		assert.equal(visit.urls.slice(loads).filter((url) => url.startsWith(`${deployment.apim}admin`)).length, 0, "it was not loaded again");
		await page.reload();
		await page.waitForSelector("#apis");
		await visit.assertClean();
		for (const name of apiManagers) await estate.switch(name, { customUrlHeader: "" });
	});

	await t.test("what a third party gave comes back to it as it was, also where it looks like a node's address", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		const state = "https://localhost:9443/carbon/?x=/commonauth&y=https%3A%2F%2Flocalhost%3A9443%2Fmyaccount";
		const callback = `${relyingParty.replace("127.0.0.1", "localhost")}/callback`;
		await page.route(`${callback}?*`, (route) => route.fulfill({ body: "the third party" }));
		const asked = new URLSearchParams({ response_type: "code", client_id: "demo-rp", redirect_uri: callback, scope: "openid", state });
		const answered = page.waitForRequest((request) => request.url().startsWith(callback));

		await page.goto(`${deployment.is}oauth2/authorize?${asked}`);
		await visit.logIn("alice", "alice");

		const url = (await answered).url();
		const code = new URL(url).searchParams.get("code");
		const sessionState = new URL(url).searchParams.get("session_state");
		const expected = new URLSearchParams({ code: code ?? "", session_state: sessionState ?? "", state });
		assert.equal(url, `${callback}?${expected}`);
	});

	await t.test("a denied consent tells the application, and nobody is logged in there", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		await page.goto(`${relyingParty}/login`);
		await visit.logIn("bob", "bob");
		await page.click("text=Deny");
		await page.waitForURL(`${relyingParty}/callback?*`);

		assert.match(await visit.text("#problem"), /access_denied/);
	});

	await t.test("the admin console is refused with a page that names no node", async (t) => {
		const visit = await startVisit(t, browser, deployment);
		const { page } = visit;
		for (const path of ["is-carbon/", "apim-carbon/admin/login.jsp", "carbon/"]) {
			const answer = await page.goto(`${new URL(deployment.is).origin}/${path}`);
			assert.ok([403, 404].includes(answer?.status() ?? 0), path);
			assert.match(await visit.text("dl"), /path_refused|access|no_route|unknown|Error/);
			assert.doesNotMatch(await visit.text("body"), /localhost|127\.0\.0\.1|is-[12]|apim-[12]/);
		}
	});
});

/** Waits until the portal has asked its frame about the session so many times more. */
async function askedByPortal(page: Page, times: number): Promise<void> {
	await page.waitForSelector("#iframeOP", { state: "attached" });
	await page.evaluate(
		(times) =>
			new Promise<void>((resolve) => {
				const page = globalThis as unknown as { document: { getElementById(id: string): { contentWindow: EventTarget } } };
				let left = times;
				page.document.getElementById("iframeOP").contentWindow.addEventListener("message", () => {
					left--;
					if (left === 0) resolve();
				});
			}),
		times,
	);
}
