/** Ways through both products that begin and end at one visitor's browser, the same in every deployment. */
import assert from "node:assert/strict";
import type { Deployment } from "./deployment.ts";
import type { Visit } from "./visit.ts";

type Journey = (visit: Visit, deployment: Deployment) => Promise<void>;

export const JOURNEYS: readonly (readonly [name: string, journey: Journey])[] = [
	["the Console signs an administrator in, and again from an address inside it", console],
	["the admin portal signs an administrator in and out", adminPortal],
	["SAML: one logout ends the session of every application, whoever begins it", samlSingleLogout],
	["WS-Federation: login and logout", wsFederation],
	["a device is let in with the code that it shows", device],
	["a forgotten password is replaced, and a new account made, on the way to an application", accounts],
	["API Manager signs people in by Identity Server", federatedLogin],
	["a code comes back to a third party by POST", formPost],
	["a session is kept alive by script, and ended by a logout that asks first", ownLogout],
	["the admin consoles work with their csrf guard, and a page of 1 MiB to its last link", adminConsoles],
];

/** What stands before a context of Identity Server in its pages: without the prefix where bodies stay as they are. */
function written(deployment: Deployment): string {
	return deployment.singleLogout ? deployment.is : `${new URL(deployment.is).origin}/`;
}

async function console(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.is}console/`);
	await visit.logIn("admin", "admin");
	await page.click("text=Allow");
	await page.waitForSelector("#me");
	assert.match(await visit.text("#me"), /Signed in as admin \(admin@wso2\.com\)/);
	await page.waitForURL("**/*console/overview");
	await page.reload();
	await page.waitForSelector("#me");
	await visit.assertClean();
}

async function adminPortal(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.apim}admin/`);
	await visit.logIn("admin", "admin");
	await page.waitForSelector("#apis");
	assert.equal(page.url(), `${deployment.apim}admin/`);
	await page.click("text=Logout");
	await page.waitForSelector("#loginForm");
	await visit.assertClean();
}

async function samlSingleLogout(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	const [first, second] = [deployment.relyingParty, deployment.otherParty];
	const signIn = async (): Promise<void> => {
		await page.goto(`${first}/saml/login`);
		await visit.logIn("bob", "bob");
		await page.waitForURL(`${first}/`);
		await page.goto(`${second}/saml/login`);
		await page.waitForURL(`${second}/`);
		assert.match(await visit.text("#status"), /Logged in as bob by SAML/, "single sign-on");
	};
	const nobodyLeft = async (): Promise<void> => {
		for (const home of [first, second]) {
			await page.goto(`${home}/`);
			assert.match(await visit.text("#status"), /Nobody is logged in here/);
		}
	};

	await signIn();
	await page.goto(`${first}/`);
	await page.click("#logout");
	await page.waitForURL(`${first}/`);
	await nobodyLeft();
	await signIn();
	await page.goto(`${deployment.is}samlsso?slo=true`);
	await page.waitForURL(`${deployment.is}authenticationendpoint/samlsso_logout.do*`);
	await nobodyLeft();
	await visit.assertClean();
}

async function wsFederation(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.relyingParty}/`);
	await page.click("#wsfed-login");
	assert.ok(page.url().startsWith(`${deployment.is}authenticationendpoint/login.do?`), page.url());
	await visit.logIn("alice", "alice");
	await page.waitForURL(`${deployment.relyingParty}/`);
	assert.match(await visit.text("#status"), /Logged in as alice by WS-Federation/);
	await page.click("#logout");
	await page.waitForURL(`${deployment.relyingParty}/`);
	await page.click("#wsfed-login");
	await page.waitForSelector("#loginForm");
	await visit.assertClean();
}

/** The device itself asks by HTTP, as the visitor's page does here for it. */
async function device(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.is}authenticationendpoint/device.do`);
	const ask = (path: string, form: Record<string, string>): Promise<Record<string, string>> =>
		page.evaluate(
			async ([url, form]) => {
				const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form), credentials: "omit" });
				return (await answer.json()) as Record<string, string>;
			},
			[deployment.is + path, form] as const,
		);
	const begun = await ask("oauth2/device_authorize", { client_id: "demo-spa", scope: "profile" });
	assert.equal(begun.verification_uri, `${written(deployment)}authenticationendpoint/device.do`);

	await page.goto(begun.verification_uri_complete ?? "");
	await page.click("#deviceForm [type=submit]");
	await visit.logIn("alice", "alice");
	await page.click("text=Allow");
	await page.waitForSelector("#app");
	assert.ok(page.url().startsWith(`${deployment.is}authenticationendpoint/device_success.do?`), page.url());

	const grant = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "demo-spa", device_code: begun.device_code ?? "" };
	const { access_token: token } = await ask("oauth2/token", grant);
	assert.match(token ?? "", /^[\w-]+\.[\w-]+\.[\w-]+$/);
	await visit.assertClean();
}

async function accounts(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	const backToApplication = async (name: string, password: string): Promise<void> => {
		await page.waitForSelector("#done");
		await page.click("#back");
		await visit.logIn(name, password);
		await page.waitForURL(`${deployment.relyingParty}/`);
		assert.match(await visit.text("#status"), new RegExp(`Logged in as ${name} by SAML`));
		await page.click("#logout");
		await page.waitForURL(`${deployment.relyingParty}/`);
	};

	await page.goto(`${deployment.relyingParty}/saml/login`);
	await page.click("#registerLink");
	assert.ok(page.url().startsWith(`${written(deployment)}accountrecoveryendpoint/register.do?`), page.url());
	await page.fill("[name=username]", "carol");
	await page.fill("[name=password]", "her own");
	await page.click("[type=submit]");
	await backToApplication("carol", "her own");

	await page.goto(`${deployment.relyingParty}/saml/login`);
	await page.click("#passwordRecoverLink");
	// Each step but the first one needs the HttpSession of the node that showed it.
	for (const [field, text] of [
		["username", "dave"],
		["answer", "school"],
		["reset-password", "a new one"],
	]) {
		await page.fill(`[name=${field}]`, text ?? "");
		await page.click("[type=submit]");
	}
	await backToApplication("dave", "a new one");
	await visit.assertClean();
}

async function federatedLogin(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	await page.goto(`${deployment.apim}devportal/`);
	await page.click("#federated");
	await page.waitForURL(`${deployment.is}authenticationendpoint/login.do?*`);
	await visit.logIn("bob", "bob");
	await page.click("text=Allow");
	await page.waitForSelector("#apis");
	assert.equal(page.url(), `${deployment.apim}devportal/`);
	await page.goto(`${deployment.relyingParty}/saml/login`);
	await page.waitForURL(`${deployment.relyingParty}/`);
	assert.match(await visit.text("#status"), /Logged in as bob by SAML/, "the session at Identity Server is its own");
	await visit.assertClean();
}

async function formPost(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	const callback = `${deployment.relyingParty}/callback`;
	await page.route(callback, (route) => route.fulfill({ body: "the third party" }));
	const posted = page.waitForRequest(callback);
	const asked = { response_type: "code", client_id: "demo-rp", redirect_uri: callback, response_mode: "form_post", scope: "openid" };
	await page.goto(`${deployment.is}oauth2/authorize?${new URLSearchParams({ ...asked, state: "https://localhost:9443/carbon" })}`);
	await visit.logIn("alice", "alice");
	// Another journey of the same user may have agreed already.
	await Promise.race([posted, page.click("text=Allow").catch(() => posted)]);

	const form = new URLSearchParams((await posted).postData() ?? "");
	assert.match(form.get("code") ?? "", /^[\w-]+$/);
	assert.equal(form.get("state"), "https://localhost:9443/carbon");
}

async function ownLogout(visit: Visit, deployment: Deployment): Promise<void> {
	const { page } = visit;
	const extend = (): Promise<number> =>
		page.evaluate(async (url) => (await fetch(url, { method: "POST" })).status, `${deployment.is}identity/extend-session`);
	await page.goto(`${deployment.relyingParty}/saml/login`);
	await visit.logIn("alice", "alice");
	await page.waitForURL(`${deployment.relyingParty}/`);
	await page.goto(`${deployment.is}oidc/logout`);
	assert.equal(await extend(), 202);
	await page.click("text=Yes");
	await page.waitForURL(`${deployment.is}authenticationendpoint/oauth2_logout.do*`);
	await visit.assertClean();
	assert.equal(await extend(), 404);
}

async function adminConsoles(visit: Visit, deployment: Deployment): Promise<void> {
	// A page that was reached without its prefix says so in its requests, and with two consoles open nothing tells whose they are.
	for (const base of deployment.singleLogout ? [deployment.is, deployment.apim] : [deployment.is]) await adminConsole(visit, base);
	await visit.assertClean();
}

const USERS = 3000;

async function adminConsole({ page }: Visit, base: string): Promise<void> {
	await page.goto(`${base}carbon/admin/login.jsp`);
	await page.fill("#txtUserName", "admin");
	await page.fill("#txtPassword", "admin");
	await page.click("[type=submit]");
	await page.waitForSelector("#logged-user");
	assert.equal(page.url(), `${base}carbon/admin/index.jsp?loginStatus=true`);
	await page.click("#validate");
	await page.waitForSelector("#session:has-text('200 valid')");

	await page.click("text=Users");
	await page.waitForLoadState();
	const table = page.url();
	assert.equal(await page.locator("#users tr").count(), USERS);
	assert.ok((await page.content()).length > 1024 * 1024);
	// Relative, from the root and with the node's own address; as a click on them asks.
	const links = await page
		.locator("#users tr:last-child a")
		.evaluateAll((found) => found.map((link) => (link as unknown as { readonly href: string }).href));
	assert.equal(links.length, 3);
	for (const link of links) {
		await page.goto(link, { referer: table });
		assert.equal(await page.textContent("#edited"), `Roles of user-${USERS}`);
	}
	await page.goto(`${base}carbon/admin/index.jsp`);
	await page.click("text=Sign-out");
	await page.waitForURL("**/*carbon/admin/login.jsp*");
	await page.goto(table);
	assert.ok(new URL(page.url()).pathname.endsWith("carbon/admin/login.jsp"), page.url());
}
