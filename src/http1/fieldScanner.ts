import { type ErrorCode, PorticoError } from "../errors.ts";
import { type FieldName, HeaderList } from "../http/headers.ts";
import { COLON, CR, DEL, LF, SP, TAB, TOKEN_CHAR, trimOws } from "./chars.ts";
import { CONNECTION, CONTENT_LENGTH, findSlot, HOST, KNOWN_NAMES, PLAIN, parsedName } from "./fieldNames.ts";

/** How a section of fields is judged. */
export interface FieldRules {
	readonly maxFields: number;
	/** RFC 9112 section 5.2: a folded line may be joined in a response; in a request it is refused. */
	readonly folding: boolean;
	readonly malformed: ErrorCode;
	readonly tooMany: ErrorCode;
}

/**
 * What the fields of a head say about framing and routing. The texts are all that stood after the colon of the last such field: around
 * these values recipients differ about tabs and folds, so the framing rules get to see them.
 */
export class FramingFields {
	hosts = 0;
	lengths = 0;
	codings = 0;
	length = "";
	coding = "";
}

const FIELD_START = 0;
const NAME = 1;
const VALUE_START = 2;
const VALUE = 3;
const VALUE_LF = 4;
const END_LF = 5;

/** Offsets of one field in the marks: name start, name end, value start, value end. */
const MARKS_PER_FIELD = 4;
/**
 * Where the fields of a head that arrives in one piece are noted. Shared by all scanners, since such a head is noted and read within
 * one call; a scanner that has to wait for more octets moves to marks of its own.
 */
let sharedMarks = new Int32Array(128 * MARKS_PER_FIELD);

/**
 * Reads the field lines of a head or trailer section (RFC 9112 section 5) and the empty line after them, octet by octet, across any
 * split. Notes offsets only; `build` makes the strings once the section is complete. Offsets count from the first octet of the head.
 */
export class FieldScanner {
	/** Of the fields that {@link build} made last. */
	framing = new FramingFields();
	readonly #rules: FieldRules;
	/** Null while the shared marks are used. */
	#ownMarks: Int32Array | null = null;
	#state = FIELD_START;
	#count = 0;
	#folded = false;

	constructor(rules: FieldRules) {
		this.#rules = rules;
		if (sharedMarks.length < rules.maxFields * MARKS_PER_FIELD) sharedMarks = new Int32Array(rules.maxFields * MARKS_PER_FIELD);
	}

	/** Call before octets are awaited: other scanners will write over the shared marks. */
	suspend(): void {
		this.#ownMarks ??= sharedMarks.slice(0, this.#rules.maxFields * MARKS_PER_FIELD);
	}

	/** As {@link StartLine.scan}, up to the end of the empty line. */
	scan(bytes: Buffer, base: number, from: number, end: number): number {
		const marks = this.#ownMarks ?? sharedMarks;
		let state = this.#state;
		let pos = state === FIELD_START ? this.#scanLines(marks, bytes, base, from, end) : from;
		while (pos < end) {
			if (state === FIELD_START) {
				const octet = bytes[pos] as number;
				if (octet === CR) {
					state = END_LF;
					pos++;
					continue;
				}
				if (octet === SP || octet === TAB) {
					this.#unfold();
					state = VALUE;
				} else {
					if (this.#count === this.#rules.maxFields) throw new PorticoError(this.#rules.tooMany, { detail: "field-count" });
					marks[this.#count * MARKS_PER_FIELD] = pos - base;
					state = NAME;
				}
			}
			const mark = this.#count * MARKS_PER_FIELD;
			if (state === NAME) {
				while (pos < end && TOKEN_CHAR[bytes[pos] as number] === 1) pos++;
				if (pos === end) break;
				if (bytes[pos] !== COLON || pos - base === marks[mark]) throw this.#nameError(bytes[pos] as number, pos - base === marks[mark]);
				marks[mark + 1] = pos - base;
				state = VALUE_START;
				pos++;
			}
			if (state === VALUE_START) {
				while (pos < end && (bytes[pos] === SP || bytes[pos] === TAB)) pos++;
				if (pos === end) break;
				marks[mark + 2] = pos - base;
				state = VALUE;
			}
			if (state === VALUE) {
				let octet = 0;
				while (pos < end) {
					octet = bytes[pos] as number;
					if ((octet < SP && octet !== TAB) || octet === DEL) break;
					pos++;
				}
				if (pos === end) break;
				if (octet !== CR) throw this.#malformed(octet === LF ? "bare-lf" : "field-value");
				marks[mark + 3] = pos - base;
				state = VALUE_LF;
				pos++;
				if (pos === end) break;
			}
			if (bytes[pos] !== LF) throw this.#malformed("bare-cr");
			pos++;
			if (state === END_LF) return pos;
			this.#count++;
			state = FIELD_START;
		}
		this.#state = state;
		return -1;
	}

	/**
	 * Notes complete, regular lines, in half the time of the state machine. Returns the beginning of the
	 * first line that is not: incomplete, empty, folded, malformed, or beyond the limit. The state machine
	 * goes on there.
	 */
	#scanLines(marks: Int32Array, bytes: Buffer, base: number, from: number, end: number): number {
		const last = this.#rules.maxFields * MARKS_PER_FIELD;
		let mark = this.#count * MARKS_PER_FIELD;
		let start = from;
		for (; mark < last; mark += MARKS_PER_FIELD) {
			let pos = start;
			while (pos < end && TOKEN_CHAR[bytes[pos] as number] === 1) pos++;
			if (pos === start || pos === end || bytes[pos] !== COLON) break;
			const nameEnd = pos++;
			while (pos < end && (bytes[pos] === SP || bytes[pos] === TAB)) pos++;
			const valueStart = pos;
			while (pos < end) {
				const octet = bytes[pos] as number;
				if ((octet < SP && octet !== TAB) || octet === DEL) break;
				pos++;
			}
			if (pos + 1 >= end || bytes[pos] !== CR || bytes[pos + 1] !== LF) break;
			marks[mark] = start - base;
			marks[mark + 1] = nameEnd - base;
			marks[mark + 2] = valueStart - base;
			marks[mark + 3] = pos - base;
			start = pos + 2;
		}
		this.#count = mark / MARKS_PER_FIELD;
		return start;
	}

	/**
	 * The fields of the complete section as strings, and what `framing` says; then the scanner is ready for the next section.
	 *
	 * @param text the head @param bytes the same octets, from `base` on
	 */
	build(text: string, bytes: Buffer, base: number): HeaderList {
		const names: FieldName[] = [];
		const values: string[] = [];
		let connection: string | null = null;
		const framing = new FramingFields();
		const marks = this.#ownMarks ?? sharedMarks;
		for (let mark = 0, last = this.#count * MARKS_PER_FIELD; mark < last; mark += MARKS_PER_FIELD) {
			const nameStart = base + (marks[mark] as number);
			const nameEnd = base + (marks[mark + 1] as number);
			const name = KNOWN_NAMES[findSlot(bytes, nameStart, nameEnd)] ?? parsedName(bytes.latin1Slice(nameStart, nameEnd));
			const start = marks[mark + 2] as number;
			let end = marks[mark + 3] as number;
			while (end > start && (bytes[base + end - 1] === SP || bytes[base + end - 1] === TAB)) end--;
			let value = text.substring(start, end);
			if (this.#folded) value = joinFolds(value);
			names.push(name);
			values.push(value);
			const { role } = name;
			if (role === PLAIN) continue;
			if (role === HOST) framing.hosts++;
			else if (role === CONNECTION) connection = connection === null ? value : `${connection}, ${value}`;
			else if (role === CONTENT_LENGTH) {
				framing.lengths++;
				framing.length = text.substring((marks[mark + 1] as number) + 1, marks[mark + 3]);
			} else {
				framing.codings++;
				framing.coding = text.substring((marks[mark + 1] as number) + 1, marks[mark + 3]);
			}
		}
		this.framing = framing;
		this.#state = FIELD_START;
		this.#count = 0;
		this.#folded = false;
		this.#ownMarks = null;
		const headers = new HeaderList(names, values);
		headers.connection = connection;
		return headers;
	}

	/** Goes back into the value of the field before, whose end will be noted anew. */
	#unfold(): void {
		if (!this.#rules.folding || this.#count === 0) throw this.#malformed("obs-fold");
		this.#folded = true;
		this.#count--;
	}

	#nameError(octet: number, empty: boolean): PorticoError {
		if (octet === LF) return this.#malformed("bare-lf");
		if (empty) return this.#malformed("field-name");
		if (octet === SP || octet === TAB) return this.#malformed("space-before-colon");
		return this.#malformed(octet === CR ? "no-colon" : "field-name");
	}

	#malformed(detail: string): PorticoError {
		return new PorticoError(this.#rules.malformed, { detail });
	}
}

/** Each fold becomes one space. Only folds can have left a CRLF in a value. */
function joinFolds(value: string): string {
	if (!value.includes("\r\n")) return value;
	const parts: string[] = [];
	for (const line of value.split("\r\n")) {
		const part = trimOws(line);
		if (part !== "") parts.push(part);
	}
	return parts.join(" ");
}
