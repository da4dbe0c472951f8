/** Portico itself, from dist/, one worker. The same code once more on Bun. */

import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import type { Peer, Scene, Started } from "./peer.ts";
import { commandVersion } from "./versions.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const CLI_PLACES = ["dist/src/cli.js", "dist/cli.js"];

/** The built program, or null. */
export function cliFile(): string | null {
	return CLI_PLACES.map((place) => join(root, place)).find((file) => existsSync(file)) ?? null;
}

/** Bun's binary comes in a package of its own, so nothing depends on an install script. */
function bunFile(): string | null {
	const folder = join(root, "bench/node_modules/@oven");
	if (!existsSync(folder)) return null;
	return (
		readdirSync(folder)
			.map((name) => join(folder, name, "bin/bun"))
			.find((file) => existsSync(file)) ?? null
	);
}

export const portico: Peer = {
	name: "portico",
	jit: true,
	manyRoutes: true,
	rewritesBodies: true,
	missing: missingDist,
	describe: () => `Portico on Node ${process.versions.node}`,
	start: (scene) => startPortico(scene, [process.execPath, cliFile() ?? ""]),
};

/** Another build of Portico, to see what a change does: `--base ../other/dist/src/cli.js`. */
export function porticoBase(cli: string): Peer {
	return {
		name: "portico-base",
		jit: true,
		manyRoutes: true,
		rewritesBodies: true,
		missing: () => (existsSync(cli) ? null : `there is no ${cli}`),
		describe: () => `Portico from ${cli} on Node ${process.versions.node}`,
		start: (scene) => startPortico(scene, [process.execPath, resolve(cli)]),
	};
}

export const porticoOnBun: Peer = {
	name: "portico-bun",
	jit: true,
	manyRoutes: true,
	rewritesBodies: true,
	missing: () => missingDist() ?? (bunFile() === null ? "npm's bun is not installed under bench/" : null),
	describe: () => `Portico on Bun ${commandVersion(bunFile() ?? "bun", ["--version"], /\S+/)}`,
	start: (scene) => startPortico(scene, [bunFile() ?? "bun", cliFile() ?? ""]),
	startPlain: (scene) => startPortico(scene, [bunFile() ?? "bun", cliFile() ?? ""], false),
};

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

function startPortico(scene: Scene, program: readonly string[], withTls = true): Started {
	const file = join(scene.dir, "portico.yaml");
	const log = join(scene.dir, "access.log");
	writeFileSync(file, config(scene, log, withTls));
	const command = [...program, "run", "-c", file];
	return { daemons: [startDaemon(command, join(scene.dir, "output.txt"), { core: PROXY_CORE })], logs: [log] };
}

function tlsListener({ tlsPort, certificate }: Scene): string {
	return `  - { address: "127.0.0.1:${tlsPort}", tls: { certificates: [ { cert: ${certificate.cert}, key: ${certificate.key} } ] } }`;
}

function config(scene: Scene, log: string, withTls: boolean): string {
	return `
public: ${PUBLIC_ORIGIN}
workers: 1
listeners:
  - address: 127.0.0.1:${scene.port}
${withTls ? tlsListener(scene) : ""}
services:
  node:
    product: http
    keepAlive: { maxRequests: 1000000, idle: 10m, maxIdle: 256 }
    nodes: [ { name: n-1, url: "http://127.0.0.1:${scene.originPort}" } ]
    routes:
${routeNames(scene.routes)
	.map((name) => `      - { path: /is-${name}, to: /${name}${name === "page" ? ", rewriteBodies: true" : ""} }`)
	.join("\n")}
accessLog: { path: ${log}, format: combined }
admin: { address: 127.0.0.1:${scene.spare} }
timeouts: { keepAlive: 10m }
`;
}
