import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startNode } from "../test/harness/child.ts";
import { within } from "../test/harness/deadline.ts";
import { temporaryFolder } from "../test/harness/folder.ts";
import { startRawServer } from "../test/harness/rawServer.ts";

const RUNNER = fileURLToPath(new URL("test.ts", import.meta.url));
const PASSING = 'import { test } from "node:test"; test("one", () => undefined); test("two", () => undefined);';

interface Run {
	readonly code: number | null;
	readonly output: string;
	readonly lastLine: string | undefined;
}

async function runIn(
	t: TestContext,
	files: Readonly<Record<string, string>>,
	args: readonly string[] = [],
	env: Readonly<Record<string, string>> = {},
): Promise<Run> {
	const cwd = temporaryFolder(t, { "scripts/testCount.json": '{ "tests": 2 }', "package.json": '{ "type": "module" }', ...files });
	const child = startNode(t, [RUNNER, ...args], { cwd, env: { ...process.env, PEERS: "", ...env } });
	const { code } = await within(child.exited, "the end of the runner", 30_000);
	return { code, output: child.output, lastLine: child.stdout.trimEnd().split("\n").at(-1) };
}

test("a run without trouble ends with its numbers and 0", async (t) => {
	const run = await runIn(t, { "src/a.test.ts": PASSING });

	assert.deepEqual([run.code, run.lastLine], [0, "2 passed, 0 failed"]);
});

test("a failing test fails the run and is shown with its suite, file and line", async (t) => {
	const failing =
		'import { suite, test } from "node:test";\nsuite("outer", () => {\n test("inner", () => { throw new Error("why"); }); });';
	const run = await runIn(t, { "src/a.test.ts": PASSING, "test/b.test.ts": failing });

	assert.deepEqual([run.code, run.lastLine], [1, "2 passed, 1 failed"]);
	assert.match(run.output, /FAILED test\/b\.test\.ts:3\n {2}outer › inner\n {4}Error: why/);
});

test("a file that leaves early with exit code 0 fails the run", async (t) => {
	const leaving = `${PASSING} test("leaves", () => process.exit(0)); test("never", () => undefined);`;
	const run = await runIn(t, { "src/a.test.ts": leaving });

	assert.equal(run.code, 1);
	assert.match(run.output, /src\/a\.test\.ts has no test, or left before any had ended/);
});

test("a file that hangs is ended, with what it has started, and fails the run", async (t) => {
	const server = await startRawServer(t, () => undefined);
	const hanging = `import { spawn } from "node:child_process"; ${PASSING}
		spawn(process.execPath, ["-e", "require('node:net').connect(${server.port}, '127.0.0.1')"], { stdio: "ignore" });`;
	const run = await runIn(t, { "src/a.test.ts": hanging }, ["--timeout", "8"]);

	assert.deepEqual([run.code, run.lastLine], [1, "2 passed, 1 failed"]);
	assert.match(run.output, /did not end within 8 s/);
	await (await server.connection(0)).ended();
});

test("a file without tests and a file that does not load fail the run", async (t) => {
	const run = await runIn(t, {
		"src/a.test.ts": PASSING,
		"src/b.test.ts": 'import "node:test";',
		"src/c.test.ts": 'import "./missing.ts";',
	});

	assert.deepEqual([run.code, run.lastLine], [1, "2 passed, 2 failed"]);
	assert.match(run.output, /src\/b\.test\.ts has no test/);
	assert.match(run.output, /Cannot find module/);
});

test("fewer tests than recorded fail a whole run, not one with a pattern", async (t) => {
	const files = { "src/a.test.ts": PASSING, "scripts/testCount.json": '{ "tests": 3 }' };

	const whole = await runIn(t, files);
	const part = await runIn(t, files, ["src/a"]);

	assert.deepEqual([whole.code, whole.lastLine], [1, "2 passed, 1 failed"]);
	assert.match(whole.output, /2 tests, but there were 3/);
	assert.deepEqual([part.code, part.lastLine], [0, "2 passed, 0 failed"]);
});

test("a pattern that fits no file fails the run", async (t) => {
	const run = await runIn(t, { "src/a.test.ts": PASSING }, ["nothing"]);

	assert.deepEqual([run.code, run.lastLine], [1, "0 passed, 1 failed"]);
});

test("a missing peer is told loudly, and fails the run where peers are required", async (t) => {
	const skipping = `${PASSING} test("with tomcat", { skip: "peer missing: tomcat" }, () => undefined);`;

	const lenient = await runIn(t, { "src/a.test.ts": skipping });
	const strict = await runIn(t, { "src/a.test.ts": skipping }, [], { PEERS: "required" });

	assert.deepEqual([lenient.code, lenient.lastLine], [0, "2 passed, 0 failed, 1 skipped"]);
	assert.match(lenient.output, /1 TESTS WERE SKIPPED !!!\n {2}peer missing: tomcat\n {4}src\/a\.test\.ts:1 with tomcat/);
	assert.deepEqual([strict.code, strict.lastLine], [1, "2 passed, 1 failed, 1 skipped"]);
});
