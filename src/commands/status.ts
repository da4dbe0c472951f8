/** `portico status`: services, nodes and members of the running Portico. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type AdminClient, type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";
import { statusTable } from "./statusTable.ts";
import { isColoured } from "./terminal.ts";

interface Options extends AdminOptions {
	readonly watch?: boolean;
}

const EVERY_MS = 1000;
const CLEAR_SCREEN = "\x1b[H\x1b[2J\x1b[3J";

export function register(program: Command, process: Process): void {
	withAdminOptions(program.command("status").description("show the health, admin state and load of all nodes of the running Portico"))
		.option("--watch", "refresh every second until interrupted")
		.action((file: string | undefined, options: Options) =>
			asking(file, options, process, async (client) => {
				if (options.watch === true) await watch(client, options, process);
				else process.out(await page(client, options, process));
			}),
		);
}

async function page(client: AdminClient, { json, watch: again }: Options, process: Process): Promise<string> {
	const status = await client.status();
	if (json === true) return `${JSON.stringify(status, null, again === true ? undefined : 2)}\n`;
	return statusTable(status, isColoured(process));
}

/** Goes on while Portico does not answer: it may be starting again. */
async function watch(client: AdminClient, options: Options, process: Process): Promise<never> {
	for (;;) {
		const text = await page(client, options, process).catch(
			(error: unknown) => `portico: ${error instanceof Error ? error.message : String(error)}\n`,
		);
		const isScreen = process.isTerminal && options.json !== true;
		process.out(isScreen ? CLEAR_SCREEN + text : options.json === true ? text : `${text}\n`);
		await sleep(EVERY_MS);
	}
}
