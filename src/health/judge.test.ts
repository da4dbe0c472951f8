import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpProbe, ProbePlan } from "../plan/health.ts";
import { bodyTest, judge, type ProbeResponse } from "./judge.ts";

const HTTP: HttpProbe = {
	kind: "http",
	via: null,
	method: "GET",
	path: "/health",
	host: "sso.example.com",
	headers: [],
	statuses: [
		[200, 299],
		[401, 401],
	],
	body: null,
	bodyBytes: 1000,
	absentOn: [404],
};
const answer = (status: number, body = ""): ProbeResponse => ({ status, body, error: null, cause: null, duration: 12 });
const refused: ProbeResponse = { status: 0, body: "", error: "connection_refused", cause: "ECONNREFUSED", duration: 1 };

function verdict(probe: ProbePlan, given: ProbeResponse, options: { drainOn?: number[]; present?: boolean } = {}): [string, string] {
	const test = probe.kind === "http" && probe.body !== null ? bodyTest(probe.body) : null;
	const outcome = judge(probe, given, test, options.drainOn ?? [], options.present ?? false);
	return [outcome.verdict, outcome.detail];
}

test("a status in a range passes, any other fails and both are told", () => {
	assert.deepEqual(verdict(HTTP, answer(204)), ["pass", "returned 204"]);
	assert.deepEqual(verdict(HTTP, answer(401)), ["pass", "returned 401"]);
	assert.deepEqual(verdict(HTTP, answer(503)), ["fail", "returned 503, expected 200-299, 401"]);
});

test("without a response the runtime's reason is told", () => {
	assert.deepEqual(verdict(HTTP, refused), ["fail", "ECONNREFUSED"]);
	assert.deepEqual(verdict({ kind: "tcp", via: null }, refused), ["fail", "ECONNREFUSED"]);
});

test("a body must contain or match what is asked", () => {
	const contains = { ...HTTP, body: { kind: "contains", text: "WSO2" } } as const;
	assert.equal(verdict(contains, answer(200, "a WSO2 b"))[0], "pass");
	assert.deepEqual(verdict(contains, answer(200, "nothing")), ["fail", 'returned 200, but its body lacks "WSO2"']);
	const matches = { ...HTTP, body: { kind: "matches", pattern: "^\\d+$" } } as const;
	assert.equal(verdict(matches, answer(200, "12"))[0], "pass");
	assert.deepEqual(verdict(matches, answer(200, "x")), ["fail", "returned 200, but its body does not match /^\\d+$/"]);
});

test("404 says that the node does not have the endpoint, unless it had it before", () => {
	assert.equal(verdict(HTTP, answer(404))[0], "absent");
	assert.equal(verdict(HTTP, answer(404), { present: true })[0], "fail");
});

test("a node drains itself by the statuses that are configured so", () => {
	assert.equal(verdict(HTTP, answer(503), { drainOn: [503] })[0], "drain");
	assert.equal(verdict(HTTP, answer(404), { drainOn: [404], present: true })[0], "drain");
	assert.equal(verdict(HTTP, answer(404), { drainOn: [404] })[0], "absent", "an endpoint that was never there does not speak for the node");
});

test("the name of a probe tells where it went", () => {
	const { probe } = judge({ ...HTTP, via: "servlet" }, answer(200), null, [], false);
	assert.equal(probe, "GET /health via servlet");
});
