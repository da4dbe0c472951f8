/** From a file to a plan, or to all that is wrong with it. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { systemClock } from "../clock.ts";
import type { Plan } from "../plan.ts";
import { reasonOf } from "./certificates.ts";
import { compile } from "./compile.ts";
import { schemaProblems } from "./issues.ts";
import { type Environment, parse } from "./parse.ts";
import type { Problem } from "./problem.ts";
import { configSchema } from "./schema.ts";
import { knownKeys } from "./schemaKeys.ts";
import { checkConfig } from "./semantics.ts";

export { formatProblems, type Problem } from "./problem.ts";

/** Nobody writes that much by hand; more is a wrong file. */
const LARGEST = 4 * 1024 * 1024;

export type Loaded =
	| { readonly plan: Plan; readonly warnings: readonly Problem[] }
	| { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Never throws: whatever is wrong is a problem. File names in the configuration are relative to its own directory. `now` is milliseconds since the epoch. */
export async function loadConfig(file: string, env: Environment, now: number = systemClock.wall()): Promise<Loaded> {
	const text = await readText(file);
	if (typeof text !== "string") return refused([text]);
	return loadText(file, text, env, now);
}

/** {@link loadConfig} for a text that has been read already. `file` names it in problems and is where its relative names start. */
export async function loadText(file: string, text: string, env: Environment, now: number): Promise<Loaded> {
	const parsed = parse(file, text, env);
	if (!("value" in parsed)) return refused(parsed.problems);
	const checked = configSchema.safeParse(parsed.value, { reportInput: true });
	if (!checked.success) return refused(schemaProblems(checked.error.issues, parsed.source, knownKeys));
	const { problems, warnings, files } = await checkConfig(checked.data, parsed.source, dirname(resolve(file)), now);
	if (problems.length > 0) return { problems: inOrder(problems), warnings: inOrder(warnings) };
	return { plan: compile(checked.data, files, availableParallelism()).plan, warnings: inOrder(warnings) };
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
