/** The program under a Node that is too old for it: src/cli.ts starts the one that is installed as a package. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { extname, join } from "node:path";
import { test } from "node:test";
import { type Child, startNode, startProgram } from "./harness/child.ts";
import type { Scope } from "./harness/deadline.ts";
import { within } from "./harness/deadline.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { CLI, untilEvent } from "./harness/portico.ts";

const CONFIG = `
public: http://localhost
listeners: [{ address: "127.0.0.1:0" }]
services: { app: { product: http, routes: [{ path: /app }], nodes: [{ name: a, url: "http://127.0.0.1:9" }] } }
accessLog: []
`;

type Start = (scope: Scope, args: readonly string[], cwd: string) => Child;

/** This Node, which says that it is an old one, and can no more than that. */
const OLD = `data:text/javascript,${encodeURIComponent(
	'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.0" } }); process.execve = undefined;',
)}`;
const pretended: Start = (scope, args, cwd) => startNode(scope, ["--import", OLD, ...args], { cwd, endWith: "SIGTERM" });

/** Of Debian or of the machine, if it is an old one. The sources are not for it, so what is built has to be there. */
const INSTALLED = "/usr/bin/node";
const installed: Start = (scope, args, cwd) => startProgram(scope, INSTALLED, args, { cwd });

function isOld(): boolean {
	try {
		return Number.parseInt(execFileSync(INSTALLED, ["--version"], { encoding: "utf8" }).slice(1), 10) < 26;
	} catch {
		return false;
	}
}

const starts: [name: string, start: Start][] = [["pretended", pretended]];
if (extname(CLI) === ".js" && isOld()) starts.push(["installed", installed]);

for (const [name, start] of starts) {
	test(`under an old Node (${name}) exit codes, output and signals are those of the program, from any folder and through a link`, async (t) => {
		const folder = temporaryFolder(t, { "portico.yaml": CONFIG });
		mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
		const link = join(folder, "node_modules/.bin/portico");
		symlinkSync(CLI, link);

		const version = start(t, [link, "--version"], folder);
		assert.equal((await within(version.exited, () => version.output, 20_000)).code, 0, version.output);
		assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
		const wrong = start(t, [link, "chekc"], folder);
		assert.equal((await within(wrong.exited, () => wrong.output, 20_000)).code, 3);
		assert.equal(wrong.stderr, "portico: unknown command 'chekc' (Did you mean check?)\nSee `portico --help`.\n");

		const run = start(t, [link, "run"], folder);
		await untilEvent(run, "ready", () => true, 20_000);
		run.signal("SIGUSR1");
		await untilEvent(run, "logs_reopened", () => true);
		run.signal("SIGHUP");
		await untilEvent(run, "config_reloaded", () => true);
		const { code } = await run.stop();
		assert.equal(code, 0, run.output);
		assert.match(run.stderr, /"signal":"SIGTERM","msg":"draining".*"msg":"stopped"/s);
	});
}

test("without the package one line says what to do", async (t) => {
	const folder = temporaryFolder(t, { "package.json": '{ "type": "module" }' });
	const alone = join(folder, `cli${extname(CLI)}`);
	copyFileSync(CLI, alone);
	const child = pretended(t, [alone, "check"], folder);
	assert.equal((await within(child.exited, () => child.output, 20_000)).code, 1);
	assert.match(child.stderr, /^portico: Node 26 or newer is required, but this is v\d\S+ \(\S+\): .*install Node 26\n$/);
});
