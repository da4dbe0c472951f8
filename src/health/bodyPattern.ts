/**
 * Regular expressions over response bodies of nodes. The runtime's own may take exponential time on an unlucky
 * text, and a health check must not stop the thread that runs all of them. RE2 takes time linear in the text.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

/** In RE2's instructions. With a body of 64 KiB the worst pattern takes about a second. */
const MAX_PROGRAM_SIZE = 500;

/** @throws Error that says what is not understood, for the reader of a configuration file */
export function compileBodyPattern(source: string): RE2JS {
	const pattern = parse(source);
	if (pattern.programSize() > MAX_PROGRAM_SIZE) throw new Error("this pattern is too large");
	return pattern;
}

function parse(source: string): RE2JS {
	try {
		return RE2JS.compile(source);
	} catch (error) {
		if (!(error instanceof RE2JSException)) throw error;
		throw new Error(`this pattern is invalid: ${problemOf(error)}`, { cause: error });
	}
}

function problemOf(error: RE2JSException): string {
	if (!(error instanceof RE2JSSyntaxException)) return error.message;
	const { error: problem, input } = error;
	return input === null || input === undefined ? problem : `${problem} \`${input}\``;
}
