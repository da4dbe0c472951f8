/** The portals and APIs of the API Managers behind Portico, in a real browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startChromium } from "../harness/chromium.ts";
import { peer } from "../harness/peers.ts";
import { startDemo } from "./demo.ts";
import { startVisit } from "./visit.ts";

test("portals and APIs", { skip: peer("chromium").skip }, async (t) => {
	const [demo, browser] = await Promise.all([startDemo(t), startChromium(t)]);
	const loginPage = `${demo.origin}/apim-authenticationendpoint/login.do?`;

	for (const [portal, offer] of [
		["devportal", "Developer portal"],
		["publisher", "Publisher"],
	] as const) {
		await t.test(`${portal}: login, a call of its REST API with both halves of the token, logout`, async (t) => {
			const visit = await startVisit(t, browser, demo);
			const { page } = visit;
			await page.goto(demo.offer(offer));
			await page.waitForURL(`${loginPage}*`);

			// The portal's script knows no prefix.
			const called = page.waitForRequest((request) => request.url().endsWith(`api/am/${portal}/v3/apis`));
			await visit.logIn("admin", "admin");
			await page.waitForSelector("#apis");

			assert.equal(page.url(), `${demo.origin}/apim-${portal}/`);
			assert.match(await visit.text("#apis"), /PizzaShackAPI 1\.0\.0/);
			const headers = await (await called).allHeaders();
			const cookies = await visit.cookies();
			assert.match(headers.authorization ?? "", /^Bearer \S+/);
			assert.match(headers.cookie ?? "", /AM_ACC_TOKEN_DEFAULT_P2=/);
			assert.doesNotMatch(headers.cookie ?? "", /WSO2_AM_TOKEN_1_Default/, "the other half stays at the portal");
			assert.deepEqual(cookies.get(`apim.AM_ACC_TOKEN_DEFAULT_P2 /apim-api/am/${portal}/`), {
				path: `/apim-api/am/${portal}/`,
				secure: true,
				httpOnly: true,
				sameSite: "Strict",
			});
			assert.ok(cookies.has(`WSO2_AM_TOKEN_1_Default /apim-${portal}/`));
			assert.ok(cookies.has(`apim.JSESSIONID /apim-${portal}`));
			assert.ok(cookies.has(`apim.AM_ACC_TOKEN_DEFAULT_P2 /api/am/${portal}/`), "also for calls without the prefix");
			const known = /^\/(?:apim-.+|(?:api\/am\/)?(?:devportal|publisher|service-catalog|governance)(?:\/.*)?)?$/;
			assert.deepEqual(
				[...cookies.values()].filter(({ path }) => !known.test(path)),
				[],
			);

			await page.click("text=Logout");
			await page.waitForURL(`${loginPage}*`);
			assert.deepEqual(
				[...(await visit.cookies()).keys()].filter((name) => /TOKEN/.test(name)),
				[],
			);
			await visit.assertClean();
		});
	}

	await t.test("without the cookie's half of the token the REST API answers 401", async (t) => {
		const visit = await startVisit(t, browser, demo);
		await visit.page.goto(demo.offer("Developer portal"));
		await visit.logIn("admin", "admin");
		await visit.page.waitForSelector("#apis");
		const [half] = (await visit.context.cookies()).filter(({ name }) => name === "WSO2_AM_TOKEN_1_Default");
		const url = `${demo.origin}/apim-api/am/devportal/v3/apis`;

		const statuses = await visit.page.evaluate(
			async ([url, half]) => {
				const headers = { Authorization: `Bearer ${half}` };
				const answers = await Promise.all(
					(["same-origin", "omit"] as const).map((credentials) => fetch(url, { headers, credentials, cache: "no-store" })),
				);
				return answers.map(({ status }) => status);
			},
			[url, half?.value] as const,
		);

		assert.deepEqual(statuses, [200, 401]);
	});

	await t.test("one browser is logged in at both products, and out of one alone", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const { page } = visit;
		await page.goto(`${demo.relyingParty}/login`);
		await visit.logIn("admin", "admin");
		await page.waitForURL(`${demo.relyingParty}/`);
		await page.goto(demo.offer("Developer portal"));
		await visit.logIn("admin", "admin");
		await page.waitForSelector("#apis");

		await page.goto(`${demo.relyingParty}/login`);
		assert.equal(page.url(), `${demo.relyingParty}/`);
		await page.goto(demo.offer("Developer portal"));
		await page.waitForSelector("#apis");

		await page.goto(`${demo.relyingParty}/logout`);
		assert.equal(page.url(), `${demo.relyingParty}/`);
		await page.goto(`${demo.relyingParty}/login`);
		await page.waitForSelector("#loginForm");
		await page.goto(demo.offer("Publisher"));
		await page.waitForSelector("#apis");
		await visit.assertClean();
	});

	await t.test("the plain port leads to the same page over https", async (t) => {
		const visit = await startVisit(t, browser, demo);
		const answered = visit.page.waitForResponse(`${demo.plainOrigin}/apim-devportal/?a=b`);

		await visit.page.goto(`${demo.plainOrigin}/apim-devportal/?a=b`);

		const redirect = await answered;
		assert.equal(redirect.status(), 301);
		assert.equal(redirect.headers().location, `${demo.origin}/apim-devportal/?a=b`);
		await visit.page.waitForURL(`${loginPage}*`);
		await visit.assertClean();
	});

	await t.test("a page's script talks to a WebSocket API", async (t) => {
		const visit = await startVisit(t, browser, demo);
		await visit.page.goto(`${demo.origin}/is-authenticationendpoint/retry.do`);

		const heard = await visit.page.evaluate(
			(url) =>
				new Promise<{ texts: string[]; bytes: number; code: number; reason: string }>((resolve, reject) => {
					const socket = new WebSocket(url);
					const texts: string[] = [];
					let bytes = 0;
					socket.binaryType = "arraybuffer";
					socket.onopen = () => {
						socket.send("hello");
						socket.send(new Uint8Array(200_000));
					};
					socket.onmessage = ({ data }) => {
						if (typeof data === "string") texts.push(data);
						else {
							bytes += (data as ArrayBuffer).byteLength;
							socket.send("close");
						}
					};
					socket.onclose = ({ code, reason }) => resolve({ texts, bytes, code, reason });
					socket.onerror = () => reject(new Error("the WebSocket failed"));
				}),
			`${demo.origin.replace("https:", "wss:")}/apim-echo/1.0.0`,
		);

		assert.deepEqual(heard, { texts: ["hello"], bytes: 200_000, code: 1000, reason: "as asked" });
		await visit.assertClean();
	});

	await t.test("a page's script hears an endless event stream as it comes", async (t) => {
		const visit = await startVisit(t, browser, demo);
		await visit.page.goto(`${demo.origin}/is-authenticationendpoint/retry.do`);

		const ids = await visit.page.evaluate(
			(url) =>
				new Promise<string[]>((resolve, reject) => {
					const source = new EventSource(url);
					const ids: string[] = [];
					source.onmessage = ({ lastEventId }) => {
						ids.push(lastEventId);
						if (ids.length < 3) return;
						source.close();
						resolve(ids);
					};
					source.onerror = () => reject(new Error("the event stream failed"));
				}),
			`${demo.origin}/apim-stream/1.0.0/events?every=50`,
		);

		assert.deepEqual(ids, ["1", "2", "3"]);
		await visit.assertClean();
	});
});
