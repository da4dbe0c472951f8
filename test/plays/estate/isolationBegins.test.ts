/** Cookies of two products begin to be kept apart while people are signed in: nobody notices, and what they had before goes in time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { startEstate } from "../../../estate/estate.ts";
import { oidcLogin, relyingPartyUser } from "../../../estate/journeys.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";

const ALICE = { username: "alice", password: "alice" };

test("sessions from before go on, and a logout ends them under both names", async (t) => {
	const authority = await TestAuthority.create();
	const [{ cert, key }, [port = 0]] = await Promise.all([authority.issue(), freePorts(1)]);
	const origin = `https://localhost:${port}`;
	const estate = await startEstate({
		identityServers: 1,
		apiManagers: 0,
		relyingParty: { idp: `${origin}/is-`, trust: authority.cert },
	});
	t.after(() => estate.close());
	const party = estate.relyingParty.origin;
	const start = (scope: Scope, cookies: object): Promise<Portico> => {
		const config = {
			public: origin,
			listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
			services: {
				is: {
					product: "wso2-is",
					prefix: "/is-",
					trust: "nodes.pem",
					cookies,
					nodes: estate.nodes().map(({ name, ports }) => ({ name, host: "localhost", ports: { servlet: ports.servletHttps } })),
				},
			},
			accessLog: [],
			workers: 1,
		};
		return startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
	};
	const browser = new Browser({ trust: authority.cert });
	t.after(() => browser.close());
	const names = (): string[] => browser.jar.list("localhost").flatMap(({ name }) => (/commonAuthId/.test(name) ? name : []));
	const isKnown = async (): Promise<boolean> => {
		browser.jar.delete("rp_session");
		return (await browser.open(`${party}/login`)).url === `${party}/`;
	};

	let portico = await start(t, { isolate: "off" });
	await oidcLogin(browser, party, ALICE);
	assert.deepEqual(names(), ["commonAuthId"]);
	await portico.stop();

	portico = await start(t, { isolate: "on" });
	assert.ok(await isKnown(), "by the cookie without a tag");
	assert.equal((await relyingPartyUser(browser, party))?.subject, "alice");
	await browser.open(`${party}/logout`);
	assert.deepEqual(names(), []);
	assert.ok(!(await isKnown()));
	await oidcLogin(browser, party, ALICE);
	assert.deepEqual(names(), ["is.commonAuthId"]);
	await portico.stop();

	// What somebody else left under the plain name does not count once that is over.
	await start(t, { isolate: "on", acceptUntagged: false });
	assert.ok(await isKnown());
	browser.jar.delete("is.commonAuthId");
	browser.jar.store(`${origin}/`, ["commonAuthId=theirs; Path=/; Secure"]);
	assert.ok(!(await isKnown()));
});
