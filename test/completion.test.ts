/** The completion scripts in the shells that they are for. bash: src/commands/program.test.ts. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { test } from "node:test";
import { Child } from "./harness/child.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { peer } from "./harness/peers.ts";
import { runPortico } from "./harness/portico.ts";

test("zsh completes what is typed", { skip: peer("zsh").skip }, async (t) => {
	const { stdout: script } = await runPortico(t, ["completion", "zsh"]);
	const folder = temporaryFolder(t, { "completion.zsh": script, "some.pem": "" });
	// script(1) runs a command at a terminal of its own; only there zsh completes.
	const terminal = spawn("script", ["-qefc", `${peer("zsh").path} -f -i`, "/dev/null"], {
		cwd: folder,
		env: { ...process.env, TERM: "xterm", SHELL: "/bin/sh" },
		stdio: ["pipe", "pipe", "pipe"],
	});
	const zsh = new Child(t, terminal);
	// The words are printed apart, so that what the terminal echoes is none of them.
	const setUp = `PS1=; autoload -Uz compinit; compinit -u -D; source ./completion.zsh; portico() { print -r -- "R""AN $*" }; print RE""ADY`;
	terminal.stdin.write(`${setUp}\n`);
	await zsh.until(() => (zsh.stdout.includes("READY") ? true : undefined), "a zsh that is ready", 20_000);
	const table: readonly [typed: string, becomes: string][] = [
		["dra\tis-1", "drain is-1"],
		["stat\t--js\t", "status --json"],
		["run --log-l\tde\t", "run --log-level debug"],
		["completion z\t", "completion zsh"],
		["doctor --ca som\t", "doctor --ca some.pem"],
		["--vers\t", "--version"],
	];
	for (const [typed, becomes] of table) {
		const before = zsh.stdout.length;
		terminal.stdin.write(`portico ${typed}\n`);
		const ran = await zsh.until(
			() => /RAN (.*?) *\r\n/.exec(zsh.stdout.slice(before))?.[1],
			`what becomes of ${JSON.stringify(typed)}`,
			20_000,
		);
		assert.equal(ran, becomes);
	}
});

test("fish offers what fits", { skip: peer("fish").skip }, async (t) => {
	const { stdout: script } = await runPortico(t, ["completion", "fish"]);
	const cwd = temporaryFolder(t, { "completion.fish": script, "some.pem": "" });
	const lines = [
		"portico dra",
		"portico run --log-level d",
		"portico completion ",
		"portico drain is-1 --f",
		"portico doctor --ca som",
		"portico --v",
	];
	const asks = ["source completion.fish", ...lines.map((line) => `complete -C '${line}'; echo .`)].join("; ");
	const out = execFileSync(peer("fish").path, ["--no-config", "-c", asks], { cwd, encoding: "utf8", env: { ...process.env, HOME: cwd } });
	const offers = out.split(/^\.$/m).map((part) => part.trim().replace(/\t.*$/gm, "").split("\n"));
	assert.deepEqual(offers, [["drain"], ["debug"], ["bash", "fish", "zsh"], ["--force"], ["some.pem"], ["--version"], [""]]);
});
