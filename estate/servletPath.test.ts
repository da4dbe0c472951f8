import assert from "node:assert/strict";
import { test } from "node:test";
import { servletPath } from "./servletPath.ts";

const VIEWS: readonly (readonly [raw: string, view: string | null])[] = [
	["/", "/"],
	["/oauth2/token", "/oauth2/token"],
	["/carbon/", "/carbon/"],
	["/a//b", "/a/b"],
	["/t;x=1/..;y/carbon", "/carbon"],
	["/apim-t/..;/carbon/", "/carbon/"],
	["/t/%2e%2e/carbon", "/carbon"],
	["/t/%2e%2e;a=b/carbon", "/carbon"],
	["/a/./b/.", "/a/b/"],
	["/a/b/..", "/a/"],
	["/%63arbon", "/carbon"],
	["/a%2525", "/a%25"],
	["/caf%C3%A9", "/café"],
	["/..", null],
	["/a/../../b", null],
	["/a%2fb", null],
	["/a%5cb", null],
	["/a\\b", null],
	["/a%00", null],
	["/a%zz", null],
	["/a%c0%ae", null],
	["/a{b}", null],
];

for (const [raw, view] of VIEWS) {
	test(`Tomcat ${view === null ? "refuses" : `sees ${view} in`} ${JSON.stringify(raw)}`, () => {
		assert.equal(servletPath(raw), view);
	});
}
