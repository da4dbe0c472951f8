/**
 * `npm test [-- [--record] [--timeout seconds] [--parallel files] [pattern…]]`: runs every test file in a process of its own and says what
 * happened. It fails
 *
 * - when a test fails,
 * - when a file has no test, does not run to its end, or takes longer than 240 s (`--timeout`),
 * - when a peer is missing and PEERS=required,
 * - when a whole run has fewer tests than scripts/testCount.json records; `--record` writes the number of this run, and what its long
 *   files took to scripts/testSeconds.json.
 *
 * A pattern is a part of a file's path; with patterns only the matching files run. The last line is `N passed, N failed`, with
 * `, N skipped` if there are any.
 *
 * Portico is started from dist/, which is built first if it is not what the sources say. One file more than there are cores run at a
 * time (`--parallel`), the longest first; those with a line `// alone: why` come last, one by one. One browser runs at a time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PEER_MISSING } from "../test/harness/peers.ts";
import { needsBrowser, orderOf, parallelOf, type Seconds, secondsOf } from "./testOrder.ts";
import type { EndLine, TestLine } from "./testReporter.ts";

/** npm starts its scripts in the folder of the package. */
const ROOT = process.cwd();
const RECORD = join(ROOT, "scripts/testCount.json");
const SECONDS = join(ROOT, "scripts/testSeconds.json");
const BUILD = join(ROOT, "scripts/build.mjs");
const REPORTER = new URL("testReporter.ts", import.meta.url).href;
const PATTERNS = ["src/**/*.test.ts", "estate/**/*.test.ts", "scripts/**/*.test.ts", "bench/**/*.test.ts", "test/**/*.test.ts"];
/** Seconds. */
const FILE_TIMEOUT = 240;

interface FileResult {
	readonly file: string;
	readonly tests: readonly TestLine[];
	/** What is wrong with the file as a whole, or null. */
	readonly problem: string | null;
	/** What it wrote, for reading when it fails. */
	readonly output: string;
	readonly milliseconds: number;
}

const running = new Set<ChildProcess>();
const folder = mkdtempSync(join(tmpdir(), "portico-results-"));
process.on("exit", () => {
	for (const child of running) killGroup(child, "SIGKILL");
	rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const { values: options, positionals: patterns } = parseArgs({
	options: {
		record: { type: "boolean", default: false },
		timeout: { type: "string", default: String(FILE_TIMEOUT) },
		parallel: { type: "string", default: String(parallelOf(availableParallelism())) },
	},
	allowPositionals: true,
});
const found = PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: ROOT, exclude: ["**/node_modules/**"] })).sort();
const files = patterns.length === 0 ? found : found.filter((file) => patterns.some((pattern) => file.includes(pattern)));
const environment = await environmentOf(files);
const results = await runAll(files);
process.exitCode = report(results) ? 0 : 1;

async function runAll(files: readonly string[]): Promise<FileResult[]> {
	const { together, alone } = orderOf(files, recordedSeconds(), (file) => readFileSync(join(ROOT, file), "utf8"));
	return [...(await runSome(together, Number(options.parallel))), ...(await runSome(alone, 1))];
}

/** So many at a time. */
async function runSome(files: readonly string[], parallel: number): Promise<FileResult[]> {
	const queue = [...files];
	const results: FileResult[] = [];
	let browsers = 0;
	const next = (): string | undefined => {
		const at = queue.findIndex((file) => browsers === 0 || !needsBrowser(file));
		return at === -1 ? undefined : queue.splice(at, 1)[0];
	};
	const work = async () => {
		for (let file = next(); file !== undefined; file = next()) {
			if (needsBrowser(file)) browsers++;
			const result = await runFile(file, join(folder, `${file.replaceAll("/", "+")}.jsonl`));
			if (needsBrowser(file)) browsers--;
			results.push(result);
			print(summaryOf(result));
		}
	};
	await Promise.all(Array.from({ length: parallel }, work));
	return results;
}

/** What the files run with: where Portico was built, and a cache of what Node has compiled, since most programs here live for a second. */
async function environmentOf(files: readonly string[]): Promise<NodeJS.ProcessEnv> {
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	const cached = { NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/tests"), ...env };
	const startsPortico = files.some((file) => !file.startsWith("src/") && !file.startsWith("estate/"));
	if (!startsPortico || !existsSync(BUILD)) return cached;
	const { build, isBuilt } = (await import(BUILD)) as { build(): Promise<boolean>; isBuilt(): boolean };
	if (isBuilt() || (await build()))
		return { ...cached, PORTICO_BUILT: join(ROOT, "dist/src/cli.js"), ESTATE_NODE_BUILT: join(ROOT, "dist/estate/nodeMain.js") };
	print("Portico runs from its sources\n");
	return cached;
}

async function runFile(file: string, events: string): Promise<FileResult> {
	const started = performance.now();
	const args = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${events}`, file];
	// A group of its own, so that a file which hangs goes with everything it has started.
	const child = spawn(process.execPath, args, { cwd: ROOT, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
	running.add(child);
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		killGroup(child, "SIGKILL");
	}, Number(options.timeout) * 1000);
	const exit = Promise.withResolvers<string | number | null>();
	child.once("exit", (code, signal) => exit.resolve(signal ?? code));
	const ending = await exit.promise;
	clearTimeout(timer);
	running.delete(child);
	killGroup(child, "SIGKILL");
	const { tests, end } = readEvents(events);
	return { file, tests, problem: problemOf(tests, end, ending, late), output, milliseconds: performance.now() - started };
}

function problemOf(tests: readonly TestLine[], end: EndLine | undefined, ending: string | number | null, late: boolean): string | null {
	if (late) return `did not end within ${options.timeout} s`;
	if (tests.length === 0 && ending === 0) return "has no test, or left before any had ended";
	if (end === undefined) return `ended (${ending}) before all of its tests had`;
	if (ending !== 0 && tests.every((test) => test.passed)) return `ended with ${ending} although no test failed`;
	return null;
}

function readEvents(events: string): { tests: TestLine[]; end: EndLine | undefined } {
	let text = "";
	try {
		text = readFileSync(events, "utf8");
	} catch {
		// The file did not come as far as its first test.
	}
	const lines = text
		.split("\n")
		.slice(0, -1)
		.map((line) => JSON.parse(line) as TestLine | EndLine);
	return { tests: lines.filter((line) => line.kind === "test"), end: lines.find((line) => line.kind === "end") };
}

/** Ends what is left of the child's process group. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		// Nobody is left in it.
	}
}

function summaryOf({ file, tests, problem, milliseconds }: FileResult): string {
	const failed = tests.filter((test) => !test.passed).length;
	const skipped = tests.filter((test) => test.skipped !== null).length;
	const verdict = failed > 0 || problem !== null ? "FAIL" : "ok  ";
	const notes = [`${tests.length} tests`, ...(failed > 0 ? [`${failed} failed`] : []), ...(skipped > 0 ? [`${skipped} skipped`] : [])];
	return `${verdict} ${file} (${notes.join(", ")}, ${(milliseconds / 1000).toFixed(1)} s)`;
}

/** Prints everything there is to say; true if all is well. */
function report(results: readonly FileResult[]): boolean {
	const tests = results.flatMap(({ tests }) => tests);
	const skips = results.flatMap(({ file, tests }) => tests.filter((test) => test.skipped !== null).map((test) => ({ file, test })));
	const failedTests = tests.filter((test) => !test.passed).length;
	const passed = tests.length - failedTests - skips.length;
	const problems = [...problemsOfFiles(results), ...problemsOfPeers(skips), ...problemsOfCount(tests.length)];

	for (const result of results) printFailures(result);
	printSkips(skips);
	if (problems.length > 0) print(`\nNot in order:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
	const failed = failedTests + problems.length;
	if (options.record && failed === 0 && patterns.length === 0) record(tests.length, results);
	print(`\n${passed} passed, ${failed} failed${skips.length > 0 ? `, ${skips.length} skipped` : ""}`);
	return failed === 0;
}

function record(count: number, results: readonly FileResult[]): void {
	writeFileSync(RECORD, `{ "tests": ${count} }\n`);
	writeFileSync(SECONDS, `${JSON.stringify(secondsOf(results), null, "\t")}\n`);
}

function recordedSeconds(): Seconds {
	return existsSync(SECONDS) ? (JSON.parse(readFileSync(SECONDS, "utf8")) as Seconds) : {};
}

function problemsOfFiles(results: readonly FileResult[]): string[] {
	if (results.length === 0) return [`no test file matches ${patterns.join(" ")}`];
	const reported = new Set(results.map(({ file }) => file));
	const lost = files.filter((file) => !reported.has(file)).map((file) => `${file} was found but not run`);
	return [...lost, ...results.flatMap(({ file, problem }) => (problem === null ? [] : [`${file} ${problem}`]))];
}

function problemsOfPeers(skips: readonly { test: TestLine }[]): string[] {
	if (process.env.PEERS !== "required") return [];
	const missing = skips.filter(({ test }) => test.skipped?.startsWith(PEER_MISSING)).length;
	return missing === 0 ? [] : [`${missing} tests skipped for want of a peer, but PEERS=required`];
}

function problemsOfCount(count: number): string[] {
	if (patterns.length > 0 || options.record) return [];
	const { tests: recorded } = JSON.parse(readFileSync(RECORD, "utf8")) as { tests: number };
	return count < recorded ? [`${count} tests, but there were ${recorded} (scripts/testCount.json; npm test -- --record)`] : [];
}

function printFailures({ file, tests, problem, output }: FileResult): void {
	const failures = tests.filter((test) => !test.passed);
	for (const { name, line, failure } of failures) print(`\nFAILED ${file}:${line}\n  ${name}\n${indent(failure)}`);
	if (failures.length > 0 || problem !== null) print(output === "" ? "" : `\nOutput of ${file}:\n${indent(output.slice(-4000))}`);
}

function printSkips(skips: readonly { file: string; test: TestLine }[]): void {
	if (skips.length === 0) return;
	const reasons = Map.groupBy(skips, ({ test }) => test.skipped ?? "");
	print(`\n!!! ${skips.length} TESTS WERE SKIPPED !!!`);
	for (const [reason, group] of reasons) {
		print(`  ${reason}`);
		for (const { file, test } of group) print(`    ${file}:${test.line} ${test.name}`);
	}
}

function indent(text: string): string {
	return text.trimEnd().replace(/^/gm, "    ");
}

function print(text: string): void {
	process.stdout.write(`${text}\n`);
}
