/**
 * A reporter of node:test that writes one JSON line for each finished test and one for the end of the file, for scripts/test.ts.
 * A file whose last line is missing did not run to its end, whatever its exit code says.
 */
import type { TestEvent } from "node:test/reporters";

export interface TestLine {
	readonly kind: "test";
	readonly name: string;
	readonly passed: boolean;
	/** Why it did not run, or null. */
	readonly skipped: string | null;
	readonly line: number;
	/** What went wrong, for reading; empty if nothing did. */
	readonly failure: string;
}

export interface EndLine {
	readonly kind: "end";
}

export default async function* jsonLines(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const path: string[] = [];
	for await (const event of events) {
		if (event.type === "test:start") path.splice(event.data.nesting, path.length, event.data.name);
		if (event.type === "test:summary") yield `${JSON.stringify({ kind: "end" } satisfies EndLine)}\n`;
		if (event.type !== "test:pass" && event.type !== "test:fail") continue;
		const { data } = event;
		const failed = event.type === "test:fail";
		// A suite fails with its tests, which are reported themselves; only a suite's own failure (a hook) is news.
		const isSuite = data.details.type === "suite";
		const error = failed ? (event.data.details.error as Error & { failureType?: string; cause?: unknown }) : undefined;
		if (isSuite && (error === undefined || error.failureType === "subtestsFailed")) continue;
		const line: TestLine = {
			kind: "test",
			name: [...path.slice(0, data.nesting), data.name].join(" › "),
			passed: !failed,
			skipped: data.skip === undefined || data.skip === false ? null : String(data.skip),
			line: data.line ?? 0,
			failure: error === undefined ? "" : describe(error.cause ?? error),
		};
		yield `${JSON.stringify(line)}\n`;
	}
}

function describe(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	const stack = cause.stack ?? cause.message;
	// Frames of Node itself tell nothing about the test.
	const text = stack
		.split("\n")
		.filter((line) => !/^\s+at .*\(?node:internal/.test(line))
		.join("\n");
	return cause.cause === undefined ? text : `${text}\ncaused by: ${describe(cause.cause)}`;
}
