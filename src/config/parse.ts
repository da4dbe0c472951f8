/** Text to a plain value plus the way back. Syntax problems and variables are dealt with here; what the value means is for schema.ts. */
import { type Document, isCollection, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { type Environment, fillVariables } from "./environment.ts";
import { FileSecrets } from "./fileSecrets.ts";
import { type Problem, quote } from "./problem.ts";
import { keyText, Source, spanOf } from "./source.ts";

export type Parsed =
	| { readonly source: Source; readonly value: unknown; readonly problems: readonly [] }
	| { readonly source: Source; readonly problems: readonly Problem[] };

/**
 * Parses YAML 1.2 and fills in `${ENV}` and `${file:NAME}`. The problems are all keys that stand twice and all anchors that are unknown, up to the first slip
 * that the parser stumbles over: what it says after that is about the slip. Or else all problems with variables.
 */
export function parse(file: string, text: string, env: Environment, secrets: FileSecrets = new FileSecrets()): Parsed {
	const { document, lines } = documentOf(text);
	if (!("contents" in document)) {
		const empty = documentOf("");
		const source = new Source(file, text, lines, empty.document as Document.Parsed, secrets);
		return { source, problems: [unreadable(source, document.error)] };
	}
	const source = new Source(file, text, lines, document, secrets);
	const problems = inOrder(slips(text, document, source));
	if (problems.length > 0) return { source, problems };
	if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
		return {
			source,
			problems: [source.problemAt({ start: 0, end: 1 }, "the file is empty", "see examples/minimal.yaml for a working configuration")],
		};
	}
	const variables = fillVariables(document, env, source, secrets);
	if (variables.length > 0) return { source, problems: variables };
	keepVersions(document);
	try {
		return { source, value: document.toJS({ maxAliasCount: 100 }), problems: [] };
	} catch (error) {
		return { source, problems: [unreadable(source, error)] };
	}
}

/** `error`: the parser is recursive, so thousands of open brackets exhaust its stack. */
function documentOf(text: string): { readonly document: Document.Parsed | { readonly error: unknown }; readonly lines: LineCounter } {
	const lines = new LineCounter();
	const options = {
		version: "1.2",
		lineCounter: lines,
		keepSourceTokens: true,
		prettyErrors: false,
		uniqueKeys: true,
		logLevel: "error",
	} as const;
	try {
		return { document: parseDocument(text, options), lines };
	} catch (error) {
		return { document: { error }, lines };
	}
}

function unreadable(source: Source, error: unknown): Problem {
	return source.problemAt({ start: 0, end: 1 }, `the file cannot be read as YAML (${tidy(messageOf(error))})`);
}

const QUOTE_VARIABLES = `write it in quotes: "$\{NAME}"`;

/** More variables without quotes than this are told next time. */
const MOST_VARIABLES = 50;

/** A variable between braces can be put aside, as text of the same length, so that what else is wrong shows itself. */
function slips(text: string, document: Document.Parsed, source: Source): Problem[] {
	const variables: Problem[] = [];
	let now = text;
	let parsed = document;
	while (variables.length < MOST_VARIABLES) {
		const first = firstSlip(parsed);
		const variable = first === null ? null : unquotedVariable(now, first.pos[0]);
		if (variable === null) break;
		variables.push(source.problemAt(variable, "a variable between { } or [ ] needs quotes", QUOTE_VARIABLES));
		now = now.slice(0, variable.start) + "x".repeat(variable.end - variable.start) + now.slice(variable.end);
		const again = documentOf(now).document;
		if (!("contents" in again)) break;
		parsed = again;
	}
	return [...variables, ...syntaxProblems(text, parsed, source)];
}

/** Where this error is about `${NAME}`: from the dollar to the brace. */
function unquotedVariable(text: string, offset: number): { readonly start: number; readonly end: number } | null {
	const from = text.lastIndexOf("\n", offset - 1) + 1;
	for (const { 0: variable, index } of text.slice(from).matchAll(/\$\{[^}\n]*\}/g)) {
		const [start, end] = [from + index, from + index + variable.length];
		if (start > offset) return null;
		if (offset <= end) return { start, end };
	}
	return null;
}

/** A version is text, with quotes or without: as a number 5.10 would be 5.1, and 4.0 the line 4. */
function keepVersions(document: Document.Parsed): void {
	visit(document, {
		Pair: (_, { key, value }) => {
			if (keyText(key) === "version" && isScalar(value) && typeof value.value === "number") value.value = value.source ?? value.value;
		},
	});
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 200) : String(error);
}

/** What it finds wrong in itself, without being thrown off its way. */
const HARMLESS: ReadonlySet<string> = new Set(["DUPLICATE_KEY"]);

function firstSlip({ errors }: Document.Parsed): YAMLError | null {
	const real = errors.filter(({ code }) => !HARMLESS.has(code));
	return real.reduce<YAMLError | null>((first, error) => (first === null || error.pos[0] < first.pos[0] ? error : first), null);
}

function syntaxProblems(text: string, document: Document.Parsed, source: Source): Problem[] {
	const problems: Problem[] = [];
	const slip = firstSlip(document);
	const until = slip?.pos[0] ?? Number.POSITIVE_INFINITY;
	const add = (span: { readonly start: number; readonly end: number }, problem: string, hint?: string): void => {
		if (span.start < until) problems.push(source.problemAt(span, problem, hint));
	};
	for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
		const start = source.skipSpaces(pos[0]);
		if (HARMLESS.has(code)) add({ start, end: Math.max(pos[1], start + source.wordLength(start)) }, ...explainSyntax(code, message));
		else if (!document.errors.some((error) => error.pos === pos)) add({ start, end: pos[1] }, ...explainSyntax(code, message));
	}
	visit(document, {
		Pair: (_, pair) => {
			if (!isNode(pair.key)) return;
			if (isCollection(pair.key)) add(spanOf(pair.key), "a key must be a string", "is a comma or colon missing?");
			if (keyText(pair.key) === "__proto__") add(spanOf(pair.key), "unknown key `__proto__`");
		},
		Node: (_, { tag, range }) => {
			if (tag === undefined || KNOWN_TAGS.has(tag)) return;
			const name = tag.replace("tag:yaml.org,2002:", "!!");
			add({ start: range?.[0] ?? 0, end: range?.[1] ?? 1 }, `unknown tag ${quote(name)}`, "values need no tags");
		},
		Alias: (_, alias) => {
			if (alias.resolve(document) === undefined) add(spanOf(alias), `unknown anchor ${quote(alias.source)}`);
		},
	});
	if (slip !== null) problems.push(slipProblem(text, document, slip, source));
	return problems;
}

/** None, and those of JSON's values. Others make values that nothing here expects: bytes, dates, sets. */
const KNOWN_TAGS: ReadonlySet<string> = new Set([
	"!",
	...["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
]);

function slipProblem(text: string, document: Document.Parsed, error: YAMLError, source: Source): Problem {
	const { code, message, pos } = error;
	const [problem, hint] = explainSyntax(code, message);
	const tab = tabNear(text, pos[0]);
	if (code === "TAB_AS_INDENT" || tab !== null) {
		const [place, advice] = [tab ?? pos[0], "use only spaces to indent YAML"];
		const more = text
			.slice(place)
			.split("\n")
			.slice(1)
			.filter((line) => /^ *\t/.test(line)).length;
		const also = more === 0 ? "" : `, here and in ${more} more line${more === 1 ? "" : "s"}`;
		return source.problemAt({ start: place, end: place + 1 }, `a tab is used for indentation${also}`, advice);
	}
	const quotation = openQuotation(text, document, error);
	if (quotation !== null) return source.problemAt(quotation, "the quote that begins here is not closed", "close it on its line");
	const start = source.skipSpaces(pos[0]);
	return source.problemAt({ start, end: Math.max(pos[1], start + 1) }, problem, hint);
}

/** Where the quoted text begins that ends on the line of the slip and should have ended before: it took in what was not meant to be text. */
function openQuotation(
	text: string,
	document: Document.Parsed,
	{ code, pos }: YAMLError,
): { readonly start: number; readonly end: number } | null {
	const found: { readonly start: number; readonly end: number }[] = [];
	const [offset] = pos;
	visit(document, {
		Scalar: (_, { type, range }) => {
			if (type !== "QUOTE_DOUBLE" && type !== "QUOTE_SINGLE") return;
			const [start = 0, end = 0] = range ?? [];
			const isNear = start < offset && end <= offset + 1 && !text.slice(end, offset).includes("\n");
			if (isNear && (code === "MISSING_CHAR" || text.slice(start, end).includes("\n"))) found.push({ start, end: start + 1 });
		},
	});
	return found.at(-1) ?? null;
}

/** A tab that indents this line or its neighbours, by which the parser lost its way; null: there is none. */
function tabNear(text: string, offset: number): number | null {
	const line = text.lastIndexOf("\n", offset - 1) + 1;
	const next = text.indexOf("\n", offset) + 1;
	for (const start of [text.lastIndexOf("\n", line - 2) + 1, line, ...(next === 0 ? [] : [next])]) {
		const indent = /^ *\t/.exec(text.slice(start, start + 200))?.[0];
		if (indent !== undefined) return start + indent.length - 1;
	}
	return null;
}

function inOrder(problems: readonly Problem[]): Problem[] {
	return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The parser's words for the mistakes people make most, in ours. */
function explainSyntax(code: string, message: string): readonly [problem: string, hint?: string] {
	switch (code) {
		case "DUPLICATE_KEY":
			return ["this key appears twice in one map", "keep one of them"];
		case "BAD_INDENT":
			if (message.startsWith("Flow"))
				return ["a bracket or brace is not closed before here", "every `[` needs its `]`, every `{` its `}`, innermost first"];
			return ["the indentation is inconsistent", "all lines of a map or list must begin in the same column"];
		case "MULTIPLE_DOCS":
			return ["a second YAML document begins here", "a file contains one document; remove the `---`"];
		case "MULTILINE_IMPLICIT_KEY":
			return ["a key spans several lines", "is a `:` or the indentation missing?"];
		case "MISSING_CHAR":
			return [`YAML: ${tidy(message)}`, "is a bracket, brace or quote left open?"];
		default:
			return [`YAML: ${tidy(message)}`];
	}
}

function tidy(message: string): string {
	if (message.includes("call stack")) return "brackets are nested too deeplyly";
	return message.replace(/\s+/g, " ").replace(/\.$/, "");
}
