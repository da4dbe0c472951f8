/** Figures out of counts, and calls.md. */

import { callsIn } from "./replay.ts";
import type { CountedRequest } from "./requests.ts";
import type { Taken } from "./runtime.ts";

/** What the instrumenter prints. */
export interface FunctionTable {
	/** URL of the copied build. */
	readonly base: string;
	readonly functions: readonly { readonly file: string; readonly name: string; readonly line: number }[];
}

export interface Figures {
	readonly name: string;
	readonly title: string;
	/** Files with at least one function that was called. */
	readonly files: number;
	readonly calls: number;
	/** Calls of a function from one of another file of ours. */
	readonly between: number;
	/** Calls from Node: callbacks of sockets and promises. */
	readonly fromNode: number;
	/** A line for each function, the most called first. */
	readonly detail: readonly string[];
}

export function summary({ name, title }: CountedRequest, taken: Taken, { base, functions }: FunctionTable): Figures {
	const fileOf = (id: number): string => functions[id]?.file ?? "?";
	let [between, fromNode] = [0, 0];
	for (const [caller, id, count] of taken.callers) {
		const file = caller.startsWith(base) ? caller.slice(base.length + 1).replace(/\.js$/, ".ts") : null;
		if (file === null) fromNode += count;
		else if (file !== fileOf(id)) between += count;
	}
	return {
		name,
		title,
		files: new Set(taken.calls.map(([id]) => fileOf(id))).size,
		calls: callsIn(taken),
		between,
		fromNode,
		detail: [...taken.calls]
			.sort(([, one], [, other]) => other - one)
			.map(([id, count]) => `${String(count).padStart(5)}  ${fileOf(id)}:${functions[id]?.line}  ${functions[id]?.name}`),
	};
}

const BAR = 220;

export function callsPage(now: readonly Figures[], before: readonly Omit<Figures, "detail">[], date: string): string {
	const rows = (list: readonly Omit<Figures, "detail">[]): string =>
		[
			"| one request, after a warm-up, over kept connections | files | calls | from file to file | from Node |",
			"| --- | ---: | ---: | ---: | ---: |",
			...list.map((row) => `| ${row.title} | ${row.files} | ${row.calls} | ${row.between} | ${row.fromNode} |`),
		].join("\n");
	return `# Calls of one request

Written by \`npm run bench:calls\` on ${date}. A copy of the compiled sources counts every entry of a function of Portico in the worker thread; functions of Node, of packages, and what timers call do not count.
_From file to file_: the caller is in another file of Portico. _From Node_: the caller is Node, for a socket or a promise. Bar: the GET has at most ${BAR} calls.

${rows(now)}

## Before

${before.length === 0 ? "Not measured." : rows(before)}
`;
}
