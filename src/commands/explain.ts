/** `portico explain`: what would happen to a request, and why. */
import type { Command } from "commander";
import { type Explanation, explainRequest } from "../config/explain.ts";
import { formatProblems, loadConfig } from "../config/load.ts";
import { normalizeAddress } from "../http/cidr.ts";
import type { Process } from "./run.ts";

interface Options {
	readonly config: string;
	readonly client: string;
	readonly upgrade?: string;
	readonly json?: boolean;
}

/** A client out of every network anyone lists (RFC 5737). */
const STRANGER = "192.0.2.1";

export function register(program: Command, process: Process): void {
	program
		.command("explain")
		.description("tell what would happen to a request: route, pool, members, node URL, rewrites, or the rule that refuses it (exit code 1)")
		.requiredOption("-c, --config <file>", "configuration file")
		.argument("<request...>", "[METHOD] URL; a path stands for the public origin")
		.option("--client <address>", "the client's IP address", STRANGER)
		.option("--upgrade <protocol>", "the request asks for this upgrade, e.g. websocket")
		.option("--json", "machine-readable output")
		.action(async (words: string[], options: Options) => {
			const loaded = await loadConfig(options.config, process.env);
			if ("problems" in loaded) {
				process.err(formatProblems(loaded.problems));
				process.exit(1);
				return;
			}
			const [url = "", method = "GET", ...more] = [...words].reverse();
			const client = normalizeAddress(options.client);
			if (client === null || more.length > 0) {
				process.err(
					client === null ? `portico: ${JSON.stringify(options.client)} is not an IP address\n` : "portico: write [METHOD] URL\n",
				);
				process.exit(1);
				return;
			}
			let explanation: Explanation;
			try {
				explanation = explainRequest(loaded.plan, {
					method: method.toUpperCase(),
					url,
					client,
					upgrade: options.upgrade?.toLowerCase() ?? null,
				});
			} catch (error) {
				process.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
				process.exit(1);
				return;
			}
			process.out(options.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
			if (explanation.refused !== null) process.exit(1);
		});
}

function explanationText({ request, route, refused, pool, affinity, nodePath, hostHeader, wayBack, steps }: Explanation): string {
	const upgrade = request.upgrade === null ? "" : `, upgrade ${request.upgrade}`;
	const lines = [`${request.method} ${request.path} on ${request.authority}, client ${request.client}${upgrade}`];
	const add = (label: string, text: string): void => void lines.push(`${label.padEnd(12)}${text}`);
	if (route !== null) add("route", `${route.id} (${route.access}), pattern ${route.pattern}, ${route.mapping}`);
	if (refused !== null) {
		add("refused", `${refused.status} ${refused.code}, rule ${refused.rule}`);
		add("because", refused.why);
	}
	if (nodePath !== null) add("mapped", `${request.path} -> ${nodePath}`);
	if (pool !== null) {
		add("pool", `${pool.name}, ${pool.policy}: ${pool.order.join(", ") || "no member is enabled"}`);
		for (const { name, weight, state, url } of pool.members)
			add("member", `${name} weight ${weight}${state === "enabled" ? "" : `, ${state}`}: ${url}`);
	}
	if (affinity !== null) add("affinity", `cookie ${affinity}: a client that brings it stays on its node`);
	if (hostHeader !== null) add("Host", hostHeader);
	for (const { field, from, to } of wayBack) add("way back", `${field}: ${from}${from === to ? " (unchanged)" : ` -> ${to}`}`);
	for (const step of steps) add("step", step);
	return `${lines.join("\n")}\n`;
}
