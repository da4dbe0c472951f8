/** The bench's own packages, installed when they are first needed. No install script runs. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** A warning if it failed: then the Node peers are left out, the others are still measured. */
export function installDependencies(): string | null {
	if (["http-proxy-3", "acorn"].every((name) => existsSync(`${here}node_modules/${name}`))) return null;
	process.stdout.write("installing the bench's own packages (npm ci --prefix bench)\n");
	const run = spawnSync("npm", ["ci", "--ignore-scripts", "--prefix", here], { encoding: "utf8", timeout: 300_000 });
	return run.status === 0 ? null : `npm ci --prefix bench failed, so the Node peers are left out: ${run.stderr.trim().slice(-300)}`;
}
