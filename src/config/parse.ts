/** Text to a plain value plus the way back. Syntax problems and variables are dealt with here; what the value means is for schema.ts. */
import { type Document, isCollection, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { type Environment, fillVariables } from "./environment.ts";
import { type Problem, quote } from "./problem.ts";
import { keyText, Source, spanOf } from "./source.ts";

export type Parsed =
	| { readonly source: Source; readonly value: unknown; readonly problems: readonly [] }
	| { readonly source: Source; readonly problems: readonly Problem[] };

/** Parses YAML 1.2 and fills in `${ENV}`. All syntax problems are reported, or else all problems with variables. */
export function parse(file: string, text: string, env: Environment): Parsed {
	const lines = new LineCounter();
	let document: Document.Parsed;
	try {
		document = parseDocument(text, {
			version: "1.2",
			lineCounter: lines,
			keepSourceTokens: true,
			prettyErrors: false,
			uniqueKeys: true,
			logLevel: "error",
		});
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
	keepVersions(document);
	try {
		return { source, value: document.toJS({ maxAliasCount: 100 }), problems: [] };
	} catch (error) {
		return { source, problems: [source.problemAt({ start: 0, end: 1 }, `the file cannot be read as YAML (${tidy(messageOf(error))})`)] };
	}
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
			if (!isNode(pair.key)) return;
			if (isCollection(pair.key)) add(source.problemAt(spanOf(pair.key), "a key must be a text", "is a comma or colon missing?"));
			if (keyText(pair.key) === "__proto__") add(source.problemAt(spanOf(pair.key), "unknown key `__proto__`"));
		},
		Node: (_, { tag, range }) => {
			if (tag === undefined || KNOWN_TAGS.has(tag)) return;
			const name = tag.replace("tag:yaml.org,2002:", "!!");
			add(source.problemAt({ start: range?.[0] ?? 0, end: range?.[1] ?? 1 }, `unknown tag ${quote(name)}`, "values need no tags"));
		},
		Alias: (_, alias) => {
			if (alias.resolve(document) === undefined) add(source.problemAt(spanOf(alias), `unknown anchor ${quote(alias.source)}`));
		},
	});
	return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** None, and those of JSON's values. Others make values that nothing here expects: bytes, dates, sets. */
const KNOWN_TAGS: ReadonlySet<string> = new Set([
	"!",
	...["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
]);

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
