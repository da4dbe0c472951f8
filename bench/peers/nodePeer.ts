/** A proxy that is a Node script of ours around a package: what they have in common. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import { type Peer, plainRouting, type Scene } from "./peer.ts";
import { packageVersion } from "./versions.ts";

/** `script` is a file under servers/, given its settings as JSON in the first argument. */
export function nodePeer(name: string, packageName: string, script: string): Peer {
	const file = fileURLToPath(new URL(`servers/${script}`, import.meta.url));
	const installed = fileURLToPath(new URL(`../node_modules/${packageName}`, import.meta.url));
	return {
		name,
		jit: true,
		abilities: [],
		missing: () => (existsSync(installed) ? null : `${packageName} is not installed under bench/`),
		describe: () => `${packageVersion(packageName)} on Node ${process.versions.node}`,
		start(scene) {
			const log = join(scene.dir, "access.log");
			const command = [process.execPath, file, JSON.stringify(settings(scene, log))];
			const daemon = startDaemon(command, join(scene.dir, "output.txt"), { core: PROXY_CORE, env: { NODE_ENV: "production" } });
			return { daemons: [daemon], logs: [log] };
		},
	};
}

function settings(scene: Scene, log: string): Record<string, unknown> {
	return {
		origin: `http://127.0.0.1:${scene.originPort}`,
		publicOrigin: PUBLIC_ORIGIN,
		routes: routeNames(plainRouting(scene)),
		port: scene.port,
		tlsPort: scene.tlsPort,
		certificate: scene.certificate,
		log,
	};
}
