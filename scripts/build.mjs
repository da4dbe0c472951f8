// `npm run build`: compiles the sources into dist/. Plain JavaScript, since `npm start` runs it before there is anything else.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}dist/.built`;
const sources = ["src/**/*", "estate/**/*", "tsconfig*.json", "package-lock.json"];

/** True if no source is newer than the last whole build. */
export function isBuilt() {
	const built = statSync(stamp, { throwIfNoEntry: false });
	if (built === undefined) return false;
	return globSync(sources, { cwd: root }).every((file) => statSync(root + file).mtimeMs <= built.mtimeMs);
}

/** Builds from nothing; ends the process with 1, after the compiler's messages, if that fails. */
export function build() {
	const started = new Date();
	rmSync(`${root}dist`, { recursive: true, force: true });
	const compiler = `${root}node_modules/typescript/bin/tsc`;
	const { status, error } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
	if (error !== undefined || status !== 0) {
		process.stderr.write(`the build failed${error === undefined ? "" : `: ${error.message}`} (was \`npm ci\` run?)\n`);
		process.exit(1);
	}
	mkdirSync(`${root}dist`, { recursive: true });
	writeFileSync(stamp, `${started.toISOString()}\n`);
}

if (import.meta.main) build();
