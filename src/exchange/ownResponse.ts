/** Responses that come from Portico itself. */
import { PorticoError } from "../errors.ts";
import { type ErrorFields, errorResponse } from "../http/errorPage.ts";
import type { ErrorPages } from "../http/errorPages.ts";
import { HeaderList } from "../http/headers.ts";
import type { ClientStream } from "../listener/clientStream.ts";
import type { ProbePlan } from "../plan/listener.ts";
import type { Plan } from "../plan/plan.ts";
import { httpsOriginOf } from "../rewrite/httpsRedirect.ts";
import type { OwnResponse } from "./compiledOwnRoute.ts";
import { misdirected } from "./misdirected.ts";
import type { AdmittedRequest } from "./request.ts";
import type { MaintenancePages } from "./servicePages.ts";

/** All but its end. @param isHead it answers HEAD, so that its body only has a length @param date for Date */
export function sendOwnResponse(stream: ClientStream, { head, body }: OwnResponse, isHead: boolean, date: string): void {
	const bytes = typeof body === "string" ? Buffer.from(body) : body;
	head.headers.add("Date", date);
	if (isHead && head.status !== 304 && head.status !== 204) head.headers.add("Content-Length", String(bytes.length));
	stream.sendHead(head, isHead ? 0 : bytes.length);
	if (!isHead && bytes.length > 0) stream.sendBody(bytes);
}

/** Seconds after which a client may come back to a 503. */
const RETRY_AFTER = 5;

/** Who gets an error response, and what the file has for it. */
export interface ErrorRecipient {
	/** The request's Accept. */
	readonly accept: string | undefined;
	readonly requestId: string;
	/** The authority that was asked; empty: none. */
	readonly host: string;
	readonly fields: ErrorFields;
	/** Of the service, or of the file. */
	readonly pages: ErrorPages | null;
	/** Of the service; null: it is not known. */
	readonly maintenance: MaintenancePages | null;
}

export function errorPage(error: PorticoError, { accept, requestId, host, fields, pages, maintenance }: ErrorRecipient): OwnResponse {
	const own = error.code === "maintenance" ? maintenance : null;
	return errorResponse(error.code, {
		accept,
		requestId,
		host,
		pages: [own?.pages ?? null, pages],
		...(error.row.status === 503 ? { retryAfter: own?.retryAfter ?? RETRY_AFTER } : {}),
		...fields,
		...(error.publicDetail === undefined ? {} : { detail: error.publicDetail }),
	});
}

/** What `OPTIONS *` is told (RFC 9110 section 9.3.7): health checks ask it, and Apache httpd answers alike. */
export function serverOptions(): OwnResponse {
	const headers = HeaderList.of(["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
	return { head: { status: 200, reason: "OK", version: 1, headers }, body: "" };
}

/**
 * What a probe of a load balancer in front is told: HEAD and OPTIONS as GET, any other method 405. The reason is for the admin server
 * alone.
 *
 * @param serves this instance is to get clients
 */
export function probeAnswer(method: string, serves: boolean): OwnResponse {
	const headers = HeaderList.of(["Cache-Control", "no-store"]);
	if (!PROBING.has(method)) {
		headers.add("Allow", [...PROBING].join(", "));
		return { head: { status: 405, reason: "Method Not Allowed", version: 1, headers }, body: "" };
	}
	headers.add("Content-Type", "text/plain");
	if (serves) return { head: { status: 200, reason: "OK", version: 1, headers }, body: "ok\n" };
	return { head: { status: 503, reason: "Service Unavailable", version: 1, headers }, body: "unavailable\n" };
}

const PROBING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request target is that of the probe, with or without a query. */
export function isProbe({ path }: ProbePlan, target: string): boolean {
	return target === path || (target.startsWith(path) && target[path.length] === "?");
}

/** Methods that must not be repeated at another origin. */
const UNREDIRECTABLE: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Sends a client of a plain listener to the public https origin of the host that it asked for.
 *
 * @throws PorticoError `method_refused`, `request_target_refused` or `misdirected_request`
 */
export function redirectToHttps(request: AdmittedRequest, plan: Plan): OwnResponse {
	const { method, path, query, authority } = request;
	if (UNREDIRECTABLE.has(method)) throw new PorticoError("method_refused");
	if (!path.startsWith("/")) throw new PorticoError("request_target_refused");
	const origin = httpsOriginOf(plan, authority);
	if (origin === null) throw misdirected(request, plan, null);
	const status = method === "GET" || method === "HEAD" ? 301 : 308;
	const headers = HeaderList.of(["Location", origin + path + query]);
	return { head: { status, reason: status === 301 ? "Moved Permanently" : "Permanent Redirect", version: 1, headers }, body: "" };
}
