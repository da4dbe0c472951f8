/** Every page of the demo estate, with nodes left as shipped and bodies rewritten: nothing that a browser is given names a place behind Portico. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { logIn, portalApis, portalLogin, samlLogin } from "../../../estate/journeys.ts";
import { within } from "../../harness/deadline.ts";
import { status } from "../admin/rig.ts";
import { type Deployment, startDeployment } from "./deployment.ts";

const ALICE = { username: "alice", password: "alice" };
const ADMIN = { username: "admin", password: "admin" };

const deployments = [
	["dash form", await startDeployment({ after }, "dash", true, { admin: { address: "127.0.0.1:0" } })],
	["slash form", await startDeployment({ after }, "slash", true, { admin: { address: "127.0.0.1:0" } })],
] as const;

/** A browser that keeps all that Portico has answered. */
class Witness extends Browser {
	readonly seen: { readonly url: string; readonly text: string }[] = [];
	readonly #origin: string;

	constructor(origin: string, trust: string) {
		super({ trust });
		this.#origin = origin;
	}

	override async send(...request: Parameters<Browser["send"]>): ReturnType<Browser["send"]> {
		const answer = await super.send(...request);
		const [url] = request;
		if (url.startsWith(`${this.#origin}/`)) this.seen.push({ url, text: `${JSON.stringify(answer.headers)}\n${answer.body.toString()}` });
		return answer;
	}
}

/** Pages that a browser without a login may ask for, by what is in front of them. */
const PAGES = {
	is: [
		...["myaccount", "myaccount/", "console", "console/", "authenticationendpoint/retry.do", "authenticationendpoint/css/app.css"],
		...["accountrecoveryendpoint/recoveraccountrouter.do", "oidc/checksession", "oauth2/jwks", "samlsso", "commonauth", "longwaitstatus"],
		...["oauth2/authorize?client_id=nobody", "oauth2/token", "oidc/logout", "logincontext?sessionDataKey=x", "scim2/Me", "nothing"],
	],
	apim: ["devportal", "publisher", "admin", "devportal/", "publisher/", "admin/"].flatMap((portal) =>
		portal.endsWith("/") ? ["", "services/settings/settings.js", "site/public/app.js", "apis"].map((path) => portal + path) : [portal],
	),
} as const;

async function walk(deployment: Deployment, browser: Browser): Promise<void> {
	const party = deployment.estate.relyingParty.origin;
	for (const product of ["is", "apim"] as const) for (const path of PAGES[product]) await browser.open(deployment[product] + path);
	const login = await browser.open(`${party}/login`);
	const again = await logIn(browser, login, { username: "alice", password: "wrong" });
	await logIn(browser, again, ALICE);
	await browser.open(`${party}/logout`);
	await samlLogin(browser, party, ALICE);
	for (const portal of ["publisher", "devportal", "admin"] as const) {
		await portalLogin(browser, deployment.apim, portal, ADMIN);
		await portalApis(browser, deployment.apim, portal);
		await browser.open(`${deployment.apim}${portal}/services/logout`);
	}
}

/** URLs of this machine that are neither Portico's nor the relying party's, however they are written; but for callbacks, which have to stay as they are registered. */
function leaksIn(answer: string, known: readonly string[]): string[] {
	const text = answer.replace(/(?<=[?&](?:post_logout_)?redirect_uri=)[^&"]*/g, "");
	const urls = text.matchAll(/(?:https?|wss?)(?::|%3A)(?:\\?\/|%2F){2}(?:localhost|127\.0\.0\.1)(?:(?::|%3A)(\d+))?[^"'<>\s]{0,60}/gi);
	return [...urls].flatMap(([url, port = ""]) => (known.includes(port) ? [] : [url]));
}

for (const [name, deployment] of deployments) {
	test(`${name}: what browsers get on their way through the whole estate has no address of a node`, async (t: TestContext) => {
		const browser = new Witness(deployment.origin, deployment.trust);
		t.after(() => browser.close());
		await walk(deployment, browser);
		const known = [deployment.origin, deployment.estate.relyingParty.origin].map((origin) => new URL(origin).port);
		assert.ok(browser.seen.length > 60, String(browser.seen.length));
		assert.deepEqual(
			browser.seen.flatMap(({ url, text }) => leaksIn(text, known).map((leak) => `${url}: ${leak}`)),
			[],
		);
		// The issuer of a discovery document stays as it is signed; the relying party has asked for one.
		const { leaks } = await status(deployment.portico);
		assert.deepEqual(
			leaks.filter(({ route }) => route !== "is:/oauth2/token/.well-known"),
			[],
		);
	});

	test(`${name}: what Portico may not change is counted, in a body that it compresses itself`, async (t) => {
		const browser = deployment.browser(t);
		const { headers } = await browser.send(`${deployment.is}oauth2/token/.well-known/openid-configuration`, {
			headers: { "Accept-Encoding": "gzip" },
		});
		assert.equal(headers["content-encoding"], "gzip");
		const told = async (): Promise<unknown> => {
			for (;;) {
				const { leaks } = await status(deployment.portico);
				if (leaks.length > 0) return leaks.map(({ where, route }) => [where, route]);
			}
		};
		assert.deepEqual(await within(told(), "the issuer is told", 20_000), [["body", "is:/oauth2/token/.well-known"]]);
	});
}
