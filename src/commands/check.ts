/** `portico check`: the problems of a configuration, or a summary of it. */

import type { Command } from "commander";
import { formatProblems, loadConfig } from "../config/load.ts";
import type { Plan } from "../plan/plan.ts";
import { frontLabel } from "../plan/service.ts";
import { configFile, withConfigFile } from "./configFile.ts";
import type { Process } from "./run.ts";

interface Options {
	readonly config?: string;
	readonly json?: boolean;
	readonly strict?: boolean;
}

export function register(program: Command, process: Process): void {
	withConfigFile(program.command("check").description("check a configuration; exit code 1 if it has problems"))
		.option("--json", "machine-readable output")
		.option("--strict", "return exit code 1 also if there are warnings")
		.action(async (argument: string | undefined, options: Options) => {
			const file = configFile(argument, options.config, "check");
			const loaded = await loadConfig(file, process.env);
			const problems = "problems" in loaded ? loaded.problems : [];
			const { warnings } = loaded;
			const summary = "plan" in loaded ? summarize(loaded.plan, loaded.files) : null;
			if (options.json) {
				process.out(`${JSON.stringify({ file, ok: summary !== null, problems, warnings, summary }, null, 2)}\n`);
			} else {
				process.err(formatProblems(problems) + formatProblems(warnings, "warning"));
				if (summary === null) process.err(`${file}: ${count(problems.length, "problem")}\n`);
				else process.out(summaryText(file, summary, warnings.length));
			}
			if (summary === null || (options.strict === true && warnings.length > 0)) process.exit(1);
		});
}

interface Summary {
	/** All files that the configuration is made of. */
	readonly files: readonly string[];
	readonly public: string;
	readonly listeners: readonly string[];
	readonly services: readonly {
		readonly name: string;
		readonly product: string;
		readonly hosts: readonly string[];
		readonly nodes: readonly string[];
		readonly routes: { readonly public: number; readonly restricted: number; readonly blocked: number };
	}[];
	readonly workers: number;
}

function summarize(plan: Plan, files: readonly string[]): Summary {
	return {
		files,
		public: plan.publicOrigin,
		listeners: plan.listeners.map(
			({ name, tls, redirectToHttps }) => `${name} ${redirectToHttps ? "redirects to https" : tls === null ? "http" : "https"}`,
		),
		services: plan.services.map((service, index) => {
			const { product, hosts } = service;
			const routes = plan.routes.filter(({ service }) => service === index);
			const members = plan.pools.filter((_, at) => routes.some(({ pool }) => pool === at)).flatMap((pool) => pool.members);
			const ofClass = (access: string): number => routes.filter((route) => route.access === access).length;
			return {
				name: frontLabel(service),
				product,
				hosts,
				nodes: [...new Set(members.map((member) => plan.members[member]?.node ?? ""))],
				routes: { public: ofClass("public"), restricted: ofClass("restricted"), blocked: ofClass("blocked") },
			};
		}),
		workers: plan.workers,
	};
}

function summaryText(file: string, summary: Summary, warnings: number): string {
	const lines = [`${file}: ok${warnings === 0 ? "" : `, ${count(warnings, "warning")}`}`, `public     ${summary.public}`];
	for (const read of summary.files.slice(1)) lines.push(`included   ${read}`);
	for (const listener of summary.listeners) lines.push(`listener   ${listener}`);
	for (const { name, product, hosts, nodes, routes } of summary.services) {
		const classes = `${routes.public} public, ${routes.restricted} restricted, ${routes.blocked} blocked`;
		const total = routes.public + routes.restricted + routes.blocked;
		lines.push(
			`service    ${name} (${product}) on ${hosts.join(", ")}: ${count(nodes.length, "node")} (${nodes.join(", ")}), ${count(total, "route")} (${classes})`,
		);
	}
	lines.push(`workers    ${summary.workers}`);
	return `${lines.join("\n")}\n`;
}

function count(number: number, word: string): string {
	return `${number} ${word}${number === 1 ? "" : "s"}`;
}
