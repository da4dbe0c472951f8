import type { ErrorCode } from "../errors.ts";
import type { FailureKind } from "../plan/health.ts";

/** What one attempt says about its member. */
export type Verdict = "answered" | FailureKind;

const BY_ERROR: ReadonlyMap<ErrorCode, FailureKind> = new Map([
	["dns_error", "connect"],
	["connection_refused", "connect"],
	["connection_timeout", "connect"],
	["tls_certificate_error", "connect"],
	["tls_protocol_error", "connect"],
	["http_response_timeout", "timeout"],
	["connection_read_timeout", "timeout"],
	["connection_write_timeout", "timeout"],
	["connection_terminated", "broken"],
	["http_response_incomplete", "broken"],
	["http_protocol_error", "broken"],
	["http_response_transfer_coding", "broken"],
	["http_response_content_coding", "broken"],
	["http_upgrade_failed", "broken"],
	["informational_flood", "broken"],
]);

/** What a response's status says. */
export function verdictOfStatus(status: number): Verdict {
	if (status < 500) return "answered";
	return status >= 502 && status <= 504 ? "unavailable" : "serverError";
}

/**
 * What an attempt's error says; null: nothing about the member. A kept connection that the member closed as it was used again is its right
 * (RFC 9112 section 9.5), and says nothing.
 */
export function verdictOfError(code: ErrorCode, reused: boolean): FailureKind | null {
	if (reused && code === "connection_terminated") return null;
	return BY_ERROR.get(code) ?? null;
}

/** How often each verdict was given on a member; each count only grows. */
export type TrafficCounts = Readonly<Record<Verdict, number>>;

export const NO_TRAFFIC: TrafficCounts = { answered: 0, connect: 0, timeout: 0, broken: 0, unavailable: 0, serverError: 0 };

/** What came since `before`; null where nothing did. A count that went back (its memory was made anew) starts from 0. */
export function trafficSince(before: TrafficCounts, now: TrafficCounts): TrafficCounts | null {
	const since = (verdict: Verdict): number => (now[verdict] >= before[verdict] ? now[verdict] - before[verdict] : now[verdict]);
	const delta = {
		answered: since("answered"),
		connect: since("connect"),
		timeout: since("timeout"),
		broken: since("broken"),
		unavailable: since("unavailable"),
		serverError: since("serverError"),
	};
	const any = delta.answered + delta.connect + delta.timeout + delta.broken + delta.unavailable + delta.serverError > 0;
	return any ? delta : null;
}
