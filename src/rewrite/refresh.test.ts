import assert from "node:assert/strict";
import { test } from "node:test";
import { mapRefresh } from "./refresh.ts";

const map = (url: string) => (url.startsWith("/") ? `/is-${url.slice(1)}` : url);

test("the URL of a Refresh is mapped, all else stays", () => {
	const rows = [
		["5; url=/x", "5; url=/is-x"],
		["0;URL=/x?a;b", "0;URL=/is-x?a;b"],
		["5 ; url = /x", "5 ; url = /is-x"],
		["5, url=/x", "5, url=/is-x"],
		["5.5;url=/x", "5.5;url=/is-x"],
		["5;url='/x' rest", "5;url='/is-x' rest"],
		['5;url="/x"', '5;url="/is-x"'],
		['5;url="/x', '5;url="/is-x'],
		["5; /x", "5; /is-x"],
		["5 /x", "5 /is-x"],
		["5;url//x", "5;url//x"],
	] as const;
	for (const [from, to] of rows) assert.equal(mapRefresh(from, map), to, from);
});

test("a Refresh without a URL, or that browsers would not obey, stays", () => {
	for (const value of ["", "5", "5;", "5; ", "5;url=", "5; url= ", "x;url=/x", ";url=/x", "-5;url=/x", "5x;url=/x"]) {
		assert.equal(mapRefresh(value, map), value, value);
	}
});
