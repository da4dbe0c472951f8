import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeQuery } from "./queryValues.ts";

const OUTSIDE = "https://sso.example.com/apim-devportal/login";
const INSIDE = "https://sso.example.com/devportal/login";
const PLAN = { parameter: "redirect_uri", values: [[OUTSIDE, INSIDE]] } as const;

test("a value that the node knows in another form becomes that one, encoded or not, wherever it is", () => {
	const value = encodeURIComponent(INSIDE);
	for (const [query, expected] of [
		[`?redirect_uri=${OUTSIDE}`, `?redirect_uri=${value}`],
		[`?client_id=a&redirect_uri=${OUTSIDE}`, `?client_id=a&redirect_uri=${value}`],
		[`?redirect_uri=${encodeURIComponent(OUTSIDE)}&x=1`, `?redirect_uri=${value}&x=1`],
		[`?post_redirect_uri=x&redirect_uri=${OUTSIDE}`, `?post_redirect_uri=x&redirect_uri=${value}`],
	] as const)
		assert.equal(nodeQuery(PLAN, query), expected, query);
});

test("nothing else is touched", () => {
	for (const query of [
		"",
		"?",
		"?redirect_uri=",
		"?redirect_uri=%zz",
		`?post_redirect_uri=${OUTSIDE}`,
		`?redirect_uri=${INSIDE}`,
		`?redirect_uri=${OUTSIDE}/x`,
	])
		assert.equal(nodeQuery(PLAN, query), query, query);
});
