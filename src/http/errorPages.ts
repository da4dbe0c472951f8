/** Error pages of the file: which one a response gets, and their variables. Pure. */
import type { ErrorPagePlan, PageTexts } from "../plan/pages.ts";

/** Values of the variables. All of them are texts for a reader; they are escaped where they are filled in. */
export interface PageFacts {
	readonly status: number;
	readonly reason: string;
	/** Of the error table. */
	readonly code: string;
	readonly message: string;
	readonly requestId: string;
	/** Public authority of the request; empty: it named none. */
	readonly host: string;
}

export type PageFormat = keyof PageTexts;
type Page = (facts: PageFacts) => string;

/** Anything else in braces is text of the page: style sheets and scripts are full of them. */
const VARIABLE = /\{(status|reason|code|message|requestId|host)\}/g;

const ESCAPES: Readonly<Record<PageFormat, (text: string) => string>> = {
	html: escapeHtml,
	json: (text) => JSON.stringify(text).slice(1, -1),
};

/** Lifetime: snapshot. */
export class ErrorPages {
	readonly #pages: readonly { readonly status: string; readonly html: Page | null; readonly json: Page | null }[];

	private constructor(plans: readonly ErrorPagePlan[]) {
		this.#pages = plans.map(({ status, html, json }) => ({ status, html: pageOf(html, "html"), json: pageOf(json, "json") }));
	}

	/** Null: there are none. */
	static of(plans: readonly ErrorPagePlan[]): ErrorPages | null {
		return plans.length === 0 ? null : new ErrorPages(plans);
	}

	/** Null: there is none for the status in this format. */
	find(status: number, format: PageFormat): Page | null {
		const [exact, family] = [String(status), `${Math.floor(status / 100)}xx`];
		return this.#pages.find((page) => (page.status === exact || page.status === family) && page[format] !== null)?.[format] ?? null;
	}
}

function pageOf(text: string | null, format: PageFormat): Page | null {
	if (text === null) return null;
	const escape = ESCAPES[format];
	return (facts) => text.replace(VARIABLE, (_, name: keyof PageFacts) => escape(String(facts[name])));
}

export function escapeHtml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

const TYPES: Readonly<Record<PageFormat, string>> = { html: "text/html; charset=utf-8", json: "application/json" };

export function pageType(format: PageFormat): string {
	return TYPES[format];
}
