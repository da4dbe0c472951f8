/** Reads a regular expression into a tree. The syntax is JavaScript's, less what no automaton can do in linear time. */

/** Code units, both ends included. */
export type UnitRange = readonly [from: number, to: number];

export type PatternNode =
	| { readonly kind: "unit"; readonly ranges: readonly UnitRange[]; readonly negated: boolean }
	| { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
	| { readonly kind: "choice"; readonly branches: readonly PatternNode[] }
	/** `most` null: no end. */
	| { readonly kind: "repeat"; readonly of: PatternNode; readonly least: number; readonly most: number | null }
	| { readonly kind: "assert"; readonly what: Assertion };

export type Assertion = "start" | "end" | "wordEdge" | "noWordEdge";

const unitRange = (from: string, to: string = from): UnitRange => [from.charCodeAt(0), to.charCodeAt(0)];

const DIGIT = [unitRange("0", "9")];
export const WORD = [unitRange("0", "9"), unitRange("A", "Z"), unitRange("a", "z"), unitRange("_")];
// ECMA-262: WhiteSpace and LineTerminator.
const SPACE: readonly UnitRange[] = [
	[9, 13],
	[32, 32],
	[0xa0, 0xa0],
	[0x1680, 0x1680],
	[0x2000, 0x200a],
	[0x2028, 0x2029],
	[0x202f, 0x202f],
	[0x205f, 0x205f],
	[0x3000, 0x3000],
	[0xfeff, 0xfeff],
];
const LINE_ENDS: readonly UnitRange[] = [unitRange("\n"), unitRange("\r"), [0x2028, 0x2029]];

const CLASSES: ReadonlyMap<string, readonly UnitRange[]> = new Map([
	["d", DIGIT],
	["w", WORD],
	["s", SPACE],
	["D", complement(DIGIT)],
	["W", complement(WORD)],
	["S", complement(SPACE)],
]);
const CONTROLS: ReadonlyMap<string, string> = new Map([
	["n", "\n"],
	["r", "\r"],
	["t", "\t"],
	["f", "\f"],
	["v", "\v"],
	["0", "\0"],
]);

const DEPTH = 50;
const MOST_REPEATS = 1000;

/** @throws Error that says what is not understood, and where */
export function parsePattern(source: string): PatternNode {
	return new PatternParser(source).parse();
}

class PatternParser {
	readonly #source: string;
	#at = 0;
	#depth = 0;

	constructor(source: string) {
		this.#source = source;
	}

	parse(): PatternNode {
		const tree = this.#choice();
		if (this.#at < this.#source.length) throw this.#problem("a ) closes nothing");
		return tree;
	}

	#choice(): PatternNode {
		const branches = [this.#sequence()];
		while (this.#take("|")) branches.push(this.#sequence());
		return branches.length === 1 ? (branches[0] as PatternNode) : { kind: "choice", branches };
	}

	#sequence(): PatternNode {
		const parts: PatternNode[] = [];
		while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) parts.push(this.#repeated());
		return { kind: "sequence", parts };
	}

	#repeated(): PatternNode {
		const of = this.#atom();
		const bounds = this.#bounds();
		if (bounds === null) return of;
		if (of.kind === "assert") throw this.#problem("nothing to repeat");
		// A lazy one matches the same texts.
		this.#take("?");
		if (/[*+?{]/.test(this.#source[this.#at] ?? "")) throw this.#problem("nothing to repeat");
		return { kind: "repeat", of, ...bounds };
	}

	#bounds(): { least: number; most: number | null } | null {
		if (this.#take("*")) return { least: 0, most: null };
		if (this.#take("+")) return { least: 1, most: null };
		if (this.#take("?")) return { least: 0, most: 1 };
		if (!this.#sees("{")) return null;
		const match = /^\{(\d{1,5})(,)?(\d{1,5})?\}/.exec(this.#source.slice(this.#at, this.#at + 16));
		if (match === null) throw this.#problem("a { that is meant as such is written \\{");
		const least = Number(match[1]);
		const most = match[3] !== undefined ? Number(match[3]) : match[2] !== undefined ? null : least;
		if (match[2] === undefined && match[3] !== undefined) throw this.#problem("a { that is meant as such is written \\{");
		if (least > MOST_REPEATS || (most !== null && (most > MOST_REPEATS || most < least)))
			throw this.#problem("repeats are out of order or too many");
		this.#at += match[0].length;
		return { least, most };
	}

	#atom(): PatternNode {
		const char = this.#next();
		switch (char) {
			case "(":
				return this.#group();
			case "[":
				return this.#set();
			case ".":
				return { kind: "unit", ranges: LINE_ENDS, negated: true };
			case "^":
				return { kind: "assert", what: "start" };
			case "$":
				return { kind: "assert", what: "end" };
			case "\\":
				return this.#escape();
			case "*":
			case "+":
			case "?":
				throw this.#problem("nothing to repeat");
			case "{":
			case "}":
			case "]":
				throw this.#problem(`a ${char} that is meant as such is written \\${char}`);
			default:
				return { kind: "unit", ranges: [unitRange(char)], negated: false };
		}
	}

	#group(): PatternNode {
		if (this.#take("?") && !this.#take(":")) throw this.#problem("lookaround, named groups and flags are not supported");
		if (++this.#depth > DEPTH) throw this.#problem("groups are nested too deep");
		const inner = this.#choice();
		if (!this.#take(")")) throw this.#problem("a ( is not closed");
		this.#depth--;
		return inner;
	}

	#escape(): PatternNode {
		const char = this.#next();
		if (char === "b") return { kind: "assert", what: "wordEdge" };
		if (char === "B") return { kind: "assert", what: "noWordEdge" };
		return { kind: "unit", ranges: CLASSES.get(char) ?? [unitRange(this.#escaped(char))], negated: false };
	}

	/** The character that `\` and `char` stand for. */
	#escaped(char: string): string {
		const control = CONTROLS.get(char);
		if (control !== undefined && !(char === "0" && /\d/.test(this.#source[this.#at] ?? ""))) return control;
		if (char === "x") return this.#hex(2);
		if (char === "u") return this.#hex(4);
		if (/[A-Za-z0-9]/.test(char)) throw this.#problem(`\\${char} is not supported`);
		return char;
	}

	#hex(length: number): string {
		const digits = this.#source.slice(this.#at, this.#at + length);
		if (digits.length < length || !/^[0-9A-Fa-f]+$/.test(digits)) throw this.#problem(`${length} hexadecimal digits are expected`);
		this.#at += length;
		return String.fromCharCode(Number.parseInt(digits, 16));
	}

	#set(): PatternNode {
		const negated = this.#take("^");
		const ranges: UnitRange[] = [];
		while (!this.#take("]")) {
			const from = this.#member();
			if (typeof from !== "string" || !this.#sees("-") || this.#source[this.#at + 1] === "]") {
				if (typeof from === "string") ranges.push(unitRange(from));
				else ranges.push(...from);
				continue;
			}
			this.#at++;
			const to = this.#member();
			if (typeof to !== "string" || to < from) throw this.#problem("a range is out of order");
			ranges.push(unitRange(from, to));
		}
		return { kind: "unit", ranges, negated };
	}

	/** One of a set: a character, or a class of them. */
	#member(): string | readonly UnitRange[] {
		const char = this.#next();
		if (char !== "\\") return char;
		const escaped = this.#next();
		if (escaped === "b") return "\b";
		return CLASSES.get(escaped) ?? this.#escaped(escaped);
	}

	#next(): string {
		const char = this.#source[this.#at];
		if (char === undefined) throw this.#problem("it ends too early");
		this.#at++;
		return char;
	}

	#sees(char: string): boolean {
		return this.#source[this.#at] === char;
	}

	#take(char: string): boolean {
		if (!this.#sees(char)) return false;
		this.#at++;
		return true;
	}

	#problem(text: string): Error {
		return new Error(`${text}, at character ${this.#at} of /${this.#source}/`);
	}
}

function complement(ranges: readonly UnitRange[]): UnitRange[] {
	const others: UnitRange[] = [];
	let from = 0;
	for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
		if (first > from) others.push([from, first - 1]);
		from = last + 1;
	}
	return [...others, [from, 0xffff]];
}
