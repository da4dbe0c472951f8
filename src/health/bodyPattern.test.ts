import assert from "node:assert/strict";
import { test } from "node:test";
import { compileBodyPattern } from "./bodyPattern.ts";

test("patterns match anywhere in the bodies of nodes", () => {
	const matches = (source: string, body: string): boolean => compileBodyPattern(source).test(body);
	const version = "<ns:return>WSO2 (API Manager|Identity Server)-\\d+\\.\\d+";
	assert.ok(matches(version, "<ns:return>WSO2 API Manager-4.2.0</ns:return>"));
	assert.ok(!matches(version, "<ns:return>WSO2 Carbon</ns:return>"));
	assert.ok(matches('"status"\\s*:\\s*"(UP|OK)"', '{ "status" :\n"UP" }'));
	assert.ok(matches("(?i)status: up", "Status: UP"));
	assert.ok(!matches("^\\d+$", "12\n"), "$ is the end of the body, not of a line");
});

for (const [source, body] of [
	["^(a+)+$", `${"a".repeat(65_536)}!`],
	["(a|a)*(a|a)*(a|a)*[^a]", "a".repeat(65_536)],
	["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(65_536)],
	["[ab]*a[ab]{300}[^ab]", "abaab".repeat(13_000)],
] as const) {
	test(`/${source}/, which could keep the runtime's own busy for years, takes time linear in the body`, () => {
		const started = process.cpuUsage();
		assert.equal(compileBodyPattern(source).test(body), false);
		const { user } = process.cpuUsage(started);
		assert.ok(user < 10e6, `${user / 1e6} s`);
	});
}

for (const source of [
	"a{999}",
	"[ab]{300}[cd]{300}",
	`${"(".repeat(9)}${"){0,1000}".repeat(9)}a`,
	`${"(".repeat(2000)}a${")".repeat(2000)}`,
]) {
	test(`/${source.slice(0, 20)}/ is refused: too large`, () => {
		assert.throws(() => compileBodyPattern(source), /too large|nests too deeply/);
	});
}

for (const [source, problem] of [
	["(UP)\\1", "invalid escape sequence `\\1`"],
	["(?=a)", "`(?=`"],
	["(a", "missing closing ) `(a`"],
	["[b-a]", "`b-a`"],
	["a**", "`**`"],
	["\\", "trailing backslash"],
] as const) {
	test(`/${source}/ is refused: ${problem}`, () => {
		assert.throws(
			() => compileBodyPattern(source),
			(error: Error) => error.message.startsWith("this pattern is invalid: ") && error.message.includes(problem),
		);
	});
}
