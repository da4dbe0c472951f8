/** `${NAME}`, `${NAME:-default}` and `${file:/path}` in the texts of a configuration. */
import { dirname, resolve } from "node:path";
import { type Document, isPair, Scalar, visit } from "yaml";
import type { FileSecrets } from "./fileSecrets.ts";
import { type Problem, quote } from "./problem.ts";
import { type Source, spanOf } from "./source.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

// `$${` stands for a literal `${`.
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

const FILE = /^file:\s*(.+?)\s*$/s;

/**
 * Puts the values of variables, and of files (`${file:/run/secrets/x}`), in their places in `document`. Returns the problems: variables that
 * are not set, files that cannot be read, and what is not written right.
 *
 * @param secrets gets the texts of files
 */
export function fillVariables(document: Document.Parsed, env: Environment, source: Source, secrets: FileSecrets): Problem[] {
	const problems: Problem[] = [];
	visit(document, {
		Scalar: (key, node, ancestors) => {
			const parent = ancestors[ancestors.length - 1];
			if (key === "key" && isPair(parent)) return;
			if (typeof node.value !== "string" || !node.value.includes("${")) return;
			const fromFiles: string[] = [];
			const filled = node.value.replace(REFERENCE, (whole: string, inside: string | undefined, end: string | undefined) => {
				if (inside === undefined) return "${";
				const file = end === "}" ? FILE.exec(inside)?.[1] : undefined;
				if (file !== undefined) {
					const read = secrets.read(resolve(dirname(source.file), file));
					if ("problem" in read) {
						const where = resolve(dirname(source.file), file);
						problems.push(source.problemAt(spanOf(node), `${quote(whole)}: ${read.problem}`, `looked for ${where}`));
						return "";
					}
					fromFiles.push(read.text);
					return read.text;
				}
				const match = end === "}" ? NAME.exec(inside) : null;
				if (match === null) {
					problems.push(
						source.problemAt(
							spanOf(node),
							`${quote(whole)} is not a variable`,
							`write $\{NAME}, $\{NAME:-default} or $\{file:/path}, and $$\{ for a literal $\{`,
						),
					);
					return "";
				}
				const [, name = "", fallback] = match;
				const value = env[name];
				if (value !== undefined && (value !== "" || fallback === undefined)) return value;
				if (fallback === undefined) {
					problems.push(
						source.problemAt(spanOf(node), `the environment variable ${name} is not set`, `set it, or add a default: \${${name}:-value}`),
					);
				}
				return fallback ?? "";
			});
			if (fromFiles.length > 0) source.fromFile(node, fromFiles.join(""));
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
