import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page, Response } from "playwright-core";
import type { Scope } from "../harness/deadline.ts";
import { type Site, strangerIn } from "./site.ts";

/** Milliseconds for anything that a page should do. */
const PAGE_TIMEOUT = 10_000;
const TEXT = /^(?:text\/|application\/(?:[\w.+-]*json|[\w.+-]*xml|(?:x-)?javascript))/;

/** What a cookie is to a browser, beside its value. */
export interface CookieFacts {
	readonly path: string;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	readonly sameSite: string;
}

/** One visitor with cookies of its own, and all that happened in its tabs. Lifetime: its scope. */
export class Visit {
	readonly context: BrowserContext;
	/** The first tab. */
	readonly page: Page;
	readonly #site: Site;
	/** Of every request, WebSockets too. */
	readonly urls: string[] = [];
	/** What consoles show as errors and warnings: mixed content, blocked frames, failed loads, exceptions. */
	readonly #complaints: string[] = [];
	/** Addresses that no browser should be told. */
	readonly #strangers: string[] = [];
	readonly #reading: Promise<void>[] = [];

	constructor(context: BrowserContext, page: Page, site: Site) {
		this.context = context;
		this.page = page;
		this.#site = site;
		context.on("request", (request) => this.urls.push(request.url()));
		context.on("response", (response) => this.#reading.push(this.#inspect(response)));
		this.#watch(page);
		context.on("page", (tab) => this.#watch(tab));
	}

	get paths(): string[] {
		return this.urls.map((url) => new URL(url).pathname);
	}

	/** Another tab of the same browser. */
	newTab(): Promise<Page> {
		return this.context.newPage();
	}

	/** Fills in the login page that is shown, or will be. */
	async logIn(name: string, password: string, page: Page = this.page): Promise<void> {
		await page.fill("#usernameUserInput", name);
		await page.fill("#password", password);
		await page.click("#loginForm [type=submit]");
	}

	/** The node that made the page of the login application which is shown. */
	async servedBy(page: Page = this.page): Promise<string> {
		return ((await page.textContent(".node")) ?? "").replace("Served by ", "");
	}

	/** Waits until there is such an element. */
	async text(selector: string): Promise<string> {
		return (await this.page.textContent(selector)) ?? "";
	}

	/** The cookies for the public hosts: `name path` to its attributes, in the order of that. */
	async cookies(): Promise<Map<string, CookieFacts>> {
		const cookies = await this.context.cookies();
		const relyingParty = new URL(this.#site.relyingParty).hostname;
		const own = cookies.filter(({ domain }) => domain !== relyingParty);
		const facts = own.map(({ name, path, secure, httpOnly, sameSite }): [string, CookieFacts] => [
			`${name} ${path}`,
			{ path, secure, httpOnly, sameSite: sameSite ?? "" },
		]);
		return new Map(facts.sort(([one], [other]) => (one < other ? -1 : 1)));
	}

	/** Nothing was asked of anybody but the public origins, nothing that came or is shown names a node's address, and the consoles are clean. */
	async assertClean(): Promise<void> {
		const { origins } = this.#site;
		const known = [...origins, ...origins.map((origin) => origin.replace("https:", "wss:"))];
		const strays = this.urls.filter((url) => !known.includes(new URL(url).origin) && !url.startsWith("data:"));
		assert.deepEqual(strays, []);
		for (const url of this.urls) this.#check("asked", url, url);
		for (const page of this.context.pages()) {
			if (!page.url().startsWith(this.#site.relyingParty)) this.#check("shown", page.url(), await page.content());
		}
		await Promise.all(this.#reading);
		assert.deepEqual(this.#strangers, []);
		assert.deepEqual(this.#complaints, []);
	}

	#watch(page: Page): void {
		page.on("websocket", (socket) => this.urls.push(socket.url()));
		page.on("pageerror", (error) => this.#complaints.push(error.message));
		page.on("console", (message) => {
			const { url } = message.location();
			// Only a page that names no icon makes the browser ask for this one, and SAML's form is such a page.
			if (["error", "warning"].includes(message.type()) && !url.endsWith("/favicon.ico"))
				this.#complaints.push(`${message.text()} (${url})`);
		});
	}

	async #inspect(response: Response): Promise<void> {
		const url = response.url();
		if (url.startsWith(this.#site.relyingParty) || url.startsWith("data:")) return;
		for (const { name, value } of await response.headersArray().catch(() => [])) this.#check(name, url, value);
		const type = response.headers()["content-type"] ?? "";
		if (!this.#site.cleanBodies || !TEXT.test(type) || (response.status() >= 300 && response.status() < 400)) return;
		// A page that was left before its end has no body any more.
		this.#check("body", url, await response.text().catch(() => ""));
	}

	#check(what: string, url: string, text: string): void {
		const stranger = strangerIn(text, this.#site);
		if (stranger !== null) this.#strangers.push(`${what} of ${url}: ${stranger}`);
	}
}

export async function startVisit(scope: Scope, browser: Browser, site: Site): Promise<Visit> {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	scope.after(() => context.close());
	context.setDefaultTimeout(PAGE_TIMEOUT);
	return new Visit(context, await context.newPage(), site);
}
