/** Issues of the validator (zod) as problems with their place in the file, in the terms of the file. */
import type { z } from "zod";
import { habitOfKey, meantValue } from "./habits.ts";
import type { Places } from "./places.ts";
import { type Problem, quote } from "./problem.ts";
import type { ConfigPath } from "./source.ts";
import { distance, nearest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** All problems of one failed validation. `keysAt` returns the keys of the schema at a path, for did-you-mean. */
export function schemaProblems(issues: readonly Issue[], source: Places, keysAt: (path: ConfigPath) => readonly string[]): Problem[] {
	const problems = withoutConsequences(issues, keysAt).flatMap((issue) => issueProblems(issue, [], source, keysAt));
	// Several checks may refuse one value; the first says what matters.
	return problems.filter(
		(problem, index) => problems.findIndex((other) => isSamePlace(problem, other) && !isMissing(other)) === index || isMissing(problem),
	);
}

/** Leaves out keys that are missing only because they are misspelled or come from a merge: the unknown key is already reported. */
function withoutConsequences(issues: readonly Issue[], keysAt: (path: ConfigPath) => readonly string[]): Issue[] {
	const stands = new Set<string>();
	const merged = new Set<string>();
	for (const issue of issues) {
		if (issue.code !== "unrecognized_keys") continue;
		const known = keysAt(issue.path.map((step) => (typeof step === "symbol" ? step.toString() : step)));
		for (const key of issue.keys) {
			if (key === "<<") merged.add(JSON.stringify(issue.path));
			const meant = nearest(key, known);
			if (meant !== undefined) stands.add(JSON.stringify([...issue.path, meant]));
		}
	}
	const isMissing = (issue: Issue): boolean => issue.input === undefined && issue.code !== "unrecognized_keys";
	return issues.filter(
		(issue) => !(isMissing(issue) && (stands.has(JSON.stringify(issue.path)) || merged.has(JSON.stringify(issue.path.slice(0, -1))))),
	);
}

function isSamePlace(a: Problem, b: Problem): boolean {
	return a.line === b.line && a.column === b.column;
}

/** Missing keys are reported at the map that lacks them, so several may be in one place. */
function isMissing(problem: Problem): boolean {
	return problem.problem.endsWith(" is missing");
}

function issueProblems(issue: Issue, above: ConfigPath, source: Places, keysAt: (path: ConfigPath) => readonly string[]): Problem[] {
	const path: ConfigPath = [...above, ...issue.path.map((step) => (typeof step === "symbol" ? step.toString() : step))];
	if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, source, keysAt(path)));
	if (issue.code === "invalid_union" && issue.message === GENERIC) {
		const branch = likelyBranch(issue.errors);
		if (branch !== null) return branch.flatMap((inner) => issueProblems(inner, path, source, keysAt));
	}
	if (issue.code === "invalid_key") {
		const [problem, hint] = split(issue.issues[0]?.message ?? issue.message);
		return [source.problem(path, "key", problem, hint)];
	}
	const [problem, hint] = describe(issue, path, source);
	return [source.problem(path, issue.code === "custom" && above.length === path.length ? "key" : "value", problem, hint)];
}

/** zod's message if the schema has none of its own. */
const GENERIC = "Invalid input";

/** The alternative of a union that the user meant: the one that was not rejected for its type. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
	return branches.find((branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === "invalid_type")) ?? null;
}

function unknownKey(key: string, path: ConfigPath, source: Places, known: readonly string[]): Problem {
	const meant = nearest(key, known);
	const habit = habitOfKey(key);
	const hint =
		meant !== undefined && (habit === undefined || distance(key, meant) <= 1)
			? `did you mean ${quote(meant)}?`
			: habit !== undefined
				? habit
				: known.length > 0 && known.length <= 32
					? `known here: ${known.join(", ")}`
					: undefined;
	return source.problem([...path, key], "key", `unknown key ${quote(key)}`, hint);
}

function describe(issue: Issue, path: ConfigPath, source: Places): readonly [problem: string, hint?: string] {
	const last = path[path.length - 1];
	if (typeof last === "string" && issue.input === undefined && !source.has(path)) {
		const choice = issue.code === "invalid_value" ? `one of ${issue.values.join(", ")}` : undefined;
		return choice === undefined ? [`${quote(last)} is missing`] : [`${quote(last)} is missing`, choice];
	}
	// Messages of the schema itself say more than any general text.
	if (!/^(?:Invalid|Too (?:small|big))/.test(issue.message)) return split(issue.message);
	const named = nameOf(path);
	switch (issue.code) {
		case "invalid_type":
			if (issue.input === null) return [`${named} has no value`, `it must be ${KINDS[issue.expected] ?? issue.expected}`];
			return [`${named} must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`];
		case "invalid_value":
			return notOneOf(issue.values.map(String), issue.input, named);
		case "too_small":
			if (issue.origin === "array") return [`the list ${named} is empty`];
			if (issue.origin === "string") return [`${named} is an empty string`];
			return [`${named} must be at least ${issue.minimum}, not ${String(issue.input)}`];
		case "too_big":
			if (issue.origin === "string") return [`${named} can have at most ${issue.maximum} characters`];
			return [`${named} must be at most ${issue.maximum}, not ${String(issue.input)}`];
		case "invalid_union":
			return [`${named} cannot be ${kindOf(issue.input)}`];
		default:
			return [issue.message];
	}
}

/** The key, with the place in its list. */
function nameOf(path: ConfigPath): string {
	const at = path.findLastIndex((step) => typeof step === "string");
	if (at === -1) return "the file";
	const place = path.slice(at + 1).map((step) => `[${step}]`);
	return quote(`${path[at]}${place.join("")}`);
}

function notOneOf(values: readonly string[], input: unknown, named: string): readonly [problem: string, hint?: string] {
	if (typeof input !== "string") return [`${named} must be one of ${values.join(", ")}, not ${kindOf(input)}`];
	const meant = meantValue(input, values);
	const problem = `${quote(input)} is not one of ${values.join(", ")}`;
	return meant === undefined ? [problem] : [problem, `did you mean ${quote(meant)}?`];
}

const KINDS: Readonly<Record<string, string>> = {
	string: "a string",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a map (`key: value`)",
	record: "a map (`key: value`)",
};

function kindOf(input: unknown): string {
	if (input === null || input === undefined) return "nothing";
	if (Array.isArray(input)) return "a list";
	if (typeof input === "object") return "a map";
	if (typeof input === "string") return `the string ${quote(input)}`;
	return `${typeof input === "number" ? "the number " : ""}${String(input)}`;
}

function split(message: string): readonly [problem: string, hint?: string] {
	const line = message.indexOf("\n");
	return line === -1 ? [message] : [message.slice(0, line), message.slice(line + 1)];
}
