/**
 * Whole logins through Portico, nodes configured as shipped (`localhost`, 9443): OpenID Connect and SAML, in the dash and in the slash form,
 * and with the node that just answered killed before every single step.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { type Estate, startEstate } from "../../../estate/estate.ts";
import { logIn, oidcLogin, relyingPartyUser, samlLogin } from "../../../estate/journeys.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { everyHop } from "./hops.ts";

type Form = "dash" | "slash";
const ALICE = { username: "alice", password: "alice" };

interface Village {
	readonly estate: Estate;
	/** What stands before a context of Identity Server. */
	readonly base: string;
	browser(): Browser;
}

async function startVillage(scope: Scope, form: Form): Promise<Village> {
	const authority = await TestAuthority.create();
	const [{ cert, key }, [port = 0]] = await Promise.all([authority.issue(), freePorts(1)]);
	const origin = `https://localhost:${port}`;
	const base = form === "dash" ? `${origin}/is-` : `${origin}/is/`;
	const estate = await startEstate({
		apiManagers: 0,
		relyingParty: { idp: base, trust: authority.cert },
	});
	scope.after(() => estate.close());
	estate.relyingParty.configure({ signer: estate.trust });
	const config = {
		public: origin,
		listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: {
			is: {
				product: "wso2-is",
				prefix: form === "dash" ? "/is-" : "/is/",
				trust: "nodes.pem",
				// Nodes here come back, and are all there is, before any check could know it.
				health: { check: "off", passive: { connect: 0, timeout: 0, broken: 0, unavailable: 0 }, breaker: "off" },
				nodes: estate.nodes().map(({ name, ports }) => ({ name, host: "localhost", ports: { servlet: ports.servletHttps } })),
			},
		},
		accessLog: [],
		workers: 1,
	};
	await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
	const browser = (): Browser => {
		const made = new Browser({ trust: authority.cert });
		scope.after(() => made.close());
		return made;
	};
	return { estate, base, browser };
}

const villages = [
	["dash", await startVillage({ after }, "dash")],
	["slash", await startVillage({ after }, "slash")],
] as const;

for (const [form, { estate, base, browser: newBrowser }] of villages) {
	const party = estate.relyingParty.origin;

	test(`OpenID Connect, ${form} form: the login page is public, every step stays public, and the user is known`, async () => {
		const browser = newBrowser();
		const { login, page, user } = await oidcLogin(browser, party, ALICE);
		assert.ok(login.url.startsWith(`${base}authenticationendpoint/login.do?`), login.url);
		assert.equal(page.url, `${party}/`);
		assert.equal(user?.subject, "alice");
		// The form names ../commonauth, which a dash prefix has no place for: the page is rewritten.
		assert.equal(page.hops[0]?.url, `${base}commonauth`);
		for (const { url } of [...login.hops, ...page.hops]) assert.ok(url.startsWith(base) || url.startsWith(`${party}/`), url);
	});

	test(`SAML, ${form} form: ends at the service provider with a signed assertion`, async () => {
		const browser = newBrowser();
		const { login, page, user } = await samlLogin(browser, party, ALICE);
		assert.ok(login.url.startsWith(`${base}authenticationendpoint/login.do?`), login.url);
		assert.equal(page.url, `${party}/`);
		assert.deepEqual([user?.subject, user?.protocol], ["alice", "saml"]);
	});

	test(`single sign-on and logout, ${form} form: cookies come back, and go`, async () => {
		const browser = newBrowser();
		await oidcLogin(browser, party, ALICE);
		browser.jar.delete("rp_session");
		assert.equal((await browser.open(`${party}/login`)).url, `${party}/`);
		assert.equal((await browser.open(`${party}/logout`)).url, `${party}/`);
		assert.match((await browser.open(`${party}/login`)).text, /id="loginForm"/);
	});

	test(`a node killed while the user types, ${form} form: the other one finishes the login`, async () => {
		for (const victim of ["is-1", "is-2"]) {
			const browser = newBrowser();
			const login = await browser.open(`${party}/login`);
			await estate.kill(victim);
			const page = await logIn(browser, login, ALICE);
			assert.equal(page.url, `${party}/`);
			assert.equal((await relyingPartyUser(browser, party))?.subject, "alice");
			await estate.start(victim);
		}
	});

	test(`one node alive, another one before every step, ${form} form: the login does not notice`, async () => {
		const steps = everyHop(newBrowser(), async (step) => {
			const [living, victim] = step % 2 === 0 ? ["is-1", "is-2"] : ["is-2", "is-1"];
			await estate.start(living as string);
			await estate.kill(victim as string);
		});
		const login = await steps.open(`${party}/login`);
		const page = await steps.submit(login, ALICE);
		assert.equal(page.url, `${party}/`);
		assert.equal((await relyingPartyUser(steps.browser, party))?.subject, "alice");
		assert.ok(steps.count >= 6, String(steps.count));
		for (const name of ["is-1", "is-2"]) await estate.start(name);
	});
}
