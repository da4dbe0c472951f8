/** The page of the file that stands in for the body of a node's response. Pure. */
import { formatFor } from "../http/errorPage.ts";
import { type ErrorPages, pageType } from "../http/errorPages.ts";
import { HeaderList } from "../http/headers.ts";
import type { ResponseHead } from "../http/message.ts";
import { reasonOf } from "../http/reasons.ts";
import type { AdmittedRequest } from "./request.ts";

export interface InterceptedPage {
	/** Those of the node that are not about its body, and those of the page. */
	readonly headers: HeaderList;
	readonly body: Buffer;
}

/** About the content that goes: RFC 9110 section 8, ranges, caching, digests (RFC 9530) and signatures. */
const ABOUT_BODY: ReadonlySet<string> = new Set([
	...["accept-ranges", "age", "cache-control", "content-digest", "content-disposition", "content-encoding", "content-language"],
	...["content-length", "content-location", "content-md5", "content-range", "content-type", "digest", "etag", "expires"],
	...["last-modified", "pragma", "repr-digest", "trailer"],
]);

/** Null: there is no page for the status and the kind of client. */
export function interceptedPage(
	pages: ErrorPages | null,
	{ status, reason, headers }: ResponseHead,
	{ head, requestId, authority, method }: Pick<AdmittedRequest, "head" | "requestId" | "authority" | "method">,
): InterceptedPage | null {
	const format = formatFor(head.headers.get("accept"));
	const page = pages?.find(status, format) ?? null;
	if (page === null) return null;
	const phrase = reason === "" ? reasonOf(status) : reason;
	const facts = { status, reason: phrase, code: "http_response_status", message: `The service responded with ${status} ${phrase}.` };
	const body = Buffer.from(page({ ...facts, requestId, host: authority }));
	const kept = new HeaderList();
	for (const [index, name] of headers.names.entries()) if (!ABOUT_BODY.has(name.key)) kept.put(name, headers.values[index] ?? "");
	kept.add("Content-Type", pageType(format));
	kept.add("Cache-Control", "no-store");
	if (method === "HEAD") kept.add("Content-Length", String(body.length));
	return { headers: kept, body };
}
