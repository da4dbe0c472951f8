import { StringDecoder } from "node:string_decoder";
import { within } from "../harness/deadline.ts";
import type { LogLine, Portico } from "../harness/portico.ts";

/** The control log of a Portico that runs for long: each line is read once, when it comes. */
export class ControlLog {
	/** Of the lines so far, by event. */
	readonly counts = new Map<string, number>();
	readonly #onLine: (line: LogLine, text: string) => void;
	readonly #waiting = new Set<(line: LogLine) => void>();

	/** @param onLine sees every line, also those that came before */
	constructor({ child, log }: Portico, onLine: (line: LogLine, text: string) => void) {
		this.#onLine = onLine;
		for (const line of log) this.#take(line, JSON.stringify(line));
		for (const stream of [child.process.stdout, child.process.stderr]) {
			const decoder = new StringDecoder("utf8");
			let rest = "";
			stream?.on("data", (chunk: Buffer | string) => {
				const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
				rest = lines.pop() ?? "";
				for (const text of lines) if (text.startsWith("{")) this.#take(JSON.parse(text) as LogLine, text);
			});
		}
	}

	/** The next line that matches, not one that came before. */
	async next(matches: (line: LogLine) => boolean, what: string, milliseconds = 20_000): Promise<LogLine> {
		const found = Promise.withResolvers<LogLine>();
		const look = (line: LogLine): void => {
			if (matches(line)) found.resolve(line);
		};
		this.#waiting.add(look);
		try {
			return await within(found.promise, what, milliseconds);
		} finally {
			this.#waiting.delete(look);
		}
	}

	#take(line: LogLine, text: string): void {
		const event = String(line.msg);
		this.counts.set(event, (this.counts.get(event) ?? 0) + 1);
		this.#onLine(line, text);
		for (const look of this.#waiting) look(line);
	}
}
