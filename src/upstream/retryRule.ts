import { ERRORS, type ErrorCode } from "../errors.ts";
import type { RetryPlan } from "../plan/route.ts";

/** Methods whose repetition has the effect of one (RFC 9110 section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Whether a request may be repeated after bytes of it were written. */
export function isRepeatable({ repeat }: RetryPlan, method: string): boolean {
	return repeat === "always" || (repeat === "idempotent" && IDEMPOTENT.has(method));
}

export interface FailedAttempt {
	readonly code: ErrorCode;
	/** See {@link isRepeatable}. */
	readonly repeatable: boolean;
	/** Some of the response has gone to the client. */
	readonly responseBegun: boolean;
	/** Some byte of the request was written to the member's connection. */
	readonly requestSent: boolean;
	/** The connection had carried an earlier request. */
	readonly reused: boolean;
	/** Every byte of the request that was taken from the client is still at hand. */
	readonly replayable: boolean;
	/** Attempts made so far, at least 1. */
	readonly attempts: number;
	/** Most attempts. */
	readonly maxAttempts: number;
	/** Only the attempt's time is over (`perTry`), not the request's. */
	readonly tryTimedOut: boolean;
	/** Members that were not tried yet, where others may be asked at all. */
	readonly otherMembers: number;
}

export type RetryDecision =
	| { readonly retry: false; readonly reason: string }
	/** `same`: a fresh connection to the same member; `other`: a member that was not tried. */
	| { readonly retry: true; readonly at: "same" | "other"; readonly reason: string };

const no = (reason: string): RetryDecision => ({ retry: false, reason });

/** The one retry rule, in order; the first line that applies decides. What it allows is still subject to the pool's budget. */
export function decideRetry(failed: FailedAttempt): RetryDecision {
	if (failed.responseBegun) return no("the client already has part of a response");
	if (!failed.replayable) return no("part of the request body is gone");
	if (failed.attempts >= failed.maxAttempts) return no("enough attempts were made");
	const { retry } = ERRORS[failed.code];
	if (retry === "never" && !failed.tryTimedOut) return no("a second try would fail the same way, or could do harm");
	if (!failed.requestSent || retry === "safe") {
		if (failed.otherMembers > 0) return { retry: true, at: "other", reason: "nothing of the request reached the member" };
		return no("no other member is left");
	}
	if (!failed.repeatable) return no("the request was written and must not be repeated");
	if (failed.reused && failed.code === "connection_terminated")
		return { retry: true, at: "same", reason: "a kept connection was closed as it was used again" };
	if (failed.otherMembers > 0) return { retry: true, at: "other", reason: "repeatable, and the member gave nothing of a response" };
	return no("no other member is left");
}
