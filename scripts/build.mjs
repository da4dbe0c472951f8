// `npm run build`: bundles the sources into dist/. Plain JavaScript, since `npm start` runs it before there is anything else.
import { createHash } from "node:crypto";
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}dist/.built`;
const sources = ["src/**/*.ts", "estate/**/*.ts", "tsconfig.json", "package.json", "package-lock.json", "scripts/bundle.mjs"];
const exclude = ["**/*.test.ts", "**/*.fixture.ts"];

/** True if dist/ was built from exactly these sources: by content, since a checkout or a deleted file leaves no newer time behind. */
export function isBuilt() {
	try {
		return readFileSync(stamp, "utf8") === fingerprint();
	} catch {
		return false;
	}
}

/** Builds from nothing. False, after the bundler's messages, if that fails: the last build stays. */
export async function build() {
	const built = fingerprint();
	// Beside dist/ first, so that a program which runs from there is without its files for a moment only.
	const fresh = `dist.${process.pid}.tmp`;
	try {
		// Not before: what is built already starts without the packages for development.
		const { bundle } = await import("./bundle.mjs");
		await bundle(root, root + fresh);
	} catch (error) {
		rmSync(root + fresh, { recursive: true, force: true });
		process.stderr.write(`the build failed: ${error.message} (was \`npm ci\` run?)\n`);
		return false;
	}
	writeFileSync(`${root}${fresh}/.built`, built);
	rmSync(`${root}dist`, { recursive: true, force: true });
	renameSync(root + fresh, `${root}dist`);
	return true;
}

function fingerprint() {
	const hash = createHash("sha256");
	for (const file of globSync(sources, { cwd: root, exclude }).sort())
		hash
			.update(`${file}\0`)
			.update(readFileSync(root + file))
			.update("\0");
	return `${hash.digest("hex")}\n`;
}

if (import.meta.main && !(await build())) process.exitCode = 1;
