import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Scope } from "../harness/deadline.ts";
import type { Demo } from "./demo.ts";

/** Milliseconds for anything that a page should do. */
const PAGE_PATIENCE = 10_000;

/** What a cookie is to a browser, beside its value. */
export interface CookieFacts {
	readonly path: string;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	readonly sameSite: string;
}

/** One visitor with cookies of its own, and all that happened in its only page. Lifetime: its scope. */
export class Visit {
	readonly context: BrowserContext;
	readonly page: Page;
	readonly #demo: Demo;
	/** Of every request, WebSockets too. */
	readonly #urls: string[] = [];
	/** What the page's console shows as errors and warnings: mixed content, blocked frames, failed loads, exceptions. */
	readonly #complaints: string[] = [];

	constructor(context: BrowserContext, page: Page, demo: Demo) {
		this.context = context;
		this.page = page;
		this.#demo = demo;
		context.on("request", (request) => this.#urls.push(request.url()));
		page.on("websocket", (socket) => this.#urls.push(socket.url()));
		page.on("pageerror", (error) => this.#complaints.push(error.message));
		page.on("console", (message) => {
			const { url } = message.location();
			// Only a page that names no icon makes the browser ask for this one, and SAML's form is such a page.
			if (["error", "warning"].includes(message.type()) && !url.endsWith("/favicon.ico"))
				this.#complaints.push(`${message.text()} (${url})`);
		});
	}

	get paths(): string[] {
		return this.#urls.map((url) => new URL(url).pathname);
	}

	/** Fills in the login page that is shown, or will be. */
	async logIn(name: string, password: string): Promise<void> {
		await this.page.fill("#usernameUserInput", name);
		await this.page.fill("#password", password);
		await this.page.click("#loginForm [type=submit]");
	}

	/** The node that made the login page which is shown. */
	async servedBy(): Promise<string> {
		return (await this.text(".node")).replace("Served by ", "");
	}

	/** Waits until there is such an element. */
	async text(selector: string): Promise<string> {
		return (await this.page.textContent(selector)) ?? "";
	}

	/** The cookies for the public host: `name path` to its attributes, in the order of that. */
	async cookies(): Promise<Map<string, CookieFacts>> {
		const cookies = await this.context.cookies();
		const own = cookies.filter(({ domain }) => domain === "localhost");
		const facts = own.map(({ name, path, secure, httpOnly, sameSite }): [string, CookieFacts] => [
			`${name} ${path}`,
			{ path, secure, httpOnly, sameSite: sameSite ?? "" },
		]);
		return new Map(facts.sort(([one], [other]) => (one < other ? -1 : 1)));
	}

	/** Nothing was asked of any port but the public ones, and the console is clean. */
	assertClean(): void {
		const { origin, plainOrigin, relyingParty } = this.#demo;
		const known = [origin, origin.replace("https:", "wss:"), plainOrigin, relyingParty];
		const strays = this.#urls.filter((url) => !known.includes(new URL(url).origin) && !url.startsWith("data:"));
		assert.deepEqual(strays, []);
		assert.deepEqual(this.#complaints, []);
	}
}

export async function startVisit(scope: Scope, browser: Browser, demo: Demo): Promise<Visit> {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	scope.after(() => context.close());
	context.setDefaultTimeout(PAGE_PATIENCE);
	return new Visit(context, await context.newPage(), demo);
}
