/** `portico reload`: the running Portico reads its configuration file again. */
import type { Command } from "commander";
import type { ReloadRefusal, ReloadReport } from "../admin/model.ts";
import { formatProblems, type Problem } from "../config/problem.ts";
import { type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";

interface Options extends AdminOptions {
	readonly dryRun?: boolean;
}

export function register(program: Command, process: Process): void {
	withAdminOptions(
		program
			.command("reload")
			.description("make the running Portico read its configuration again, and show the changes; a file with problems changes nothing"),
	)
		.option("--dry-run", "show the changes without applying them")
		.action((file: string | undefined, options: Options) =>
			asking(file, options, process, async (client) => {
				const answer = await client.reload(options.dryRun === true);
				if (options.json === true) process.out(`${JSON.stringify(answer, null, 2)}\n`);
				else show(answer, options.dryRun === true, process);
				if ("error" in answer) process.exit(1);
			}),
		);
}

function show(answer: ReloadReport | ReloadRefusal, isDry: boolean, process: Process): void {
	process.err(
		("error" in answer ? formatProblems(answer.problems as readonly Problem[]) : "") +
			formatProblems(answer.warnings as readonly Problem[], "warning"),
	);
	if ("error" in answer) return process.err(`portico: ${answer.file}: ${answer.error.message}\n`);
	const { file, changes, restart } = answer;
	process.out(`${file}: ${headline(changes.length, isDry)}\n`);
	for (const change of changes) process.out(`${change}\n`);
	for (const change of restart) process.err(`needs a restart: ${change}\n`);
}

function headline(changes: number, isDry: boolean): string {
	if (changes === 0) return isDry ? "nothing would change" : "nothing changed";
	const counted = changes === 1 ? "1 change" : `${changes} changes`;
	return isDry ? `${counted} would be made` : counted;
}
