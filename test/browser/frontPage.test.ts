/** The front page of the demo, in a real browser: its links lead somewhere, its picture follows the nodes, and it fits a phone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { runPortico } from "../harness/portico.ts";
import { startDemo } from "./demo.ts";
import { startVisit } from "./visit.ts";

test("the demo's front page", { skip: peer("chromium").skip }, async (t) => {
	const [demo, browser] = await Promise.all([startDemo(t), startChromium(t)]);
	const start = demo.offer("Start here");
	const admin = new URL(demo.offer("Status, health, metrics").split(",")[0] ?? "").origin;
	const site = { origins: [...demo.origins, admin], relyingParty: demo.relyingParty, cleanBodies: true };
	const visit = await startVisit(t, browser, site);
	const { page } = visit;
	const stateOf = (name: string, state: string) => page.locator(`.wide .box[data-node="${name}"][data-state=${state}]`).waitFor();

	await t.test("every link works, and no console complains", async () => {
		const response = await page.goto(start);
		assert.match(response?.headers()["content-security-policy"] ?? "", /^default-src 'none'; script-src 'self'; style-src 'self'/);
		const links = await page.locator("a").evaluateAll((found) => found.map((link) => (link as unknown as { href: string }).href));
		assert.equal(links.length, 8, String(links));
		for (const link of links) assert.equal((await visit.context.request.get(link)).status(), 200, link);
		for (const name of demo.pids.keys()) await stateOf(name, "up");
		await visit.assertClean();
	});

	await t.test("its commands are those that the demo prints", async () => {
		const commands = await page.locator("code").allTextContents();
		const printed = demo.child.stdout.split("\n").map((line) => line.replace(/^ {2}(?:An API through the gateway +)?/, ""));
		const missing = commands.filter((command) => command.includes(" ") && !command.startsWith("start ") && !printed.includes(command));
		assert.deepEqual(missing, []);
		assert.equal(await page.getByRole("button", { name: "Copy the command" }).count(), 7);
	});

	await t.test("the picture follows a node that is killed and started, and one that is drained", async () => {
		await demo.type("kill is-1");
		await stateOf("is-1", "down");
		assert.match((await page.getAttribute(".picture.wide", "aria-label")) ?? "", /is-1 is down, is-2 is up/);
		await page.locator("code[data-kill]", { hasText: "is-1 does not run" }).waitFor();
		await demo.type("start is-1");
		await stateOf("is-1", "up");
		const { code, stderr } = await runPortico(t, ["drain", "apim-2", "-c", demo.offer("The configuration")]);
		assert.equal(code, 0, stderr);
		await stateOf("apim-2", "draining");
		await visit.assertClean();
	});

	await t.test("it fits a phone, in the dark and without script", async (t) => {
		const context = await browser.newContext({
			...{ ignoreHTTPSErrors: true, javaScriptEnabled: false, colorScheme: "dark", viewport: { width: 360, height: 740 } },
		});
		t.after(() => context.close());
		const phone = await context.newPage();
		await phone.goto(start);
		await phone.locator('.narrow .box[data-node="apim-2"][data-state=draining]').waitFor();
		assert.equal(await phone.locator(".picture.wide").isVisible(), false);
		const box = await phone.locator("main").boundingBox();
		assert.ok(box !== null && box.width <= 360, JSON.stringify(box));
		for (const card of await phone.locator(".card").all()) {
			const { x = 0, width = 0 } = (await card.boundingBox()) ?? {};
			assert.ok(x >= 0 && x + width <= 360, `${x} ${width}`);
		}
	});
});
