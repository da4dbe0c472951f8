/** From a file to a plan, or to all that is wrong with it. */

import { availableParallelism } from "node:os";
import { basename, dirname, resolve } from "node:path";
import type { z } from "zod";
import { systemClock } from "../clock.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { Plan } from "../plan/plan.ts";
import { compile } from "./compile.ts";
import type { Environment } from "./environment.ts";
import { schemaProblems } from "./issues.ts";
import type { Places } from "./places.ts";
import type { Problem } from "./problem.ts";
import { readFiles } from "./readFiles.ts";
import { type Config, configSchema } from "./schema.ts";
import { knownKeys } from "./schemaKeys.ts";
import { checkConfig } from "./semantics.ts";
import type { ConfigPath } from "./source.ts";

export { formatProblems, type Problem } from "./problem.ts";

export type Loaded =
	| {
			readonly plan: Plan;
			/** All that were read, as they are named. */
			readonly files: readonly string[];
			readonly warnings: readonly Problem[];
			/** Where a header rule of the plan is in the file, `portico.yaml:12`; null: the plan has no such rule. */
			readonly placeOf: (rule: HeaderRulePlan) => string | null;
			/** `doctor.accept` of the file. */
			readonly accepted: Config["doctor"]["accept"];
	  }
	| { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Never throws: whatever is wrong is a problem. File names in the configuration are relative to the directory of the file that they are
 * written in. `now` is milliseconds since the epoch.
 */
export async function loadConfig(file: string, env: Environment, now: number = systemClock.wall()): Promise<Loaded> {
	try {
		return await load(file, null, env, now);
	} catch (error) {
		// Not meant to happen; but no file may end the process that reloads it.
		const problem = `Portico failed on this file: ${String(error)}`;
		return { problems: [{ file, line: 1, column: 1, problem, hint: "please report this" }], warnings: [] };
	}
}

/** {@link loadConfig} for a text that has been read already. `file` names it in problems; its directory is where relative names start. */
export async function loadText(file: string, text: string, env: Environment, now: number): Promise<Loaded> {
	return load(file, text, env, now);
}

async function load(file: string, text: string | null, env: Environment, now: number): Promise<Loaded> {
	const read = await readFiles(file, text, env);
	if (!("value" in read)) return { problems: inOrder(read.problems, read.files), warnings: read.warnings };
	const { value, places, files } = read;
	const directory = dirname(resolve(file));
	const checked = configSchema.safeParse(value, { reportInput: true });
	if (!checked.success) {
		const { issues } = checked.error;
		const problems = schemaProblems(issues, places, knownKeys);
		return {
			problems: inOrder([...problems, ...(await furtherProblems(value, issues, places, directory, now))], files),
			warnings: read.warnings,
		};
	}
	const { problems, warnings, files: texts } = await checkConfig(checked.data, places, directory, now);
	const told = inOrder([...read.warnings, ...warnings], files);
	if (problems.length > 0) return { problems: inOrder(problems, files), warnings: told };
	const { plan, headerOrigins } = compile(checked.data, texts, availableParallelism());
	const placeOf = (rule: HeaderRulePlan): string | null => {
		const origin = headerOrigins.get(rule);
		if (origin === undefined) return null;
		const { file: name, line } = places.problem(origin, "key", "");
		return `${basename(name)}:${line}`;
	};
	return { plan, files, warnings: told, placeOf, accepted: checked.data.doctor.accept };
}

/**
 * What else is wrong, beside values of the wrong shape: the rest of the file is checked without them, where that is possible. Problems near a
 * value that was left out may only come from that, so they are not told.
 */
async function furtherProblems(
	value: unknown,
	issues: readonly z.core.$ZodIssue[],
	places: Places,
	directory: string,
	now: number,
): Promise<readonly Problem[]> {
	const pruned = configSchema.safeParse(without(value, issues));
	if (!pruned.success) return [];
	const wrong = offendingPaths(issues);
	const isNear = (path: ConfigPath): boolean =>
		wrong.some((other) => [0, 1].every((at) => at >= Math.min(path.length, other.length) || other[at] === path[at]));
	const { problems } = await checkConfig(pruned.data, places, directory, now, isNear);
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

/** File by file, and by line. */
function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
	const rank = ({ file }: Problem): number => files.indexOf(file);
	return [...problems].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
