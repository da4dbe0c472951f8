/**
 * `npm run ok [-- --static]`: everything that must hold before a change is done; `--static` leaves the tests out. All steps run,
 * also after one that failed; the tests come last, and so does their line.
 */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin");

type Step = readonly [name: string, command: string, ...args: string[]];

const STATIC: readonly Step[] = [
	["format and lint", "biome", "check", "--error-on-warnings"],
	["promises", "oxlint", "--type-aware", "--deny-warnings"],
	["types", "tsc", "-p", "tsconfig.json"],
	["layers", "node", "scripts/layers.ts"],
	["unused code", "knip"],
	["generated docs", "node", "scripts/generateDocs.ts", "--check"],
];
const TESTS: Step = ["tests", "node", "scripts/test.ts"];

const steps = process.argv.includes("--static") ? STATIC : [...STATIC, TESTS];
const failed = steps.filter((step) => !run(step)).map(([name]) => name);
if (steps === STATIC || failed.length > 0)
	process.stderr.write(failed.length === 0 ? "all in order\n" : `not in order: ${failed.join(", ")}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

function run([name, command, ...args]: Step): boolean {
	process.stderr.write(`--- ${name}\n`);
	const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` };
	const { status, error } = spawnSync(command, args, { cwd: ROOT, env, stdio: "inherit", shell: process.platform === "win32" });
	if (error !== undefined) process.stderr.write(`${error.message}\n`);
	return status === 0;
}
