/** What is wrong in a configuration file, as a value: found, collected, printed; never thrown. */

export interface Problem {
	/** As the user named it. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** From 1, in UTF-16 units. */
	readonly column: number;
	readonly problem: string;
	readonly hint?: string;
	/** The line itself with a caret below it, two lines of text. */
	readonly excerpt?: string;
}

/** `file:line:column: problem; hint`, the line and a caret, for every problem; ends with a newline. `label` stands before each problem. */
export function formatProblems(problems: readonly Problem[], label?: "warning"): string {
	return problems.map((problem) => `${formatProblem(problem, label)}\n`).join("");
}

function formatProblem(problem: Problem, label: string | undefined): string {
	const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
	const excerpt = problem.excerpt === undefined ? "" : `\n${problem.excerpt}`;
	const head = `${problem.file}:${problem.line}:${problem.column}:`;
	return `${head} ${label === undefined ? "" : `${label}: `}${problem.problem}${hint}${excerpt}`;
}

const WIDEST = 120;

/**
 * The line with a caret below. Long lines are cut around the column; tabs and control characters are shown as one space or `?`, so that the
 * caret stands right and the terminal stays calm.
 */
export function excerptOf(lineText: string, line: number, column: number, length: number): string {
	const start = column - 1 > WIDEST - 20 ? column - 1 - WIDEST / 2 : 0;
	const shown = printable(withoutSecrets(lineText).slice(start, start + WIDEST));
	const carets = Math.max(1, Math.min(length, shown.length - (column - 1 - start)));
	const gutter = String(line).padStart(5);
	return `${gutter} | ${shown}\n      | ${" ".repeat(column - 1 - start)}${"^".repeat(carets)}`;
}

/** What follows `secret:` or `password:` is starred, letter by letter, since messages end up in logs. */
function withoutSecrets(lineText: string): string {
	return lineText.replace(
		/(\b(?:secret|password)["']?\s*:\s*)("[^"]*"?|'[^']*'?|[^\s"'][^,}]*)/g,
		(_, key: string, value: string) => key + "*".repeat(value.length),
	);
}

/** Text from a file made safe for a terminal and for one line. */
export function printable(text: string): string {
	return text.replaceAll("\t", " ").replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}

/** A user's text inside a message: printable, in backticks, not too long. */
export function quote(text: string): string {
	const shown = printable(text);
	return `\`${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}\``;
}
