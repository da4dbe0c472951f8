import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "../plan/plan.ts";
import type { CookiePlan } from "../plan/service.ts";
import { formatProblems, loadText } from "./load.ts";

const HEAD = "public: https://sso.example.com\nlisteners: [ { address: 127.0.0.1:8080 } ]\nservices:\n";
const TRUST = "tls: { verify: 'off' }";

async function planOf(services: string): Promise<Plan> {
	const loaded = await loadText("/nowhere/portico.yaml", HEAD + services, {}, Date.UTC(2026, 5, 1));
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.plan;
}

const is = (more = ""): string =>
	`  is: { product: wso2-is, prefix: /is-, ${TRUST}, nodes: [ { name: is-1, host: is-1.internal } ], ${more} }\n`;
const apim = (more = ""): string =>
	`  apim: { product: wso2-apim, prefix: /apim/, ${TRUST}, nodes: [ { name: apim-1, host: apim-1.internal } ], ${more} }\n`;
const shop = (more = ""): string =>
	`  shop: { product: http, routes: [ { path: /shop } ], nodes: [ { name: s-1, url: "http://s-1.internal" } ], ${more} }\n`;

async function cookiesOf(services: string): Promise<Readonly<Record<string, CookiePlan>>> {
	return Object.fromEntries((await planOf(services)).services.map(({ name, cookies }) => [name, cookies]));
}

const tagsOf = async (services: string): Promise<Readonly<Record<string, string>>> =>
	Object.fromEntries(Object.entries(await cookiesOf(services)).map(([name, { tag }]) => [name, tag]));

test("WSO2 products have tags where they share a host, whatever its port; a service alone has none", async () => {
	assert.deepEqual(await tagsOf(is() + apim()), { is: "is.", apim: "apim." });
	assert.deepEqual(await tagsOf(is() + shop()), { is: "is.", shop: "" });
	assert.deepEqual(await tagsOf(is()), { is: "" });
	assert.deepEqual(await tagsOf(is() + apim("host: api.example.com")), { is: "", apim: "" });
	assert.deepEqual(await tagsOf(is() + apim("host: 'sso.example.com:8443'")), { is: "is.", apim: "apim." });
	assert.deepEqual(await tagsOf(is() + apim("hosts: [ api.example.com, sso.example.com ]")), { is: "is.", apim: "apim." });
});

test("isolate: on and off", async () => {
	assert.deepEqual(await tagsOf(is("cookies: { isolate: off }") + apim()), { is: "", apim: "apim." });
	assert.deepEqual(await tagsOf(is("cookies: { isolate: on }")), { is: "is." });
	assert.deepEqual(await tagsOf(is() + shop("cookies: { isolate: on }")), { is: "is.", shop: "shop." });
});

test("scripts' names: those of the product, and those of the file", async () => {
	const { is: identity, apim: api } = await cookiesOf(is("cookies: { keep: [ consent, 'theme-*', opbs ] }") + apim());
	assert.deepEqual(identity?.kept, ["ui_lang", "MSG*", "requestedURI", "current-breadcrumb", "consent", "theme-*", "opbs"]);
	assert.deepEqual(identity?.copied, [], "the file has the last word");
	for (const name of ["WSO2_AM_TOKEN_1_Default", "WSO2_AM_REFRESH_TOKEN_1_Default", "CLIENT_ID", "IS_LOGIN_DEFAULT"]) {
		assert.ok(api?.kept.includes(name), name);
		assert.ok(identity?.foreignKept.includes(name), name);
	}
	assert.ok(api?.foreignKept.includes("consent"));
	assert.ok(!api?.foreignKept.includes("MSG*"), "both keep it");
	assert.deepEqual(api?.copied, [{ name: "opbs", paths: ["/apim/oidc", "/apim/t", "/apim/o"] }]);
	assert.deepEqual((await cookiesOf(is() + apim())).is?.copied, [{ name: "opbs", paths: ["/is-oidc", "/is-t", "/is-o"] }]);
});

test("what a service must not see: tags and names of its neighbours", async () => {
	const { shop: cookies } = await cookiesOf(is() + apim() + shop());
	assert.deepEqual(cookies?.foreignTags, ["is.", "apim."]);
	assert.ok(cookies?.foreignKept.includes("CLIENT_ID"));
	assert.deepEqual((await cookiesOf(is("cookies: { isolate: off }") + shop())).shop?.foreignKept, []);
});

test("how large a Cookie header may be: the product's limit, or the file's", async () => {
	const plans = await cookiesOf(is() + apim("cookies: { maxHeader: 64KiB }") + shop());
	const updated = (await cookiesOf(is() + apim())).apim;
	const limits = [plans.is, updated, plans.apim, plans.shop].map((each) => [each?.maxHeader, each?.mostHeader]);
	assert.deepEqual(limits, [
		[8192, 8192],
		[8192, 32_768],
		[65_536, 65_536],
		[0, 0],
	]);
	assert.deepEqual(plans.is?.piling, ["sessionNonceCookie-"]);
});

test("bare contexts: on for contexts of the servlet port behind a prefix, unless switched off", async () => {
	const bareRoutes = async (services: string): Promise<string[]> =>
		(await planOf(services)).routes.filter(({ bare }) => bare).map(({ id }) => id);
	const routes = await bareRoutes(is() + apim() + shop());
	for (const id of ["is:/commonauth", "is:/t/{tenant}/oauth2/token", "is:/carbon", "apim:/commonauth", "apim:/api/am/publisher"]) {
		assert.ok(routes.includes(id), id);
	}
	for (const id of ["apim:/{context}", "apim:/t/{tenant}", "apim:/health-check", "shop:/shop"]) assert.ok(!routes.includes(id), id);
	assert.deepEqual(await bareRoutes(is("bareContexts: off")), []);
	const root = is().replace("prefix: /is-", "prefix: /");
	assert.deepEqual(await bareRoutes(root), []);
	assert.deepEqual((await cookiesOf(apim("bareContexts: off"))).apim?.bare, []);
	assert.ok((await cookiesOf(apim())).apim?.bare.includes("AM_ACC_TOKEN_DEFAULT_P2"));
});

test("a cookie that picks members by a hash is looked for under the name that clients know", async () => {
	const balance = "balance: { policy: consistentHash, hash: { on: cookie, name: JSESSIONID } }";
	const keyOf = async (services: string): Promise<unknown> => (await planOf(services)).pools[0]?.key;
	assert.deepEqual(await keyOf(is(balance)), { from: "cookie", name: "JSESSIONID" });
	assert.deepEqual(await keyOf(is(balance) + apim()), { from: "cookie", name: "is.JSESSIONID", older: "JSESSIONID" });
});
