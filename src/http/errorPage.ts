import { ERRORS, type ErrorCode } from "../errors.ts";
import { prefersHtml } from "./accept.ts";
import { type ErrorPages, escapeHtml, type PageFacts, type PageFormat, pageType } from "./errorPages.ts";
import { HeaderList } from "./headers.ts";
import type { ResponseHead } from "./message.ts";
import { reasonOf } from "./reasons.ts";

/** Header fields that depend on why a request is refused. */
export interface ErrorFields {
	/** Methods for Allow. */
	readonly allow?: readonly string[];
	/** Seconds for Retry-After. */
	readonly retryAfter?: number;
	/** For WWW-Authenticate: `Basic realm="..."`. */
	readonly challenge?: string;
}

/** What an error response may tell beside its row in {@link ERRORS}. */
export interface ErrorResponseOptions extends ErrorFields {
	/** The request's Accept. */
	readonly accept: string | undefined;
	readonly requestId: string;
	/** Shown to the client as it is, so never an internal address. */
	readonly detail?: string;
	/** Of the file; the first list that has a page for the status counts. */
	readonly pages?: readonly (ErrorPages | null)[];
	/** The authority that was asked. */
	readonly host?: string;
}

/**
 * The response for an error: HTML for browsers, JSON (`{"error":…,"message":…,"requestId":…}`) for everyone else, by Accept. The caller adds Date
 * and leaves the body out for HEAD; the protocol adds framing.
 */
export function errorResponse(code: ErrorCode, options: ErrorResponseOptions): { head: ResponseHead; body: string } {
	const { status, text } = ERRORS[code];
	const reason = reasonOf(status);
	const format = formatFor(options.accept);
	const message = options.detail === undefined ? text : `${text} ${options.detail}`;
	const { requestId, host = "", pages = [] } = options;
	const page = pages.reduce<ReturnType<ErrorPages["find"]>>((found, each) => found ?? each?.find(status, format) ?? null, null);
	const own = format === "html" ? htmlPage : jsonBody;
	const body = (page ?? own)({ status, reason, code, message, requestId, host });
	const headers = new HeaderList();
	headers.add("Content-Type", pageType(format));
	headers.add("Cache-Control", "no-store");
	headers.add("Proxy-Status", proxyStatus(code));
	if (options.retryAfter !== undefined) headers.add("Retry-After", String(Math.max(0, Math.ceil(options.retryAfter))));
	if (options.allow !== undefined) headers.add("Allow", options.allow.join(", "));
	if (options.challenge !== undefined) headers.add("WWW-Authenticate", options.challenge);
	return { head: { status, reason, version: 1, headers }, body };
}

/** The Proxy-Status value for an error (RFC 9209 section 2). Codes of ours are tokens, though not registered ones. */
export function proxyStatus(code: ErrorCode): string {
	return `portico; error=${code}`;
}

/** What a client with this Accept gets. */
export function formatFor(accept: string | undefined): PageFormat {
	return prefersHtml(accept) ? "html" : "json";
}

function jsonBody({ code, message, requestId }: PageFacts): string {
	return `${JSON.stringify({ error: code, message, requestId })}\n`;
}

const STYLE = [
	":root{color-scheme:light dark;--ink:#1c2430;--dim:#5b6675;--paper:#f6f7f9;--card:#fff;--line:#dfe3e8}",
	"@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--dim:#9aa5b4;--paper:#14181f;--card:#1c222b;--line:#2d3540}}",
	"body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}",
	"main{box-sizing:border-box;width:min(34rem,calc(100% - 2rem));padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}",
	"h1{margin:0 0 .5rem;font-size:1.4rem}p{margin:0 0 1.5rem}",
	"dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0;font-size:.875rem;color:var(--dim)}",
	"dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}",
].join("");

function htmlPage({ status, reason, code, message, requestId }: PageFacts): string {
	const title = escapeHtml(`${status} ${reason}`);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${escapeHtml(message)}</p>
<dl>
<dt>Error</dt><dd>${escapeHtml(code)}</dd>
<dt>Request</dt><dd>${escapeHtml(requestId)}</dd>
</dl>
</main>
</body>
</html>
`;
}
