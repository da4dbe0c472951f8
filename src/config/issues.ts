/** Schema issues (zod's) as problems at their place in the file, in words of the file instead of words of the validator. */
import type { z } from "zod";
import { type Problem, quote } from "./problem.ts";
import type { ConfigPath, Source } from "./source.ts";
import { nearest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** All problems of one failed validation. `keysAt` tells the keys the schema knows at a path, for did-you-mean. */
export function schemaProblems(issues: readonly Issue[], source: Source, keysAt: (path: ConfigPath) => readonly string[]): Problem[] {
	const problems = issues.flatMap((issue) => issueProblems(issue, [], source, keysAt));
	// Several checks may refuse one value; the first says what matters.
	return problems.filter(
		(problem, index) => problems.findIndex((other) => isSamePlace(problem, other) && !isMissing(other)) === index || isMissing(problem),
	);
}

function isSamePlace(a: Problem, b: Problem): boolean {
	return a.line === b.line && a.column === b.column;
}

/** Missing keys are shown on the mapping that lacks them, many in one place. */
function isMissing(problem: Problem): boolean {
	return problem.problem.endsWith(" is missing");
}

function issueProblems(issue: Issue, above: ConfigPath, source: Source, keysAt: (path: ConfigPath) => readonly string[]): Problem[] {
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

/** zod's own words where the schema has none: those are replaced. */
const GENERIC = "Invalid input";

/** Of the alternatives of a union, the one whose shape was meant: not refused for its type as a whole. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
	return branches.find((branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === "invalid_type")) ?? null;
}

function unknownKey(key: string, path: ConfigPath, source: Source, known: readonly string[]): Problem {
	const meant = nearest(key, known);
	const hint =
		meant !== undefined
			? `did you mean ${quote(meant)}?`
			: known.length > 0 && known.length <= 16
				? `known here: ${known.join(", ")}`
				: undefined;
	return source.problem([...path, key], "key", `unknown key ${quote(key)}`, hint);
}

function describe(issue: Issue, path: ConfigPath, source: Source): readonly [problem: string, hint?: string] {
	const last = path[path.length - 1];
	if (typeof last === "string" && issue.input === undefined && !source.has(path)) {
		const choice = issue.code === "invalid_value" ? `one of ${issue.values.join(", ")}` : undefined;
		return choice === undefined ? [`${quote(last)} is missing`] : [`${quote(last)} is missing`, choice];
	}
	// Messages of the schema itself say more than any general text.
	if (!/^(?:Invalid|Too (?:small|big))/.test(issue.message)) return split(issue.message);
	switch (issue.code) {
		case "invalid_type":
			return [`${KINDS[issue.expected] ?? issue.expected} is expected, not ${kindOf(issue.input)}`];
		case "invalid_value":
			return notOneOf(issue.values.map(String), issue.input);
		case "too_small":
			return [
				issue.origin === "array"
					? "the list is empty"
					: issue.origin === "string"
						? "the text is empty"
						: `at least ${issue.minimum} is expected`,
			];
		case "too_big":
			return [`at most ${issue.maximum}${issue.origin === "string" ? " characters are" : " is"} expected`];
		case "invalid_union":
			return [`${kindOf(issue.input)} is not expected here`];
		default:
			return [issue.message];
	}
}

function notOneOf(values: readonly string[], input: unknown): readonly [problem: string, hint?: string] {
	if (typeof input !== "string") return [`one of ${values.join(", ")} is expected, not ${kindOf(input)}`];
	const meant = nearest(input, values);
	const problem = `${quote(input)} is not one of ${values.join(", ")}`;
	return meant === undefined ? [problem] : [problem, `did you mean ${quote(meant)}?`];
}

const KINDS: Readonly<Record<string, string>> = {
	string: "a text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a mapping (`key: value`)",
	record: "a mapping (`key: value`)",
};

function kindOf(input: unknown): string {
	if (input === null || input === undefined) return "nothing";
	if (Array.isArray(input)) return "a list";
	if (typeof input === "object") return "a mapping";
	if (typeof input === "string") return `the text ${quote(input)}`;
	return `${typeof input === "number" ? "the number " : ""}${String(input)}`;
}

function split(message: string): readonly [problem: string, hint?: string] {
	const line = message.indexOf("\n");
	return line === -1 ? [message] : [message.slice(0, line), message.slice(line + 1)];
}
