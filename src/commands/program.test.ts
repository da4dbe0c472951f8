/** The command line as a whole: what is wrong with it is told shortly, and shells complete it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startNode } from "../../test/harness/child.ts";
import { within } from "../../test/harness/deadline.ts";
import { temporaryFolder } from "../../test/harness/folder.ts";
import { CLI, runPortico } from "../../test/harness/portico.ts";
import { runCommand } from "./commands.fixture.ts";
import { register } from "./completion.ts";

test("a wrong command line is told in two lines, with exit code 3; --version is that of the package", async (t) => {
	const cwd = temporaryFolder(t);
	const table: readonly [words: readonly string[], err: RegExp][] = [
		[["stauts"], /^portico: unknown command 'stauts' \(Did you mean status\?\)\nSee `portico --help`\.\n$/],
		[["check", "--strikt"], /^portico: unknown option '--strikt' \(Did you mean --strict\?\)\nSee `portico check --help`\.\n$/],
		[
			["run", "--log-level", "loud"],
			/^portico: option '--log-level <level>' argument 'loud' is invalid\. Allowed choices are debug, info, warn, error\.\nSee .*\n$/,
		],
		[["drain"], /^portico: missing required argument 'name'\nSee `portico drain --help`\.\n$/],
		[["check"], /^portico: there is no portico\.yaml in this directory\nName the configuration: portico check FILE\n$/],
		[["completion", "tcsh"], /^portico: .*Allowed choices are bash, zsh, fish\.\nSee .*\n$/],
	];
	for (const [words, err] of table) {
		const { code, stdout, stderr } = await runPortico(t, words, { cwd });
		assert.match(stderr, err);
		assert.deepEqual([code, stdout], [3, ""], words.join(" "));
	}
	const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
	assert.deepEqual(await runPortico(t, ["--version"]), { code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
});

test("whoever reads the output may leave: no stack trace", async (t) => {
	const child = startNode(t, [CLI, "explain", "--preset", "wso2-is"]);
	child.process.stdout?.destroy();
	const { code } = await within(child.exited, "the end", 20_000);
	assert.deepEqual([code, child.stderr], [141, ""]);
});

/** What bash offers for the last of these words. */
function offered(script: string, ...words: string[]): string[] {
	const ask = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; compopt() { :; }; _portico; printf '%s\\n' "\${COMPREPLY[@]}"`;
	return execFileSync("bash", ["-c", ask], { encoding: "utf8" }).trim().split("\n");
}

test("bash completes commands, options and values; what there is comes from the commands themselves", async () => {
	const { out } = await runCommand(register, ["completion", "bash"]);
	assert.deepEqual(offered(out, "portico", "st"), ["status"]);
	assert.deepEqual(offered(out, "portico", "check", "--s"), ["--strict"]);
	assert.deepEqual(offered(out, "portico", "run", "--log-level", ""), ["debug", "info", "warn", "error"]);
	assert.deepEqual(offered(out, "portico", "completion", "z"), ["zsh"]);
	assert.deepEqual(offered(out, "portico", "run", "-c", "port"), [""], "a file");
});

for (const shell of ["zsh", "fish"] as const) {
	test(`the completion of ${shell} has every command`, async () => {
		const { out } = await runCommand(register, ["completion", shell]);
		for (const word of ["explain", "doctor", "dry-run", "log-format", "debug"]) assert.ok(out.includes(word), word);
	});
}
