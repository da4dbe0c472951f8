/** Nodes end while people use them, in a real browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { within } from "../harness/deadline.ts";
import { peer } from "../harness/peers.ts";
import { eventually } from "../harness/stage.ts";
import { startDemo } from "./demo.ts";
import { startVisit } from "./visit.ts";

test("nodes that end", { skip: peer("chromium").skip }, async (t) => {
	const [demo, browser] = await Promise.all([startDemo(t), startChromium(t)]);
	const home = `${demo.relyingParty}/`;

	await t.test("a login goes on when the node that showed its page is killed", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(`${home}login`);
		const killed = await visit.servedBy();
		const pid = demo.pids.get(killed) ?? assert.fail(`the demo tells no pid of ${killed}`);

		process.kill(pid, "SIGKILL");
		await eventually(
			() => !runs(pid),
			() => `the end of ${killed}`,
		);
		await visit.logIn("alice", "wrong");

		assert.match(await visit.text("#error-msg"), /Login failed/);
		assert.notEqual(await visit.servedBy(), killed);
		await visit.logIn("alice", "alice");
		await page.waitForURL(home);
		assert.equal(await visit.text("#user"), "alice");
		await visit.assertClean();
		await demo.type(`start ${killed}`);
	});

	await t.test("without any node there is a page that says so, and the other product is served", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await demo.type("kill is-1");
		await demo.type("kill is-2");

		const answer = await page.goto(`${home}login`);

		assert.ok(page.url().startsWith(`${demo.origin}/is-oauth2/authorize?`), page.url());
		assert.match(answer?.headers()["content-type"] ?? "", /^text\/html/);
		assert.ok([502, 503].includes(answer?.status() ?? 0));
		assert.ok((await visit.text("h1")).startsWith(String(answer?.status())));
		assert.match(await visit.text("dl"), /Error\s*(connection_refused|no_eligible_member)\s*Request\s*[\w-]{4,}/);
		assert.doesNotMatch(await visit.text("body"), /localhost|127\.0\.0\.1|is-[12]|:\d{2,}/);
		await page.goto(demo.offer("Developer portal"));
		await page.waitForSelector("#loginForm");
	});

	await t.test("a node that is started again serves the page that failed", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(`${home}login`);
		assert.equal(await page.locator("#loginForm").count(), 0);

		await demo.type("start is-2");
		// A check has to see it first.
		const reloadUntilServed = async () => {
			do await page.reload();
			while ((await page.locator("#loginForm").count()) === 0);
		};
		await within(reloadUntilServed(), "the login page");

		assert.equal(await visit.servedBy(), "is-2");
		await visit.logIn("alice", "alice");
		await page.waitForURL(home);
		assert.equal(await visit.text("#user"), "alice");
	});
});

function runs(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
