import assert from "node:assert/strict";
import { test } from "node:test";
import { isIn, isKnownVersion, nearestVersion } from "./version.ts";

test("a row holds from its first version to its last; a line counts as its newest, a patch as its version", () => {
	const table: readonly (readonly [version: string, since: string | undefined, until: string | undefined, is: boolean])[] = [
		["5.10", "5.10", "5.10", true],
		["5.9", "5.10", undefined, false],
		["5.11", undefined, "5.10", false],
		["5.x", "5.11", undefined, true],
		["5", undefined, "5.11", false],
		["6.1.0", "6.1", "6.1", true],
		["3.2", undefined, "3.x", true],
		["4.0", undefined, "3.x", false],
		["2.6", undefined, undefined, true],
	];
	for (const [version, since, until, is] of table)
		assert.equal(isIn(version, { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }), is, version);
});

const KNOWN = ["5.9", "5.10", "5.11", "6.0", "6.1", "7.0", "7.1"];

test("known are the versions of the list, their patches, and whole lines of it", () => {
	for (const version of ["5.9", "5.10", "6.1.0", "7.0.12", "5.x", "6", "7.x"]) assert.ok(isKnownVersion(version, KNOWN), version);
	for (const version of ["5.1", "5.12", "6.2", "8.x", "8", "4.0", "70.1"]) assert.ok(!isKnownVersion(version, KNOWN), version);
});

test("the nearest version: the one before it, the line beyond its newest, the oldest before its line began, the nearest line", () => {
	for (const [version, nearest] of [
		["5.12", "5.x"],
		["7.4.1", "7.x"],
		["5.1", "5.9"],
		["8.0", "7.x"],
		["12", "7.x"],
		["3.2", "5.x"],
	] as const)
		assert.equal(nearestVersion(version, KNOWN), nearest, version);
	assert.equal(nearestVersion("2.4", ["2.2", "2.5"]), "2.2");
	assert.equal(nearestVersion("6.0", ["5.1", "7.1"]), "7.x");
});
