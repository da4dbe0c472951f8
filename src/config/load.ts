/** From a file to a plan, or to all that is wrong with it. */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, resolve } from "node:path";
import type { z } from "zod";
import { systemClock } from "../clock.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { Plan } from "../plan/plan.ts";
import { reasonOf } from "./certificates.ts";
import { compile } from "./compile.ts";
import type { Environment } from "./environment.ts";
import { schemaProblems } from "./issues.ts";
import { parse } from "./parse.ts";
import type { Problem } from "./problem.ts";
import { configSchema } from "./schema.ts";
import { knownKeys } from "./schemaKeys.ts";
import { checkConfig } from "./semantics.ts";
import type { ConfigPath, Source } from "./source.ts";

export { formatProblems, type Problem } from "./problem.ts";

/** Nobody writes that much by hand; more is a wrong file. */
const LARGEST = 4 * 1024 * 1024;

export type Loaded =
	| {
			readonly plan: Plan;
			readonly warnings: readonly Problem[];
			/** Where a header rule of the plan is in the file, `portico.yaml:12`; null: the plan has no such rule. */
			readonly placeOf: (rule: HeaderRulePlan) => string | null;
	  }
	| { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Never throws: whatever is wrong is a problem. File names in the configuration are relative to its own directory. `now` is milliseconds since the epoch. */
export async function loadConfig(file: string, env: Environment, now: number = systemClock.wall()): Promise<Loaded> {
	const text = await readText(file);
	if (typeof text !== "string") return refused([text]);
	try {
		return await loadText(file, text, env, now);
	} catch (error) {
		// Not meant to happen; but no file may end the process that reloads it.
		return refused([{ file, line: 1, column: 1, problem: `Portico failed on this file: ${String(error)}`, hint: "please report this" }]);
	}
}

/** {@link loadConfig} for a text that has been read already. `file` names it in problems; its directory is where relative names start. */
export async function loadText(file: string, text: string, env: Environment, now: number): Promise<Loaded> {
	const parsed = parse(file, text, env);
	if (!("value" in parsed)) return refused(parsed.problems);
	const checked = configSchema.safeParse(parsed.value, { reportInput: true });
	if (!checked.success) {
		const problems = schemaProblems(checked.error.issues, parsed.source, knownKeys);
		return refused([
			...problems,
			...(await furtherProblems(parsed.value, checked.error.issues, parsed.source, dirname(resolve(file)), now)),
		]);
	}
	const { problems, warnings, files } = await checkConfig(checked.data, parsed.source, dirname(resolve(file)), now);
	if (problems.length > 0) return { problems: inOrder(problems), warnings: inOrder(warnings) };
	const { plan, headerOrigins } = compile(checked.data, files, availableParallelism());
	const placeOf = (rule: HeaderRulePlan): string | null => {
		const origin = headerOrigins.get(rule);
		if (origin === undefined) return null;
		const { file: name, line } = parsed.source.problem(origin, "key", "");
		return `${basename(name)}:${line}`;
	};
	return { plan, warnings: inOrder(warnings), placeOf };
}

/**
 * What else is wrong, beside values of the wrong shape: the rest of the file is checked without them, where that is possible. Problems near a
 * value that was left out may only come from that, so they are not told.
 */
async function furtherProblems(
	value: unknown,
	issues: readonly z.core.$ZodIssue[],
	source: Source,
	directory: string,
	now: number,
): Promise<readonly Problem[]> {
	const pruned = configSchema.safeParse(without(value, issues));
	if (!pruned.success) return [];
	const wrong = offendingPaths(issues);
	const isNear = (path: ConfigPath): boolean =>
		wrong.some((other) => [0, 1].every((at) => at >= Math.min(path.length, other.length) || other[at] === path[at]));
	const { problems } = await checkConfig(pruned.data, source, directory, now, isNear);
	return problems;
}

/** A copy without the keys that the issues are about. */
function without(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
	const copy: unknown = structuredClone(value);
	for (const path of offendingPaths(issues)) {
		const parent = path.slice(0, -1).reduce<unknown>((node, step) => (isRecord(node) ? node[step] : undefined), copy);
		const last = path.at(-1);
		// An element taken out of a list would move those behind it.
		if (isRecord(parent) && !Array.isArray(parent) && last !== undefined) delete parent[last];
	}
	return copy;
}

function offendingPaths(issues: readonly z.core.$ZodIssue[]): PropertyKey[][] {
	return issues.flatMap((issue) =>
		issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [[...issue.path]],
	);
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
	return typeof value === "object" && value !== null;
}

function refused(problems: readonly Problem[]): Loaded {
	return { problems: inOrder(problems), warnings: [] };
}

function inOrder(problems: readonly Problem[]): Problem[] {
	return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

async function readText(file: string): Promise<string | Problem> {
	const at = { file, line: 1, column: 1 };
	let bytes: Buffer;
	try {
		bytes = await readFile(file);
	} catch (error) {
		return { ...at, problem: `the configuration cannot be read (${reasonOf(error)})`, hint: `looked for ${resolve(file)}` };
	}
	if (bytes.length > LARGEST) return { ...at, problem: `the file has ${bytes.length} bytes; a configuration has at most ${LARGEST}` };
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return { ...at, problem: "the file is not UTF-8 text" };
	}
}
