/** Load balancers that are not ours, for plays in which one is in front of Portico. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import type { Scope } from "./deadline.ts";
import { temporaryFolder } from "./folder.ts";
import { peer } from "./peers.ts";
import { untilListening } from "./ports.ts";

export interface BalancerFiles {
	/** Certificates and keys, by name. `%{folder}` in the configuration is where they are. */
	readonly files?: Readonly<Record<string, string>>;
}

/** HAProxy. Resolves when it listens on the port. @param config what comes after `defaults` */
export async function startHaproxy(scope: Scope, port: number, config: string, { files = {} }: BalancerFiles = {}): Promise<void> {
	const folder = temporaryFolder(scope, files);
	const text = `global
  nbthread 1
defaults
  timeout connect 5s
  timeout client 1m
  timeout server 1m
${config.replaceAll("%{folder}", folder)}
`;
	const file = join(temporaryFolder(scope, { "haproxy.cfg": text }), "haproxy.cfg");
	await untilListening(startProgram(scope, peer("haproxy").path, ["-db", "-f", file], { endWith: "SIGTERM" }), port);
}

/** nginx. Resolves when it listens on the port. @param config what `http` has */
export async function startNginx(scope: Scope, port: number, config: string, { files = {} }: BalancerFiles = {}): Promise<void> {
	const folder = temporaryFolder(scope, files);
	// Its workers may run as another user.
	chmodSync(folder, 0o777);
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
	const text = `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
access_log off;
${temporary.join("\n")}
${config.replaceAll("%{folder}", folder)}
}
`;
	const file = join(temporaryFolder(scope, { "nginx.conf": text }), "nginx.conf");
	const args = ["-c", file, "-p", folder, "-e", join(folder, "error.log")];
	await untilListening(startProgram(scope, peer("nginx").path, args, { endWith: "SIGTERM" }), port);
}
