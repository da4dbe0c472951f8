import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, startProgram } from "./child.ts";
import type { Scope } from "./deadline.ts";
import { temporaryFolder } from "./folder.ts";
import { peer } from "./peers.ts";
import { freePorts, untilListening } from "./ports.ts";

const MODULES = "/usr/lib/apache2/modules";

export interface ApacheOptions {
	/** Names without `mod_`, besides what every httpd here has (mpm_event, authz_core). */
	readonly modules?: readonly string[];
	/** The configuration after the private base; `%{folder}` in it stands for {@link Apache.folder}. */
	readonly config: string;
}

/** A private httpd that reads nothing under /etc. Lifetime: its scope. */
export class Apache {
	readonly port: number;
	readonly folder: string;
	readonly child: Child;

	constructor(port: number, folder: string, child: Child) {
		this.port = port;
		this.folder = folder;
		this.child = child;
	}

	/** The text of a file in its folder; `logs/error.log` is its error log. */
	read(name: string): string {
		return readFileSync(join(this.folder, name), "utf8");
	}
}

/** Starts httpd on a free port of 127.0.0.1 and waits until it listens. */
export async function startApache(scope: Scope, { modules = [], config }: ApacheOptions): Promise<Apache> {
	const [port = 0] = await freePorts(1);
	const folder = temporaryFolder(scope, { "httpd.conf": "" });
	// Its workers run as www-data.
	chmodSync(folder, 0o755);
	mkdirSync(join(folder, "logs"));
	const text = [
		base(folder, port),
		...["mpm_event", "authz_core", ...modules].map(loadModule),
		config.replaceAll("%{folder}", folder),
		"",
	].join("\n");
	const file = join(temporaryFolder(scope, { "httpd.conf": text }), "httpd.conf");
	const child = startProgram(scope, peer("apache").path, ["-d", folder, "-f", file, "-D", "FOREGROUND"], { endWith: "SIGTERM" });
	await untilListening(child, port);
	return new Apache(port, folder, child);
}

function loadModule(name: string): string {
	return `LoadModule ${name}_module ${MODULES}/mod_${name}.so`;
}

function base(folder: string, port: number): string {
	return `ServerRoot ${folder}
PidFile ${folder}/logs/httpd.pid
DefaultRuntimeDir ${folder}/logs
Mutex file:${folder}/logs
ServerName localhost
Listen 127.0.0.1:${port}
User www-data
Group www-data
ErrorLog ${folder}/logs/error.log
LogLevel warn
StartServers 1
MinSpareThreads 8
MaxSpareThreads 32
ThreadsPerChild 16
MaxRequestWorkers 64`;
}
