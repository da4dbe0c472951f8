import { ERRORS, type ErrorCode } from "../errors.ts";

/** Methods whose repetition has the effect of one (RFC 9110 section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);

export interface FailedAttempt {
	readonly code: ErrorCode;
	readonly method: string;
	/** Some of the answer has gone to the client. */
	readonly answerBegun: boolean;
	/** Some byte of the request was written to the member's connection. */
	readonly requestSent: boolean;
	/** The connection had carried an earlier request. */
	readonly reused: boolean;
	/** Every byte of the request that was taken from the client is still at hand. */
	readonly replayable: boolean;
	/** Attempts made so far, at least 1. */
	readonly attempts: number;
	/** Members that were not tried yet. */
	readonly otherMembers: number;
}

export type RetryDecision =
	| { readonly retry: false; readonly reason: string }
	/** `same`: a fresh connection to the same member; `other`: a member that was not tried. */
	| { readonly retry: true; readonly at: "same" | "other"; readonly reason: string };

const MAX_ATTEMPTS = 4;

const no = (reason: string): RetryDecision => ({ retry: false, reason });

/** The one retry rule, in order; the first line that applies decides. */
export function decideRetry(failed: FailedAttempt): RetryDecision {
	if (failed.answerBegun) return no("the client already has part of an answer");
	if (!failed.replayable) return no("part of the request body is gone");
	if (failed.attempts >= MAX_ATTEMPTS) return no("enough attempts were made");
	const { retry } = ERRORS[failed.code];
	if (retry === "never") return no("a second try would fail the same way, or could do harm");
	if (!failed.requestSent || retry === "safe") {
		if (failed.otherMembers > 0) return { retry: true, at: "other", reason: "nothing of the request reached the member" };
		return no("no other member is left");
	}
	if (!isIdempotent(failed.method)) return no("the request was written and is not idempotent");
	if (failed.reused) return { retry: true, at: "same", reason: "a kept connection was closed as it was used again" };
	if (failed.otherMembers > 0) return { retry: true, at: "other", reason: "idempotent, and the member closed without a byte of an answer" };
	return no("no other member is left");
}
