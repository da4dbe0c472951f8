/** A parsed file and the way back from any of its values to the place where it was written. */
import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import type { FileSecrets } from "./fileSecrets.ts";
import type { Places } from "./places.ts";
import { excerptOf, type Problem, printable } from "./problem.ts";

/** Keys and indexes from the root to a value. */
export type ConfigPath = readonly (string | number)[];

/** Where a problem is shown: on the key that names a value, or on the value. */
export type Part = "key" | "value";

export interface Span {
	readonly start: number;
	readonly end: number;
}

/** A parsed file: its value, and where each part of it was written. Lives as long as one load. */
export class Source implements Places {
	readonly file: string;
	readonly #text: string;
	readonly #lines: LineCounter;
	readonly #document: Document.Parsed;

	readonly #secrets: FileSecrets;
	/** Values from files. */
	readonly #fromFiles = new Map<Node, string>();

	/** @param secrets texts from files that no message may have any of */
	constructor(file: string, text: string, lines: LineCounter, document: Document.Parsed, secrets: FileSecrets) {
		this.#secrets = secrets;
		this.file = file;
		this.#text = text;
		this.#lines = lines;
		this.#document = document;
	}

	/** A problem at the value (or key) at `path`; where nothing stands there, at the nearest thing around it. */
	problem(path: ConfigPath, part: Part, problem: string, hint?: string): Problem {
		const node = this.#nodeAt(path);
		const secret = (node === undefined ? undefined : this.#fromFiles.get(node)) ?? null;
		const clean = (text: string): string => this.#secrets.clean(text, secret);
		const found = this.problemAt(this.#span(path, part), clean(problem), hint === undefined ? undefined : clean(hint));
		const key = String(path.at(-1));
		if (!SECRET_KEYS.has(key) || found.excerpt?.includes(key) === true) return found;
		// The value stands on a line of its own, where nothing says what it is.
		const { excerpt: _, ...hidden } = found;
		return hidden;
	}

	/** The value there is one of a file, or has one in it. */
	fromFile(node: Node, value: string): void {
		this.#fromFiles.set(node, value);
	}

	name(path: ConfigPath): string {
		return `line ${this.problem(path, "key", "").line}`;
	}

	problemAt(span: Span, problemText: string, hintText?: string): Problem {
		const shown = (text: string): string => printable(this.#secrets.clean(text, null));
		const [problem, hint] = [shown(problemText), hintText === undefined ? undefined : shown(hintText)];
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

const SECRET_KEYS: ReadonlySet<string> = new Set(["secret", "password"]);

type Ranged = Node & { range: [number, number, number] };

function hasSpan(node: unknown): node is Ranged {
	return isNode(node) && Array.isArray(node.range) && node.range[1] > node.range[0];
}

export function spanOf(node: Node): Span {
	const range = node.range ?? [0, 1, 1];
	return { start: range[0], end: isCollection(node) ? range[0] + 1 : range[1] };
}

export function keyText(key: unknown): string {
	return isScalar(key) ? String(key.value) : "";
}
