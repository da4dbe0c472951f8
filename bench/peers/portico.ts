/** Portico itself, from dist/, one worker. */

import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PROXY_CORE, startDaemon } from "../children.ts";
import type { Ability } from "../rows/row.ts";
import type { Peer, Scene, Started } from "./peer.ts";
import { porticoConfig } from "./porticoConfig.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const CLI_PLACES = ["dist/src/cli.js", "dist/cli.js"];
const ABILITIES: readonly Ability[] = ["manyRoutes", "rewritesBodies", "products", "ownTwins"];

/** The built program, or null. */
export function cliFile(): string | null {
	return CLI_PLACES.map((place) => join(root, place)).find((file) => existsSync(file)) ?? null;
}

export const portico: Peer = {
	name: "portico",
	jit: true,
	abilities: ABILITIES,
	missing: missingDist,
	describe: () => `Portico on Node ${process.versions.node}`,
	start: (scene) => startPortico(scene, cliFile() ?? ""),
};

/** Another build of Portico, to see what a change does: `--base ../other/dist/src/cli.js`. */
export function porticoBase(cli: string): Peer {
	return {
		name: "portico-base",
		jit: true,
		abilities: ABILITIES,
		missing: () => (existsSync(cli) ? null : `there is no ${cli}`),
		describe: () => `Portico from ${cli} on Node ${process.versions.node}`,
		start: (scene) => startPortico(scene, resolve(cli)),
	};
}

/** Why the built program cannot run, or null. */
export function missingDist(): string | null {
	return cliFile() === null ? "there is no dist/src/cli.js: build first (npm run build)" : null;
}

/** A warning if dist/ is older than a source file, else null. */
export function staleBuild(): string | null {
	const cli = cliFile();
	if (cli === null) return null;
	const built = statSync(cli).mtimeMs;
	const newer = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
		(name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && statSync(join(root, "src", name)).mtimeMs > built,
	);
	return newer.length === 0
		? null
		: `dist/ is older than ${newer.length} source files (${newer.slice(0, 3).join(", ")} …): the figures are of the old build`;
}

function startPortico(scene: Scene, cli: string): Started {
	const file = join(scene.dir, "portico.yaml");
	const log = join(scene.dir, "access.log");
	writeFileSync(file, porticoConfig(scene, log));
	const command = [process.execPath, cli, "run", "-c", file];
	return { daemons: [startDaemon(command, join(scene.dir, "output.txt"), { core: PROXY_CORE })], logs: [log] };
}
