import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS, type ErrorCode } from "../errors.ts";
import { decideRetry, type FailedAttempt, isIdempotent } from "./retryRule.ts";

/** A GET on a new connection, of which nothing was written when it failed; there are others to ask. */
const REFUSED: FailedAttempt = {
	code: "connection_refused",
	method: "GET",
	answerBegun: false,
	requestSent: false,
	reused: false,
	replayable: true,
	attempts: 1,
	otherMembers: 1,
};
/** The same when the request had been written. */
const TERMINATED: FailedAttempt = { ...REFUSED, code: "connection_terminated", requestSent: true };

const table: readonly (readonly [name: string, failed: FailedAttempt, at: "same" | "other" | null])[] = [
	["a refused connection: another member", REFUSED, "other"],
	["also for POST, since nothing was written", { ...REFUSED, method: "POST" }, "other"],
	["but not where there is no other", { ...REFUSED, otherMembers: 0 }, null],
	["a connection that timed out: another member", { ...REFUSED, code: "connection_timeout", method: "POST" }, "other"],
	["a certificate that is not trusted: another member", { ...REFUSED, code: "tls_certificate_error", method: "POST" }, "other"],
	[
		"a connection that ended before the request was written: another member",
		{ ...TERMINATED, requestSent: false, method: "POST" },
		"other",
	],
	["a GET on a kept connection that died: a new connection", { ...TERMINATED, reused: true }, "same"],
	["also where there is no other member", { ...TERMINATED, reused: true, otherMembers: 0 }, "same"],
	["a GET on a new connection that died: another member", TERMINATED, "other"],
	["but not where there is no other", { ...TERMINATED, otherMembers: 0 }, null],
	["a POST that was written: never", { ...TERMINATED, method: "POST" }, null],
	["not on a kept connection either", { ...TERMINATED, method: "POST", reused: true }, null],
	["an answer that has begun: never", { ...TERMINATED, reused: true, answerBegun: true }, null],
	["not even after a refused connection", { ...REFUSED, answerBegun: true }, null],
	["a body of which a part is gone: never", { ...REFUSED, replayable: false }, null],
	["the fourth attempt was the last", { ...REFUSED, attempts: 4 }, null],
	["the third was not", { ...REFUSED, attempts: 3 }, "other"],
	["no answer in time: never, the member may be at work on it", { ...TERMINATED, code: "http_response_timeout" }, null],
	["an answer that broke off: never", { ...TERMINATED, code: "http_response_incomplete", reused: true }, null],
	["an answer that is not HTTP: never", { ...TERMINATED, code: "http_protocol_error", reused: true }, null],
];

for (const [name, failed, at] of table) {
	test(name, () => {
		const decision = decideRetry(failed);
		assert.equal(decision.retry ? decision.at : null, at);
		assert.notEqual(decision.reason, "");
	});
}

test("no fault of the client or of ours is ever tried again", () => {
	for (const code of Object.keys(ERRORS) as ErrorCode[]) {
		if (ERRORS[code].side !== "upstream") assert.equal(decideRetry({ ...REFUSED, code }).retry, false, code);
	}
});

test("no method whose repetition could do harm is ever tried again once it was written", () => {
	for (const code of Object.keys(ERRORS) as ErrorCode[]) {
		if (ERRORS[code].retry === "safe") continue;
		for (const method of ["POST", "PATCH", "CONNECT", "REPORT", "get"]) {
			for (const reused of [true, false]) {
				assert.equal(decideRetry({ ...TERMINATED, code, method, reused }).retry, false, `${code} ${method}`);
			}
		}
	}
});

test("idempotent are the methods that RFC 9110 calls so and that we relay", () => {
	const methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "CONNECT", "X"];
	assert.deepEqual(methods.filter(isIdempotent), ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
});
