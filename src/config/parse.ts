/**
 * Text to a plain value plus the way back: every value can be located in the file again. Syntax problems and `${ENV}` are dealt with here;
 * what the value means is for schema.ts.
 */
import {
	type Document,
	isAlias,
	isCollection,
	isMap,
	isNode,
	isPair,
	isScalar,
	isSeq,
	LineCounter,
	type Node,
	parseDocument,
	Scalar,
	visit,
} from "yaml";
import { excerptOf, type Problem, quote } from "./problem.ts";

/** Keys and indexes from the root to a value. */
export type ConfigPath = readonly (string | number)[];
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a problem is shown: on the key that names a value, or on the value. */
export type Part = "key" | "value";

interface Span {
	readonly start: number;
	readonly end: number;
}

/** A parsed file: its value, and where each part of it was written. Lives as long as one load. */
export class Source {
	readonly file: string;
	readonly #text: string;
	readonly #lines: LineCounter;
	readonly #document: Document.Parsed;

	constructor(file: string, text: string, lines: LineCounter, document: Document.Parsed) {
		this.file = file;
		this.#text = text;
		this.#lines = lines;
		this.#document = document;
	}

	/** A problem at the value (or key) at `path`; where nothing stands there, at the nearest thing around it. */
	problem(path: ConfigPath, part: Part, problem: string, hint?: string): Problem {
		return this.problemAt(this.#span(path, part), problem, hint);
	}

	problemAt(span: Span, problem: string, hint?: string): Problem {
		const start = Math.min(span.start, this.#text.length);
		const { line, col } = this.#lines.linePos(start);
		const lineStart = start - (col - 1);
		const lineText = this.#text.slice(lineStart).split(/\r?\n/, 1)[0] ?? "";
		const excerpt = lineText === "" ? {} : { excerpt: excerptOf(lineText, line, col, span.end - start) };
		return { file: this.file, line, column: col, problem, ...(hint === undefined ? {} : { hint }), ...excerpt };
	}

	/** The first place at or after `offset`, on its line, that is not a space. */
	skipSpaces(offset: number): number {
		let at = offset;
		while (this.#text[at] === " ") at++;
		return /[\r\n]/.test(this.#text[at] ?? "\n") ? offset : at;
	}

	/** Whether a variable without quotes stands just before `offset`. */
	hasVariable(offset: number): boolean {
		return /[\s:,[{]\$\{?$/.test(this.#text.slice(Math.max(0, offset - 3), offset + 1));
	}

	/** Length of the key that begins at `offset`. */
	wordLength(offset: number): number {
		return /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]*)/.exec(this.#text.slice(offset, offset + 200))?.[0].length ?? 1;
	}

	/** Whether something is written at `path`. */
	has(path: ConfigPath): boolean {
		return this.#nodeAt(path) !== undefined;
	}

	#span(path: ConfigPath, part: Part): Span {
		for (let length = path.length; length > 0; length--) {
			const parent = this.#nodeAt(path.slice(0, length - 1));
			const last = path[length - 1];
			const pair = isMap(parent) ? parent.items.find((item) => keyText(item.key) === String(last)) : undefined;
			const wantsKey = part === "key" || length < path.length;
			if (pair !== undefined && isNode(pair.key) && (wantsKey || !hasSpan(pair.value))) return spanOf(pair.key);
			const node = this.#nodeAt(path.slice(0, length));
			if (hasSpan(node)) return spanOf(node);
		}
		const root = this.#document.contents;
		return hasSpan(root) ? { start: root.range[0], end: root.range[0] + 1 } : { start: 0, end: 1 };
	}

	#nodeAt(path: ConfigPath): Node | undefined {
		let node: unknown = this.#document.contents;
		for (const step of path) {
			const target = isAlias(node) ? node.resolve(this.#document) : node;
			if (isMap(target)) node = target.items.find((item) => keyText(item.key) === String(step))?.value;
			else if (isSeq(target)) node = target.items[Number(step)];
			else return undefined;
		}
		const found = isAlias(node) ? node.resolve(this.#document) : node;
		return isNode(found) ? found : undefined;
	}
}

type Ranged = Node & { range: [number, number, number] };

function hasSpan(node: unknown): node is Ranged {
	return isNode(node) && Array.isArray(node.range) && node.range[1] > node.range[0];
}

function spanOf(node: Node): Span {
	const range = node.range ?? [0, 1, 1];
	return { start: range[0], end: isCollection(node) ? range[0] + 1 : range[1] };
}

function keyText(key: unknown): string {
	return isScalar(key) ? String(key.value) : "";
}

export type Parsed =
	| { readonly source: Source; readonly value: unknown; readonly problems: readonly [] }
	| { readonly source: Source; readonly problems: readonly Problem[] };

/** Parses YAML 1.2 and fills in `${ENV}`. All syntax problems are reported, or else all problems with variables. */
export function parse(file: string, text: string, env: Environment): Parsed {
	const lines = new LineCounter();
	let document: Document.Parsed;
	try {
		document = parseDocument(text, { version: "1.2", lineCounter: lines, keepSourceTokens: true, prettyErrors: false, uniqueKeys: true });
	} catch (error) {
		// The parser is recursive: thousands of open brackets exhaust its stack.
		const empty = parseDocument("", { lineCounter: lines });
		const source = new Source(file, text, lines, empty);
		return { source, problems: [source.problemAt({ start: 0, end: 1 }, `the file cannot be read as YAML (${tidy(messageOf(error))})`)] };
	}
	const source = new Source(file, text, lines, document);
	const problems = syntaxProblems(document, source);
	if (problems.length > 0) return { source, problems };
	if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
		return {
			source,
			problems: [source.problemAt({ start: 0, end: 1 }, "the file is empty", "examples/minimal.yaml shows a configuration that works")],
		};
	}
	const variables = fillVariables(document, env, source);
	if (variables.length > 0) return { source, problems: variables };
	try {
		return { source, value: document.toJS({ maxAliasCount: 100 }), problems: [] };
	} catch (error) {
		return { source, problems: [source.problemAt({ start: 0, end: 1 }, `the file cannot be read as YAML (${tidy(messageOf(error))})`)] };
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 200) : String(error);
}

function syntaxProblems(document: Document.Parsed, source: Source): Problem[] {
	const problems: Problem[] = [];
	const seen = new Set<string>();
	const add = (problem: Problem): void => {
		const key = `${problem.line} ${problem.problem}`;
		if (!seen.has(key)) problems.push(problem);
		seen.add(key);
	};
	for (const error of [...document.errors, ...document.warnings]) {
		const [problem, hint] = explainSyntax(error.code, error.message);
		const start = error.code === "TAB_AS_INDENT" ? error.pos[0] : source.skipSpaces(error.pos[0]);
		const isVariable = error.code === "UNEXPECTED_TOKEN" && source.hasVariable(start);
		const length = error.code === "DUPLICATE_KEY" ? source.wordLength(start) : 1;
		add(source.problemAt({ start, end: Math.max(error.pos[1], start + length) }, problem, isVariable ? QUOTE_VARIABLES : hint));
	}
	visit(document, {
		Pair: (_, pair) => {
			if (isNode(pair.key) && keyText(pair.key) === "__proto__") add(source.problemAt(spanOf(pair.key), "unknown key `__proto__`"));
		},
		Alias: (_, alias) => {
			if (alias.resolve(document) === undefined) add(source.problemAt(spanOf(alias), `unknown anchor ${quote(alias.source)}`));
		},
	});
	return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

const QUOTE_VARIABLES = `between { } and [ ] a variable stands in quotes: "$\{NAME}"`;

/** The parser's words for the mistakes people make most, in ours. */
function explainSyntax(code: string, message: string): readonly [problem: string, hint?: string] {
	switch (code) {
		case "TAB_AS_INDENT":
			return ["a tab is used to indent", "YAML indents with spaces only"];
		case "DUPLICATE_KEY":
			return ["this key stands twice in one mapping", "keep one of them"];
		case "BAD_INDENT":
			if (message.startsWith("Flow"))
				return ["a bracket or brace is not closed before here", "every `[` needs its `]`, every `{` its `}`, innermost first"];
			return ["the indentation does not fit", "lines of one mapping or list begin in the same column"];
		case "MULTIPLE_DOCS":
			return ["a second YAML document begins here", "one file holds one document; remove the `---`"];
		case "MULTILINE_IMPLICIT_KEY":
			return ["a key goes over several lines", "is a `:` or the indentation missing?"];
		case "MISSING_CHAR":
			return [`YAML: ${tidy(message)}`, "is a bracket, brace or quote left open?"];
		default:
			return [`YAML: ${tidy(message)}`];
	}
}

function tidy(message: string): string {
	if (message.includes("call stack")) return "brackets are nested too deep";
	return message.replace(/\s+/g, " ").replace(/\.$/, "");
}

// `$${` stands for a literal `${`.
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

function fillVariables(document: Document.Parsed, env: Environment, source: Source): Problem[] {
	const problems: Problem[] = [];
	visit(document, {
		Scalar: (key, node, ancestors) => {
			const parent = ancestors[ancestors.length - 1];
			if (key === "key" && isPair(parent)) return;
			if (typeof node.value !== "string" || !node.value.includes("${")) return;
			const filled = node.value.replace(REFERENCE, (whole: string, inside: string | undefined, end: string | undefined) => {
				if (inside === undefined) return "${";
				const match = end === "}" ? NAME.exec(inside) : null;
				if (match === null) {
					problems.push(
						source.problemAt(
							spanOf(node),
							`${quote(whole)} is not a variable`,
							`write $\{NAME} or $\{NAME:-default}, and $$\{ for a literal $\{`,
						),
					);
					return "";
				}
				const [, name = "", fallback] = match;
				const value = env[name];
				if (value !== undefined && (value !== "" || fallback === undefined)) return value;
				if (fallback === undefined) {
					problems.push(
						source.problemAt(spanOf(node), `the environment variable ${name} is not set`, `set it, or give a default: \${${name}:-value}`),
					);
				}
				return fallback ?? "";
			});
			node.value = node.type === Scalar.PLAIN ? plainValue(filled) : filled;
		},
	});
	return problems;
}

/** An unquoted `${WEIGHT}` is what it would be had its text been written there: a number stays a number. */
function plainValue(text: string): string | number | boolean {
	if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
	return text === "true" ? true : text === "false" ? false : text;
}
