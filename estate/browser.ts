import http from "node:http";
import https from "node:https";
import { CookieJar } from "./cookieJar.ts";
import { type Answer, type CallOptions, call } from "./httpClient.ts";

export interface BrowserOptions {
	/** PEM; trusted for every https origin. */
	readonly trust?: string;
	/** Where every host is; absent = as the system resolves them. */
	readonly address?: string;
	/** Where the ports of every host are, by the port in the URL; absent = as in the URL. */
	readonly ports?: ReadonlyMap<number, number>;
	/** Address to come from; absent = as the system chooses. */
	readonly from?: string;
	/** Redirects followed for one navigation; default 20, as browsers do. */
	readonly redirects?: number;
}

/** One request of a navigation. */
export interface Hop {
	readonly method: string;
	readonly url: string;
	readonly status: number;
	/** Set-Cookie values of the response. */
	readonly cookies: readonly string[];
}

/** Where a navigation ended. */
export interface Page {
	readonly url: string;
	readonly status: number;
	readonly headers: Answer["headers"];
	readonly text: string;
	/** Every request on the way, the last one included. */
	readonly hops: readonly Hop[];
}

/** As much of a browser as a login needs: cookies, redirects, and forms resolved against the page they stand on. No script. */
export class Browser {
	readonly jar = new CookieJar();
	readonly #way: Pick<CallOptions, "ca" | "address" | "ports" | "from">;
	readonly #redirects: number;
	readonly #agents = { "http:": new http.Agent({ keepAlive: true }), "https:": new https.Agent({ keepAlive: true }) };

	constructor(options: BrowserOptions = {}) {
		const { trust: ca, address, ports, from } = options;
		this.#way = { ca, address, ports, from };
		this.#redirects = options.redirects ?? 20;
	}

	/** One request with the cookies of its URL, no redirect followed. */
	async send(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
		const cookie = this.jar.headerFor(url);
		const { protocol } = new URL(url);
		const answer = await call(url, {
			...options,
			headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8", ...options.headers, ...(cookie === "" ? {} : { Cookie: cookie }) },
			agent: this.#agents[protocol as "http:" | "https:"],
			...this.#way,
		});
		this.jar.store(url, answer.headers["set-cookie"] ?? []);
		return answer;
	}

	/**
	 * Goes to a URL, from a page if one is given, and follows its redirects. Throws an Error for more redirects than a browser would follow.
	 */
	async open(url: string, form?: URLSearchParams, from?: string): Promise<Page> {
		const hops: Hop[] = [];
		let current = url;
		let body = form?.toString();
		for (let count = 0; count <= this.#redirects; count++) {
			const method = body === undefined ? "GET" : "POST";
			const headers = { ...(body === undefined ? {} : FORM), ...(from === undefined ? {} : { Referer: referer(from, current) }) };
			const answer = await this.send(current, { method, headers, ...(body === undefined ? {} : { body }) });
			hops.push({ method, url: current, status: answer.status, cookies: answer.headers["set-cookie"] ?? [] });
			const location = answer.headers.location;
			if (answer.status < 300 || answer.status > 399 || location === undefined) {
				return { url: current, status: answer.status, headers: answer.headers, text: answer.body.toString(), hops };
			}
			if (answer.status !== 307 && answer.status !== 308) body = undefined;
			current = new URL(location, current).href;
		}
		throw new Error(`too many redirects: ${hops.map((hop) => hop.url).join(" ")}`);
	}

	/** Fills in and sends the first form of a page. Throws an Error when there is none. */
	submit(page: Page, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
		const form = firstForm(page.text);
		if (form === null) throw new Error(`no form at ${page.url} (${page.status})`);
		for (const [name, value] of Object.entries(fields)) form.fields.set(name, value);
		return this.open(new URL(form.action, page.url).href, form.fields, page.url);
	}

	close(): void {
		for (const agent of Object.values(this.#agents)) agent.destroy();
	}
}

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** What browsers tell of the page they come from, unless it says otherwise: all to its own origin, the origin alone to others. */
export function referer(from: string, to: string): string {
	const page = new URL(from);
	return page.origin === new URL(to).origin ? page.href.slice(0, page.href.length - page.hash.length) : `${page.origin}/`;
}

/** Action and hidden fields of the first form. */
export function firstForm(html: string): { action: string; fields: URLSearchParams } | null {
	const tag = /<form\b[^>]*>/.exec(html);
	if (tag === null) return null;
	const inside = html.slice(tag.index).split("</form>", 1)[0] as string;
	const fields = new URLSearchParams();
	for (const [input] of inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g))
		fields.append(attribute(input, "name"), attribute(input, "value"));
	return { action: attribute(tag[0], "action"), fields };
}

function attribute(tag: string, name: string): string {
	const value = new RegExp(`\\s${name}=["']([^"']*)["']`).exec(tag)?.[1] ?? "";
	return value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
