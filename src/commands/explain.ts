/** `portico explain`: how Portico handles a request, and why. */
import type { Command } from "commander";
import { type Explanation, explainRequest } from "../config/explain.ts";
import type { HeaderLine } from "../config/explainHeaders.ts";
import type { MemberLine } from "../config/explainPool.ts";
import { formatProblems, loadConfig } from "../config/load.ts";
import { normalizeAddress } from "../http/cidr.ts";
import { HeaderList } from "../http/headers.ts";
import { configFile, STANDARD_FILE } from "./configFile.ts";
import { explainPreset } from "./explainPreset.ts";
import type { Process } from "./run.ts";
import { UsageError } from "./usageError.ts";

interface Options {
	readonly config?: string;
	readonly preset?: string;
	readonly version?: string;
	readonly client: string;
	readonly upgrade?: string;
	readonly header: readonly string[];
	readonly down: readonly string[];
	readonly flow?: string;
	readonly listener?: string;
	readonly json?: boolean;
}

/** A client out of every network anyone lists (RFC 5737). */
const EXAMPLE_CLIENT = "192.0.2.1";

export function register(program: Command, process: Process): void {
	program
		.command("explain")
		.description("show how Portico handles a request: route, pool, members, node URL, rewrites, or the rule that refuses it (exit code 1)")
		.option("-c, --config <file>", `configuration file (default: ./${STANDARD_FILE})`)
		.argument("[request...]", "[FILE] [METHOD] URL; a path is relative to the public origin")
		.option("--preset <product>", "show the table of a product instead, wso2-is or wso2-apim (needs no file)")
		.option("--version <version>", "version for --preset, such as 5.11 (default: the newest)")
		.option("--client <address>", "IP address of the client", EXAMPLE_CLIENT)
		.option("--upgrade <protocol>", "requested upgrade, such as websocket")
		.option(
			"--header <field>",
			"request header, `Name: value`, such as a Cookie or Referer for a path without prefix, or a header for a hash (repeatable)",
			collect,
			[],
		)
		.option("--flow <service>", "service at which the login in progress of the request began")
		.option("--listener <address>", "listener that gets the request, by its address in the file (default: any that serves the host)")
		.option("--down <node>", "assume that this node (is-1) or member (is-1/servlet) is down (repeatable)", collect, [])
		.option("--json", "machine-readable output")
		.action(async (words: string[], options: Options) => {
			if (options.preset !== undefined) {
				process.out(explainPreset(options.preset, options.version, options.json === true));
				return;
			}
			const { file, method, url } = requestOf(words, options.config);
			const client = normalizeAddress(options.client);
			if (client === null) throw new UsageError(`${JSON.stringify(options.client)} is not an IP address`);
			const loaded = await loadConfig(file, process.env);
			if ("problems" in loaded) {
				process.err(formatProblems(loaded.problems));
				process.exit(1);
				return;
			}
			let explanation: Explanation;
			try {
				explanation = explainRequest(
					loaded.plan,
					{
						method,
						url,
						client,
						upgrade: options.upgrade?.toLowerCase() ?? null,
						headers: HeaderList.of(...options.header.map(fieldOf)),
						down: options.down,
						flow: options.flow ?? null,
						listener: options.listener ?? null,
					},
					loaded.placeOf,
				);
			} catch (error) {
				process.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
				process.exit(1);
				return;
			}
			process.out(options.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
			if (explanation.refused !== null) process.exit(1);
		});
}

const HOW = "write portico explain [FILE] [METHOD] URL, or --preset PRODUCT";

/** `[FILE] [METHOD] URL`: a file contains a dot or slash, a method does not; the URL comes last. @throws UsageError */
function requestOf(words: readonly string[], option: string | undefined): { file: string; method: string; url: string } {
	const rest = [...words];
	const url = rest.pop();
	const named = rest[0] !== undefined && /[./]/.test(rest[0]) ? rest.shift() : undefined;
	const [method = "GET", ...more] = rest;
	if (url === undefined || /^[^/]*\.ya?ml$/.test(url) || more.length > 0) throw new UsageError(HOW);
	return { file: configFile(named, option, "explain"), method: method.toUpperCase(), url };
}

function collect(value: string, before: readonly string[]): string[] {
	return [...before, value];
}

/** @throws Error if the text is not a header */
function fieldOf(text: string): [name: string, value: string] {
	const [, name, value] = /^([^\s:]+):\s*(.*?)\s*$/s.exec(text) ?? [];
	if (name === undefined || value === undefined) throw new Error(`${JSON.stringify(text)} is not a header: write Name: value`);
	return [name, value];
}

function explanationText(explanation: Explanation): string {
	const { request, route, refused, own, pool, affinity, nodePath, hostHeader, forwardedPrefix, rewriteBodies, wayBack, steps } =
		explanation;
	const upgrade = request.upgrade === null ? "" : `, upgrade ${request.upgrade}`;
	const lines = [`${request.method} ${request.path} on ${request.authority}, client ${request.client}${upgrade}`];
	const add = (label: string, text: string): void => void lines.push(`${label.padEnd(12)}${text}`);
	if (route !== null) add("route", `${route.id} (${route.access}), pattern ${route.pattern}, ${route.mapping}`);
	if (refused !== null) {
		add("refused", `${refused.status} ${refused.code}, rule ${refused.rule}`);
		add("because", refused.why);
		if (refused.near.length > 0) add(refused.rule === "host.unknown" ? "served" : "nearest", refused.near.join(", "));
	}
	if (own !== null) {
		add("response", `${own.status}, by ${own.id}, pattern ${own.pattern}`);
		if (own.location !== null) add("Location", own.location);
		else add("body", own.bytes === 0 ? "none" : `${own.bytes} bytes${own.type === null ? "" : `, ${own.type}`}`);
	}
	if (nodePath !== null) add("mapped", `${request.path} -> ${nodePath}`);
	if (pool !== null) {
		add("pool", `${pool.name}, ${pool.policy}: ${pool.order.join(", ") || "no member is eligible"}`);
		if (pool.order.length > 0) add("policy", pool.how);
		if (pool.hasLevels || pool.order.length === 0) for (const line of pool.spread) add("spread", line);
		for (const member of pool.members) add("member", memberText(member, pool.hasLevels));
	}
	for (const line of affinity?.lines ?? []) add("affinity", line);
	if (hostHeader !== null) add("Host", hostHeader);
	if (forwardedPrefix !== null) add("forwarded", `X-Forwarded-Prefix: ${forwardedPrefix}`);
	for (const rule of explanation.requestHeaders) add("request", headerText(rule));
	for (const rule of explanation.responseHeaders) add("response", headerText(rule));
	if (rewriteBodies !== null) add("bodies", rewriteBodies ? "URLs in HTML, scripts, JSON, XML and CSS become public ones" : "unchanged");
	for (const { field, from, to } of wayBack) add("way back", `${field}: ${from}${from === to ? " (unchanged)" : ` -> ${to}`}`);
	for (const step of steps) add("step", step);
	return `${lines.join("\n")}\n`;
}

function headerText({ action, name, value, place }: HeaderLine): string {
	return `${action} ${name}${value === "" ? "" : `: ${value}`}${place === null ? "" : `  (${place})`}`;
}

function memberText({ name, weight, state, down, zone, standby, share, url }: MemberLine, hasLevels: boolean): string {
	const notes = [`weight ${weight}`];
	if (state !== "enabled") notes.push(state);
	if (down) notes.push("down");
	if (hasLevels && zone !== null) notes.push(`zone ${zone}`);
	if (standby) notes.push("standby");
	if (hasLevels) notes.push(`${Math.round(share * 1000) / 10} % of new traffic`);
	return `${name} ${notes.join(", ")}: ${url}`;
}
