import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { startTown, TOWN_HOSTS } from "./town.ts";
import { startVisit } from "./visit.ts";
test("x", async (t) => {
	let a = performance.now();
	const lap = (w: string) => { console.log(w, Math.round(performance.now() - a)); a = performance.now(); };
	const browser = await startChromium(t, TOWN_HOSTS); lap("chromium");
	const town = await startTown(t, { form: "dash", hostnames: "shipped", rewriteBodies: true }); lap("town");
	const visit = await startVisit(t, browser, town); lap("visit");
	const { page } = visit;
	page.on("console", (m) => console.log("CONSOLE", m.text()));
	await page.goto(`${town.relyingParty}/login`); lap("login");
	await visit.logIn("alice", "alice"); lap("posted");
	await page.click("text=Allow"); lap("allow");
	await page.waitForURL(`${town.relyingParty}/`); lap("home");
	await page.goto(`${town.relyingParty}/session`); lap("session");
	await new Promise((r) => setTimeout(r, 1500));
	console.log(await page.content());
	for (const f of page.frames()) { console.log(f.url(), await f.evaluate(() => [document.cookie, isSecureContext, location.href])); console.log((await f.content()).slice(0, 1500)); }
	console.log(await visit.cookies());
});
