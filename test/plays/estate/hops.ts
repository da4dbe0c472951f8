import { type Browser, firstForm, type Page, referer } from "../../../estate/browser.ts";

/** A browser that stops before every request of a navigation. */
export interface Hops {
	readonly browser: Browser;
	/** Requests so far. */
	readonly count: number;
	open(url: string, form?: URLSearchParams, from?: string): Promise<Page>;
	/** Fills in and sends the first form of a page. */
	submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>;
}

/** `before` gets the number of the request that follows, from 0. */
export function everyHop(browser: Browser, before: (step: number) => Promise<void>): Hops {
	let count = 0;
	const open = async (url: string, form?: URLSearchParams, from?: string): Promise<Page> => {
		let current = url;
		let body = form?.toString();
		for (;;) {
			await before(count++);
			const told = from === undefined ? {} : { Referer: referer(from, current) };
			const request =
				body === undefined
					? { headers: told }
					: { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded", ...told } };
			const { status, headers, body: bytes } = await browser.send(current, request);
			const { location } = headers;
			if (location === undefined) return { url: current, status, headers, text: bytes.toString(), hops: [] };
			body = undefined;
			current = new URL(location, current).href;
		}
	};
	return {
		browser,
		get count() {
			return count;
		},
		open,
		async submit(page, fields) {
			const form = firstForm(page.text);
			if (form === null) throw new Error(`no form at ${page.url} (${page.status})`);
			for (const [name, value] of Object.entries(fields)) form.fields.set(name, value);
			return open(new URL(form.action, page.url).href, form.fields, page.url);
		},
	};
}
