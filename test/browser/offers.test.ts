/** What the demo offers when it starts, opened one after the other in a real browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { startDemo } from "./demo.ts";
import { startVisit } from "./visit.ts";

/** By the words before each link, what its page shows to who is signed in. */
const SHOWN = new Map([
	["Developer portal", "#apis"],
	["Publisher", "#apis"],
	["My Account", "#me"],
	["Management console", "h1:text('Management Console')"],
]);

test("whoever follows the demo's links and signs in sees what they promise", { skip: peer("chromium").skip }, async (t) => {
	const [demo, browser] = await Promise.all([startDemo(t), startChromium(t)]);
	// The front page has a test of its own.
	const links = [...demo.offers].filter(([name, what]) => what.startsWith(`${demo.origin}/`) && name !== "Start here");
	assert.deepEqual(new Set(links.map(([name]) => name)), new Set(SHOWN.keys()));
	for (const [name, url] of links) {
		await t.test(name, async (t) => {
			const visit = await startVisit(t, browser, demo);
			const { page } = visit;
			await page.goto(url);
			const shown = page.locator(SHOWN.get(name) ?? "");
			const password = page.locator("input[type=password]");
			await shown.or(password).first().waitFor();
			if (await password.isVisible()) await visit.logIn("admin", "admin");
			await shown.waitFor();
			assert.ok(page.url().startsWith(`${demo.origin}/`), page.url());
			await visit.assertClean();
		});
	}
});
