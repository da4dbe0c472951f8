import type { Command } from "commander";
import type { Process } from "./run.ts";

/** Packages that only the simulated nodes need: an installation that serves does not have them. */
const PACKAGES = ["@peculiar/x509", "reflect-metadata", "ws"];

export interface DemoOptions {
	readonly port: string;
	/** Absent: 8080, or a free port if that is in use. */
	readonly httpPort?: string;
}

export function register(program: Command, process: Process): void {
	program
		.command("demo")
		.description("run Portico with simulated nodes on loopback: two Identity Servers and two API Managers")
		.option("--port <port>", "public https port", "8443")
		.option("--http-port <port>", "plain port that redirects to https (default: 8080, or a free one)")
		.action(async (options: DemoOptions) => {
			const missing = PACKAGES.filter((name) => !isInstalled(name));
			if (missing.length > 0) {
				throw new Error(
					`the demo needs ${missing.join(", ")}: run \`npm ci\` (without --omit=dev) in a checkout of Portico and start it there`,
				);
			}
			const { runDemo } = await import("./demoSession.ts");
			await runDemo(options, process);
		});
}

function isInstalled(name: string): boolean {
	try {
		import.meta.resolve(name);
		return true;
	} catch {
		return false;
	}
}
