import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";

const read = (...argv: string[]): ReturnType<typeof readOptions> =>
	readOptions(
		argv,
		["get-plain", "get-tls", "redirect", "is-token"],
		["get-plain", "is-token"],
		["portico", "nginx", "haproxy", "caddy"],
		"out",
	);

test("without options everything is measured, into the whole table", () => {
	assert.deepEqual(read(), { only: null, peers: null, base: null, rounds: 5, seconds: 2, out: "out", name: "results" });
});

test("a comparison takes the rows of the data path, the peers that ratios need, and the other build", () => {
	assert.deepEqual(read("--compare", "cli.js"), {
		only: ["get-plain", "is-token"],
		peers: ["portico", "nginx", "haproxy", "portico-base"],
		base: "cli.js",
		rounds: 5,
		seconds: 2,
		out: "out",
		name: "results-part",
	});
});

test("another build is measured also where the proxies are named", () => {
	const options = read("--base", "cli.js", "--peers", "portico,caddy");
	assert.deepEqual(typeof options === "string" ? options : options.peers, ["portico", "caddy", "portico-base"]);
});

test("another build alone does not replace the whole table", () => {
	const options = read("--base", "cli.js");
	assert.equal(typeof options === "string" ? options : options.name, "results-part");
});

test("a row that does not exist is refused with the names of those that do", () => {
	assert.throws(() => read("--only", "get-plane"), /there is no get-plane; there are get-plain/);
});
