/** What WSO2 needs affinity for: logins to API Manager's portals, whose state stays in the session of one node. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { startEstate } from "../../../estate/estate.ts";
import { portalApis, portalLogin } from "../../../estate/journeys.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";

const ADMIN = { username: "admin", password: "admin" };
const [port = 0] = await freePorts(1);
const origin = `https://localhost:${port}`;
const base = `${origin}/apim-`;
const estate = await startEstate({
	identityServers: 0,
	apiManagers: 2,
	relyingParty: { idp: `${origin}/is-`, trust: "" },
});
after(() => estate.close());
const authority = await TestAuthority.create();
const { cert, key } = await authority.issue();

async function startFront(scope: Scope, affinity: object, workers = 2): Promise<Portico> {
	const config = {
		public: origin,
		listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
		services: {
			apim: {
				product: "wso2-apim",
				prefix: "/apim-",
				trust: "nodes.pem",
				access: { restricted: { allow: ["127.0.0.0/8"] } },
				nodes: estate.nodes().map(({ name, ports }) => ({
					name,
					host: "localhost",
					ports: { servlet: ports.servletHttps, gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls },
				})),
				affinity,
			},
		},
		accessLog: [],
		workers,
	};
	return startPortico(scope, config, { files: { "cert.pem": cert, "key.pem": key, "nodes.pem": estate.trust } });
}

function newBrowser(scope: Scope): Browser {
	const browser = new Browser({ trust: authority.cert });
	scope.after(() => browser.close());
	return browser;
}

/** Logs new users in to both portals, one after the other. */
async function logInToBoth(scope: Scope, times: number): Promise<void> {
	for (let i = 0; i < times; i++) {
		for (const portal of ["devportal", "publisher"] as const) {
			const browser = newBrowser(scope);
			const { page, apis } = await portalLogin(browser, base, portal, ADMIN);
			assert.equal(page.url, `${base}${portal}/`);
			assert.equal(apis.status, 200);
			assert.ok(apis.names.includes("PizzaShackAPI"));
		}
	}
}

const affinityOf = (browser: Browser): string | undefined => browser.jar.get(base, "portico-apim");

test("browsers with affinity", async (t) => {
	await startFront(t, {});

	await t.test("log in to the developer portal and the publisher time after time", async (t) => {
		await logInToBoth(t, 10);
	});

	await t.test("get a cookie that cross-site logins bring back, for https and this host alone", async (t) => {
		const { hops } = await newBrowser(t).open(`${base}devportal/`);
		const cookies = hops.flatMap((hop) => hop.cookies).filter((cookie) => cookie.startsWith("portico-"));
		assert.match(cookies.join("\n"), /^portico-apim=[\w-]{60}; Path=\/; Secure; HttpOnly; SameSite=None$/);
	});

	await t.test("call APIs without affinity, and the APIs do not see the cookie of the portals", async (t) => {
		const browser = newBrowser(t);
		await browser.open(`${base}devportal/`);
		assert.ok(affinityOf(browser) !== undefined);
		const { status, headers, body } = await browser.send(`${base}echo/1.0.0/hello`);
		assert.equal(status, 200);
		assert.equal(headers["set-cookie"], undefined);
		assert.match(body.toString(), /x-forwarded-host/i);
		assert.doesNotMatch(body.toString(), /portico-/);
	});
});

test("users of a node that is killed go on at the other one, those of the other notice nothing", async (t) => {
	// One worker, so that the two take turns.
	const portico = await startFront(t, {}, 1);
	const browsers = [newBrowser(t), newBrowser(t)];
	for (const browser of browsers) await portalLogin(browser, base, "devportal", ADMIN);
	const before = browsers.map(affinityOf);
	assert.equal(new Set(before).size, 2);
	await estate.kill("apim-1");
	for (const browser of browsers) {
		assert.equal((await portalApis(browser, base, "devportal")).status, 200);
		// Single sign-on: the login session is in the database, so nobody is asked again.
		assert.equal((await browser.open(`${base}devportal/services/auth/login`)).url, `${base}devportal/`);
	}
	const after = browsers.map(affinityOf);
	assert.equal(after.filter((value, index) => value === before[index]).length, 1);
	await estate.start("apim-1");
	await portico.stop();
});

test("without affinity logins fail", async (t) => {
	const portico = await startFront(t, { mode: "off" });
	await assert.rejects(logInToBoth(t, 10));
	await portico.stop();
});
