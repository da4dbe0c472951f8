/**
 * Regular expressions over what nodes answer. The runtime's own may take exponential time on an unlucky text, and a health check must not stop the thread that runs all
 * of them; here time is at most the size of the pattern × the length of the text (Thompson's simulation: all states at once).
 */
import { type Assertion, type PatternNode, parsePattern, type UnitRange, WORD } from "./patternTree.ts";

type Instruction =
	| { readonly op: "unit"; readonly ranges: readonly UnitRange[]; readonly negated: boolean }
	| { op: "split"; first: number; second: number }
	| { op: "jump"; to: number }
	| { readonly op: "assert"; readonly what: Assertion }
	| { readonly op: "match" };

/** With a text of 64 KiB the worst pattern takes some tenths of a second. */
const MOST_INSTRUCTIONS = 500;

export class LinearRegExp {
	readonly #program: readonly Instruction[];

	private constructor(program: readonly Instruction[]) {
		this.#program = program;
	}

	/**
	 * JavaScript's syntax without flags, back references and lookaround.
	 *
	 * @throws Error that says what is not understood, for the reader of a configuration file
	 */
	static compile(source: string): LinearRegExp {
		const program: Instruction[] = [];
		emit(parsePattern(source), program, source);
		program.push({ op: "match" });
		return new LinearRegExp(program);
	}

	/** Whether it matches anywhere in the text. */
	test(text: string): boolean {
		const program = this.#program;
		const seenAt = new Int32Array(program.length).fill(-1);
		let states: number[] = [];
		for (let at = 0; at <= text.length; at++) {
			// A match may begin at every place.
			const now = [...states, 0];
			const next: number[] = [];
			const unit = at < text.length ? text.charCodeAt(at) : -1;
			for (let state = now.pop(); state !== undefined; state = now.pop()) {
				if (seenAt[state] === at) continue;
				seenAt[state] = at;
				const instruction = program[state] as Instruction;
				switch (instruction.op) {
					case "match":
						return true;
					case "jump":
						now.push(instruction.to);
						break;
					case "split":
						now.push(instruction.first, instruction.second);
						break;
					case "assert":
						if (holds(instruction.what, text, at)) now.push(state + 1);
						break;
					case "unit":
						if (unit !== -1 && isIn(unit, instruction.ranges) !== instruction.negated) next.push(state + 1);
				}
			}
			states = next;
		}
		return false;
	}
}

function emit(node: PatternNode, program: Instruction[], source: string): void {
	if (program.length > MOST_INSTRUCTIONS) throw new Error(`/${source}/ is too large`);
	switch (node.kind) {
		case "unit":
			program.push({ op: "unit", ranges: node.ranges, negated: node.negated });
			break;
		case "assert":
			program.push({ op: "assert", what: node.what });
			break;
		case "sequence":
			for (const part of node.parts) emit(part, program, source);
			break;
		case "choice":
			emitChoice(node.branches, program, source);
			break;
		case "repeat":
			emitRepeat(node, program, source);
	}
}

function emitChoice(branches: readonly PatternNode[], program: Instruction[], source: string): void {
	const ends: { to: number }[] = [];
	for (const [index, branch] of branches.entries()) {
		if (index === branches.length - 1) {
			emit(branch, program, source);
			break;
		}
		const split = { op: "split" as const, first: program.length + 1, second: 0 };
		const end = { op: "jump" as const, to: 0 };
		program.push(split);
		emit(branch, program, source);
		program.push(end);
		split.second = program.length;
		ends.push(end);
	}
	for (const end of ends) end.to = program.length;
}

function emitRepeat({ of, least, most }: PatternNode & { kind: "repeat" }, program: Instruction[], source: string): void {
	const start = program.length;
	for (let i = 0; i < least; i++) {
		emit(of, program, source);
		// What matches the empty text alone is not worth repeating.
		if (program.length === start) return;
	}
	if (most === null) {
		const split = { op: "split" as const, first: program.length + 1, second: 0 };
		program.push(split);
		emit(of, program, source);
		program.push({ op: "jump", to: program.indexOf(split) });
		split.second = program.length;
		return;
	}
	const splits: { second: number }[] = [];
	for (let i = least; i < most; i++) {
		const split = { op: "split" as const, first: program.length + 1, second: 0 };
		program.push(split);
		splits.push(split);
		emit(of, program, source);
		if (program.length === start + 1) break;
	}
	for (const split of splits) split.second = program.length;
}

function holds(what: Assertion, text: string, at: number): boolean {
	if (what === "start") return at === 0;
	if (what === "end") return at === text.length;
	return (isWordAt(text, at - 1) !== isWordAt(text, at)) === (what === "wordEdge");
}

const isWordAt = (text: string, at: number): boolean => at >= 0 && at < text.length && isIn(text.charCodeAt(at), WORD);

function isIn(unit: number, ranges: readonly UnitRange[]): boolean {
	for (const [from, to] of ranges) if (unit >= from && unit <= to) return true;
	return false;
}
