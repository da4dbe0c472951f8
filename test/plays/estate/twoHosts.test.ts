/**
 * One Identity Server under two public hosts, its nodes configured as shipped (`localhost`, 9443). A login keeps cookies for the host that it began at:
 * whoever is sent to the other one begins anew, for ever.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { startEstate } from "../../../estate/estate.ts";
import { oidcLogin, relyingPartyUser, samlLogin } from "../../../estate/journeys.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";

const scope = { after };
const authority = await TestAuthority.create();
const [{ cert, key }, [port = 0]] = await Promise.all([authority.issue(), freePorts(1)]);
const [first, second] = [`localhost:${port}`, `127.0.0.1:${port}`];
const base = `https://${second}/is-`;
const estate = await startEstate({ apiManagers: 0, relyingParty: { idp: base, trust: authority.cert } });
scope.after(() => estate.close());
estate.relyingParty.configure({ signer: estate.trust });
const config = {
	public: `https://${first}`,
	hosts: [second],
	listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
	services: {
		is: {
			product: "wso2-is",
			prefix: "/is-",
			trust: "nodes.pem",
			health: { check: "off" },
			nodes: estate.nodes().map(({ name, ports }) => ({ name, host: "localhost", ports: { servlet: ports.servletHttps } })),
		},
	},
	accessLog: [],
	workers: 1,
};
await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
const party = estate.relyingParty.origin;

for (const [protocol, login] of [
	["OpenID Connect", oidcLogin],
	["SAML", samlLogin],
] as const) {
	test(`${protocol} at the second host stays there, page after page`, async (t) => {
		const browser = new Browser({ trust: authority.cert });
		t.after(() => browser.close());
		const { login: begun, page } = await login(browser, party, { username: "alice", password: "alice" });
		assert.equal(page.url, `${party}/`);
		assert.equal((await relyingPartyUser(browser, party))?.subject, "alice");
		for (const { url } of [...begun.hops, ...page.hops]) assert.ok(url.startsWith(base) || url.startsWith(`${party}/`), url);
	});
}
