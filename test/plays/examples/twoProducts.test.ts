/** Examples with Identity Server and API Manager: each file as it stands, and what its users do. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Browser } from "../../../estate/browser.ts";
import { oidcLogin, portalLogin } from "../../../estate/journeys.ts";
import { ADMIN, echo, type Served, startRig, statusOf } from "./rig.ts";

const rig = await startRig({ after }, { identityServers: 2, apiManagers: 2 });
const { relyingParty } = rig.estate;

/** @param idp what stands before Identity Server's contexts */
async function logInAt(served: Served, client: Browser, idp: string): Promise<void> {
	relyingParty.configure({ idp, trust: served.trust, address: "127.0.0.1", ports: served.ports });
	const { login, user } = await oidcLogin(client, relyingParty.origin, ADMIN);
	assert.equal(user?.subject, "admin");
	for (const { url } of login.hops) assert.ok([relyingParty.origin, new URL(idp).origin].includes(new URL(url).origin), url);
}

for (const [name, is, apim] of [
	["minimal", "is-", "apim-"],
	["prefix-slash", "is/", "apim/"],
	["prefix-none", "is-", ""],
] as const) {
	test(`${name}: both products under one host, in one browser`, async (t) => {
		const SSO = "https://sso.example.com/";
		const served = await rig.serve(t, name);
		const client = served.browser(t);
		await logInAt(served, client, SSO + is);
		assert.equal((await portalLogin(client, SSO + apim, "devportal", ADMIN)).apis.status, 200);
		assert.equal((await client.open(`${relyingParty.origin}/login`)).url, `${relyingParty.origin}/`, "still logged in at Identity Server");
		assert.match((await echo(client, SSO + apim)).node, /^apim-/);
		for (const path of [`${is}carbon/`, `${apim}carbon/`, `${apim}publisher/`]) assert.equal(await statusOf(client, SSO + path), 403, path);
	});
}

test("is-as-key-manager: three hosts; each product may use the other's restricted paths, strangers may not", async (t) => {
	const served = await rig.serve(t, "is-as-key-manager");
	const client = served.browser(t);
	await logInAt(served, client, "https://is.example.com/");
	assert.equal((await portalLogin(client, "https://am.example.com/", "devportal", ADMIN)).apis.status, 200);
	assert.match((await echo(client, "https://gw.example.com/")).node, /^apim-/);
	for (const [url, from] of [
		["https://am.example.com/internal/data/v1/notify", "127.0.0.11"],
		["https://is.example.com/oauth2/introspect", "127.0.1.11"],
		["https://is.example.com/api/identity/oauth2/dcr/v1.1/register", "127.0.1.12"],
	] as const) {
		assert.equal(await statusOf(client, url), 403, url);
		assert.notEqual(await statusOf(served.browser(t, from), url), 403, url);
	}
	assert.equal(await statusOf(served.browser(t, "127.0.0.11"), "https://is.example.com/carbon/"), 403);
});

test("kubernetes: each pod is a node", async (t) => {
	const served = await rig.serve(t, "kubernetes");
	const client = served.browser(t);
	await logInAt(served, client, "https://is.example.com/");
	assert.equal((await portalLogin(client, "https://am.example.com/", "devportal", ADMIN)).apis.status, 200);
	const nodes = await Promise.all([1, 2].map(async () => (await echo(client, "https://gw.example.com/")).node));
	assert.deepEqual(nodes.sort(), [served.node("apim-1"), served.node("apim-2")]);
	assert.equal(await statusOf(client, "https://am.example.com/carbon/"), 403);
});
