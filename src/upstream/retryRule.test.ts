import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, ERRORS } from "../errors.ts";
import type { RetryPlan } from "../plan/route.ts";
import { decideRetry, type FailedAttempt, isRepeatable } from "./retryRule.ts";

/** A GET on a new connection, of which nothing was written when it failed; there are others to ask. */
const REFUSED: FailedAttempt = {
	code: "connection_refused",
	repeatable: true,
	responseBegun: false,
	requestSent: false,
	reused: false,
	replayable: true,
	attempts: 1,
	maxAttempts: 4,
	tryTimedOut: false,
	otherMembers: 1,
};
/** The same when the request had been written. */
const TERMINATED: FailedAttempt = { ...REFUSED, code: "connection_terminated", requestSent: true };

const table: readonly (readonly [name: string, failed: FailedAttempt, at: "same" | "other" | null])[] = [
	["a refused connection: another member", REFUSED, "other"],
	["also for POST, since nothing was written", { ...REFUSED, repeatable: false }, "other"],
	["but not where there is no other", { ...REFUSED, otherMembers: 0 }, null],
	["a connection that timed out: another member", { ...REFUSED, code: "connection_timeout", repeatable: false }, "other"],
	["a certificate that is not trusted: another member", { ...REFUSED, code: "tls_certificate_error", repeatable: false }, "other"],
	[
		"a connection that ended before the request was written: another member",
		{ ...TERMINATED, requestSent: false, repeatable: false },
		"other",
	],
	["a GET on a kept connection that died: a new connection", { ...TERMINATED, reused: true }, "same"],
	["also where there is no other member", { ...TERMINATED, reused: true, otherMembers: 0 }, "same"],
	["a GET on a new connection that died: another member", TERMINATED, "other"],
	["but not where there is no other", { ...TERMINATED, otherMembers: 0 }, null],
	["a POST that was written: never", { ...TERMINATED, repeatable: false }, null],
	["not on a kept connection either", { ...TERMINATED, repeatable: false, reused: true }, null],
	["a response that has begun: never", { ...TERMINATED, reused: true, responseBegun: true }, null],
	["not even after a refused connection", { ...REFUSED, responseBegun: true }, null],
	["a body of which a part is gone: never", { ...REFUSED, replayable: false }, null],
	["the fourth attempt was the last", { ...REFUSED, attempts: 4 }, null],
	["the third was not", { ...REFUSED, attempts: 3 }, "other"],
	["no response in time: never, the member may be at work on it", { ...TERMINATED, code: "http_response_timeout" }, null],
	["only the attempt's time is over: another member", { ...TERMINATED, code: "http_response_timeout", tryTimedOut: true }, "other"],
	["on a kept connection too", { ...TERMINATED, code: "http_response_timeout", tryTimedOut: true, reused: true }, "other"],
	["but a POST that was written: never", { ...TERMINATED, code: "http_response_timeout", tryTimedOut: true, repeatable: false }, null],
	["the member was found to be down: another one", { ...TERMINATED, code: "member_down" }, "other"],
	["also when it was on a kept connection", { ...TERMINATED, code: "member_down", reused: true }, "other"],
	["a status that is as good as no response: another member", { ...TERMINATED, code: "http_response_status" }, "other"],
	["a response that broke off: never", { ...TERMINATED, code: "http_response_incomplete", reused: true }, null],
	["a response that is not HTTP: never", { ...TERMINATED, code: "http_protocol_error", reused: true }, null],
];

for (const [name, failed, at] of table) {
	test(name, () => {
		const decision = decideRetry(failed);
		assert.equal(decision.retry ? decision.at : null, at);
		assert.notEqual(decision.reason, "");
	});
}

test("no fault of the client or of ours is ever tried again", () => {
	for (const code of ERROR_CODES) {
		if (ERRORS[code].side !== "upstream") assert.equal(decideRetry({ ...REFUSED, code }).retry, false, code);
	}
});

test("what must not be repeated is never tried again once it was written", () => {
	for (const code of ERROR_CODES) {
		if (ERRORS[code].retry === "safe") continue;
		for (const reused of [true, false]) {
			for (const tryTimedOut of [true, false]) {
				assert.equal(decideRetry({ ...TERMINATED, code, repeatable: false, reused, tryTimedOut }).retry, false, code);
			}
		}
	}
});

test("repeatable by their method are those that RFC 9110 calls idempotent and that we relay; a route may say otherwise", () => {
	const methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "CONNECT", "REPORT", "get"];
	const repeated = (repeat: RetryPlan["repeat"]): string[] => {
		const plan = { attempts: 4, perTry: 0, repeat, redispatch: true, statuses: [], keepBody: 0 };
		return methods.filter((method) => isRepeatable(plan, method));
	};
	assert.deepEqual(repeated("idempotent"), ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
	assert.deepEqual(repeated("always"), methods);
	assert.deepEqual(repeated("never"), []);
});
