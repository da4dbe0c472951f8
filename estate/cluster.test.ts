import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Browser, firstForm, type Page } from "./browser.ts";
import { type RunningNode, startNode } from "./node.ts";
import type { Product } from "./nodeContext.ts";
import { memoryStore } from "./store.ts";

/** Two nodes of a product on one database. Both write `https://localhost:9443`, so every step is taken at the node that the test names. */
async function startPair(product: Product): Promise<[RunningNode, RunningNode]> {
	const store = memoryStore();
	return [await startNode({ product, name: `${product}-1`, store }), await startNode({ product, name: `${product}-2`, store })];
}

const baseOf = (node: RunningNode): string => `https://localhost:${node.ports.servletHttps}`;

/** One step at a node: no redirect followed. Cookies of localhost go to both. */
async function step(
	browser: Browser,
	node: RunningNode,
	target: string,
	form?: URLSearchParams,
): Promise<{ location: URL; status: number }> {
	const { pathname, search } = new URL(target, baseOf(node));
	const answer = await browser.send(baseOf(node) + pathname + search, form === undefined ? {} : { method: "POST", body: form.toString() });
	return { status: answer.status, location: new URL(answer.headers.location ?? "about:blank", baseOf(node)) };
}

async function loginForm(browser: Browser, node: RunningNode, location: URL): Promise<URLSearchParams> {
	const page: Page = await browser.open(baseOf(node) + location.pathname + location.search);
	const fields = firstForm(page.text)?.fields ?? new URLSearchParams();
	fields.set("username", "admin");
	fields.set("password", "admin");
	return fields;
}

describe("two Identity Servers on one database", () => {
	let one: RunningNode;
	let two: RunningNode;
	before(async () => {
		[one, two] = await startPair("is");
	});
	afterEach(() => {
		for (const node of [one, two]) node.switches.persistTemporaryData = true;
	});
	after(() => Promise.all([one.close(), two.close()]));

	const authorize = `/oauth2/authorize?${new URLSearchParams({ response_type: "code", client_id: "demo-rp", scope: "openid", redirect_uri: "http://127.0.0.1:1/callback" })}`;

	async function loginAcross(browser: Browser): Promise<URL> {
		const begun = await step(browser, one, authorize);
		const form = await loginForm(browser, two, begun.location);
		const back = await step(browser, two, "/commonauth", form);
		return (await step(browser, one, back.location.href)).location;
	}

	test("a login may change its node at every step", async () => {
		const browser = new Browser({ trust: one.trust });
		const end = await loginAcross(browser);
		browser.close();
		assert.equal(end.pathname, "/callback");
		assert.ok(end.searchParams.has("code"));
	});

	test("without persisted temporary data it may not", async () => {
		for (const node of [one, two]) node.switches.persistTemporaryData = false;
		const browser = new Browser({ trust: one.trust });
		const end = await loginAcross(browser);
		browser.close();
		assert.notEqual(end.pathname, "/callback");
	});

	test("a session made at one node is known at the other, and both sign with one key", async () => {
		const browser = new Browser({ trust: one.trust });
		await loginAcross(browser);
		const again = await step(browser, two, authorize);
		browser.close();
		assert.equal(again.location.pathname, "/callback");
		assert.equal(one.trust, two.trust);
	});

	test("a logout that asks for consent needs the node on which it began", async () => {
		const browser = new Browser({ trust: one.trust });
		const asked = await step(browser, one, "/oidc/logout");
		const form = new URLSearchParams({ sessionDataKey: asked.location.searchParams.get("sessionDataKey") ?? "", consent: "approve" });
		assert.equal((await step(browser, two, "/oidc/logout", form)).location.pathname, "/authenticationendpoint/oauth2_error.do");
		assert.equal((await step(browser, one, "/oidc/logout", form)).location.pathname, "/authenticationendpoint/oauth2_logout.do");
		browser.close();
	});
});

test("a portal login must come back to the node that keeps its verifier; afterwards any node will do", async () => {
	const [one, two] = await startPair("apim");
	const browser = new Browser({ trust: one.trust });
	try {
		const begun = await step(browser, one, "/devportal/services/auth/login");
		const asked = await step(browser, one, begun.location.href);
		const back = await step(browser, one, "/commonauth", await loginForm(browser, one, asked.location));
		const callback = await step(browser, one, back.location.href);
		assert.equal(callback.location.pathname, "/devportal/services/auth/callback/login");
		assert.equal((await step(browser, two, callback.location.href)).status, 500);
		// The other node has put its own session into the browser's cookie: the login starts anew.
		const retry = await step(browser, one, "/devportal/services/auth/login");
		const granted = await step(browser, one, retry.location.href);
		const done = await step(browser, one, granted.location.href);
		assert.equal(done.location.pathname, "/devportal/");
		const half = browser.jar.get(`${baseOf(two)}/devportal/`, "WSO2_AM_TOKEN_1_Default") ?? "";
		const list = await browser.send(`${baseOf(two)}/api/am/devportal/v3/apis`, { headers: { Authorization: `Bearer ${half}` } });
		assert.equal(list.status, 200);
	} finally {
		browser.close();
		await Promise.all([one.close(), two.close()]);
	}
});
