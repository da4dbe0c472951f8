import assert from "node:assert/strict";
import { test } from "node:test";
import { mapLink } from "./link.ts";

const map = (url: string) => (url.startsWith("/") ? `/is-${url.slice(1)}` : url);

test("the targets of all links are mapped, parameters stay", () => {
	const rows = [
		["</x>; rel=preload", "</is-x>; rel=preload"],
		["</x>", "</is-x>"],
		['</x>;rel=next, </y>; rel="prev"', '</is-x>;rel=next, </is-y>; rel="prev"'],
		["</x>,</y>", "</is-x>,</is-y>"],
		["</x>, , </y>", "</is-x>, , </is-y>"],
		['</x>; title="a, </y>; \\", </y>", </z>', '</is-x>; title="a, </y>; \\", </y>", </is-z>'],
		['<https://foreign/>; anchor="/x", </y>', '<https://foreign/>; anchor="/x", </is-y>'],
		["</a,b>; x", "</is-a,b>; x"],
	] as const;
	for (const [from, to] of rows) assert.equal(mapLink(from, map), to, from);
});

test("what does not parse stays", () => {
	for (const value of ["", "/x", "x </x>", "</x", "<", '<https://a/>; "</x>']) assert.equal(mapLink(value, map), value, value);
	assert.equal(mapLink("</x>, y, </z>", map), "</is-x>, y, </z>");
});
