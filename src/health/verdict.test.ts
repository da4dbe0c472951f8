import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, ERRORS } from "../errors.ts";
import { byRequest } from "./blame.ts";
import { NO_TRAFFIC, trafficSince, verdictOfError, verdictOfStatus } from "./verdict.ts";

test("every error that blames the member counts, and no other", () => {
	for (const code of ERROR_CODES) assert.equal(verdictOfError(code, false) !== null, ERRORS[code].countsAgainstMember, code);
});

test("what a client can bring about at will counts only from two clients on, what counts by itself no client can", () => {
	for (const code of ERROR_CODES) {
		const kind = verdictOfError(code, false);
		if (kind !== null) assert.equal(byRequest(kind), ERRORS[code].byClient, code);
	}
});

test("a kept connection that the member closed says nothing", () => {
	assert.equal(verdictOfError("connection_terminated", true), null);
	assert.equal(verdictOfError("connection_terminated", false), "broken");
	assert.equal(verdictOfError("http_protocol_error", true), "broken");
});

test("5xx are told apart", () => {
	assert.deepEqual([200, 404, 499, 500, 501, 502, 503, 504, 505].map(verdictOfStatus), [
		"answered",
		"answered",
		"answered",
		"serverError",
		"serverError",
		"unavailable",
		"unavailable",
		"unavailable",
		"serverError",
	]);
});

test("traffic since the last look; nothing is null, and a count that went back starts anew", () => {
	assert.equal(trafficSince({ ...NO_TRAFFIC, answered: 4 }, { ...NO_TRAFFIC, answered: 4 }), null);
	assert.deepEqual(trafficSince({ ...NO_TRAFFIC, answered: 4 }, { ...NO_TRAFFIC, answered: 6, connect: 1 }), {
		...NO_TRAFFIC,
		answered: 2,
		connect: 1,
	});
	assert.deepEqual(trafficSince({ ...NO_TRAFFIC, answered: 9 }, { ...NO_TRAFFIC, answered: 2 }), { ...NO_TRAFFIC, answered: 2 });
});
