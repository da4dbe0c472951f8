/** `${NAME}` and `${NAME:-default}` in the texts of a configuration. */
import { type Document, isPair, Scalar, visit } from "yaml";
import { type Problem, quote } from "./problem.ts";
import { type Source, spanOf } from "./source.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

// `$${` stands for a literal `${`.
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Puts the values of variables in their places in `document`. Returns the problems: variables that are not set, or not written right. */
export function fillVariables(document: Document.Parsed, env: Environment, source: Source): Problem[] {
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
						source.problemAt(spanOf(node), `the environment variable ${name} is not set`, `set it, or add a default: \${${name}:-value}`),
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
