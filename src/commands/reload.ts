/** `portico reload`: a running Portico takes up its configuration file again. */
import type { Command } from "commander";
import type { ReloadRefusal, ReloadReport } from "../admin/model.ts";
import { formatProblems, type Problem } from "../config/problem.ts";
import { type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";

export function register(program: Command, process: Process): void {
	withAdminOptions(
		program
			.command("reload")
			.description("let the running Portico read its configuration again, and show what changed; a file with problems changes nothing"),
	).action((options: AdminOptions) =>
		asking(options, process, async (client) => {
			const answer = await client.reload();
			if (options.json === true) process.out(`${JSON.stringify(answer, null, 2)}\n`);
			else show(answer, process);
			if ("error" in answer) process.exit(1);
		}),
	);
}

function show(answer: ReloadReport | ReloadRefusal, process: Process): void {
	process.err(
		("error" in answer ? formatProblems(answer.problems as readonly Problem[]) : "") +
			formatProblems(answer.warnings as readonly Problem[], "warning"),
	);
	if ("error" in answer) return process.err(`portico: ${answer.error.message}\n`);
	const { changes, restart } = answer;
	for (const change of changes) process.out(`${change}\n`);
	if (changes.length === 0) process.out("nothing changed\n");
	for (const change of restart) process.err(`needs a restart: ${change}\n`);
}
