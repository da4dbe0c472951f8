import { ConnectionError } from "./connectionError.ts";
import { DynamicTable } from "./dynamicTable.ts";
import { ENTRY_OVERHEAD, Entry } from "./entry.ts";
import { type CodedName, codedName, nameOf } from "./fieldNames.ts";
import { isBlank, isClean } from "./fieldText.ts";
import { decodeHuffman } from "./huffman.ts";
import { COMPRESSION_ERROR, ENHANCE_YOUR_CALM } from "./protocol.ts";
import { STATIC_ENTRIES, STATIC_TABLE } from "./staticTable.ts";

/** Receives the fields of one block, in order. */
export interface FieldSink {
	/** @param isClean the value holds no control character @param isTrimmed white space was cut from its ends */
	onField(name: CodedName, value: string, isClean: boolean, isTrimmed: boolean): void;
}

/** How much of a block is kept. */
export interface BlockLimits {
	/** Fields, pseudo-fields and crumbs of cookies among them. */
	readonly fields: number;
	/** Octets of names and values, with 32 for each field. */
	readonly bytes: number;
}

/** What we let a peer keep in its table. */
const TABLE_SIZE = 4096;
const MAX_CONTINUATION_OCTETS = 5;
const MAX_INTEGER = 0x7fffffff;
/** Over its limits a block is decoded on, for the table's sake, up to so many times the limit. */
const PATIENCE = 4;

const NOTHING = Buffer.alloc(0);
/** Where Huffman texts are decoded. Shared by all decoders, since such a text is made a string of within one call. */
let scratch: Buffer = Buffer.allocUnsafeSlow(4096);

/**
 * Decodes header blocks (RFC 7541). All fields are counted before anything is kept of them: what is referred to by one octet costs as much as
 * what it stands for. Lifetime: connection.
 */
export class HpackDecoder {
	/** Of the last block: it had more fields, or more octets, than its limits. */
	overflow: "none" | "fields" | "bytes" = "none";
	readonly #table = new DynamicTable<Entry>(TABLE_SIZE);
	#block: Buffer = NOTHING;
	#pos = 0;
	#end = 0;
	// The text that was read last.
	#bytes: Buffer = NOTHING;
	#start = 0;
	#stop = 0;
	#limits: BlockLimits = { fields: 0, bytes: 0 };
	#fieldCount = 0;
	#byteCount = 0;

	/**
	 * Decodes a whole block, which lies between two offsets. Fields beyond the limits change the table and reach nobody.
	 *
	 * @throws ConnectionError
	 */
	decode(block: Buffer, start: number, end: number, limits: BlockLimits, sink: FieldSink): void {
		this.#block = block;
		this.#pos = start;
		this.#end = end;
		this.#limits = limits;
		this.#fieldCount = 0;
		this.#byteCount = 0;
		this.overflow = "none";
		try {
			this.#readUpdates();
			while (this.#pos < this.#end) this.#readField(sink);
		} finally {
			this.#block = NOTHING;
			this.#bytes = NOTHING;
		}
	}

	/** At most two, at the start of a block (RFC 7541 section 4.2). */
	#readUpdates(): void {
		for (let updates = 0; this.#pos < this.#end && ((this.#block[this.#pos] as number) & 0xe0) === 0x20; updates++) {
			const size = this.#integer(0x1f);
			if (size > TABLE_SIZE || updates === 2) throw malformed("table-size");
			this.#table.resize(size);
		}
	}

	#readField(sink: FieldSink): void {
		const first = this.#block[this.#pos] as number;
		if (first >= 0x80) {
			const entry = this.#entry(this.#integer(0x7f));
			if (this.#count(entry.size)) sink.onField(entry.name, entry.value, entry.isClean, entry.isTrimmed);
		} else if (first >= 0x40) this.#readLiteral(0x3f, true, sink);
		else if (first >= 0x20) throw malformed("table-size-late");
		else this.#readLiteral(0x0f, false, sink);
	}

	#readLiteral(mask: number, indexed: boolean, sink: FieldSink): void {
		const index = this.#integer(mask);
		const name = index > 0 ? this.#entry(index).name : this.#readName();
		const nameLength = index > 0 ? name.field.spelled.length : this.#stop - this.#start;
		this.#readText();
		const length = this.#stop - this.#start;
		const size = nameLength + length + ENTRY_OVERHEAD;
		const counted = this.#count(size);
		if (!counted && !indexed) return;
		if (!counted && size > this.#table.limit) return this.#table.clear();
		const bytes = this.#bytes;
		let start = this.#start;
		let stop = this.#stop;
		while (start < stop && isBlank(bytes[start])) start++;
		while (stop > start && isBlank(bytes[stop - 1])) stop--;
		const clean = isClean(bytes, start, stop);
		const trimmed = stop - start < length;
		const value = bytes.latin1Slice(start, stop);
		if (indexed) this.#table.add(new Entry(name, value, length, clean, trimmed));
		if (counted) sink.onField(name, value, clean, trimmed);
	}

	/** A name that nobody may keep is not made a string of. */
	#readName(): CodedName {
		this.#readText();
		return this.#stop - this.#start > this.#limits.bytes ? NAMELESS : codedName(this.#bytes, this.#start, this.#stop);
	}

	/** @returns whether the field may be kept */
	#count(size: number): boolean {
		this.#fieldCount++;
		this.#byteCount += size;
		const { fields, bytes } = this.#limits;
		if (this.#fieldCount <= fields && this.#byteCount <= bytes) return true;
		if (this.overflow === "none") this.overflow = this.#fieldCount > fields ? "fields" : "bytes";
		if (this.#fieldCount > PATIENCE * fields || this.#byteCount > PATIENCE * bytes) {
			throw new ConnectionError(ENHANCE_YOUR_CALM, "header-list");
		}
		return false;
	}

	#entry(index: number): Entry {
		const entry = index <= STATIC_ENTRIES ? STATIC_TABLE[index] : this.#table.at(index - STATIC_ENTRIES - 1);
		if (entry === undefined) throw malformed("index");
		return entry;
	}

	/** RFC 7541 section 5.1. Multiplied, not shifted: JavaScript's shifts end at 32 bits. */
	#integer(mask: number): number {
		let value = (this.#block[this.#pos++] as number) & mask;
		if (value < mask) return value;
		let factor = 1;
		for (let octets = 0; ; octets++) {
			if (this.#pos === this.#end || octets === MAX_CONTINUATION_OCTETS) throw malformed("integer");
			const octet = this.#block[this.#pos++] as number;
			value += (octet & 0x7f) * factor;
			if (octet < 0x80) break;
			factor *= 128;
		}
		if (value > MAX_INTEGER) throw malformed("integer");
		return value;
	}

	/** Reads a text (RFC 7541 section 5.2): it lies in the block, or decoded in the scratch. */
	#readText(): void {
		if (this.#pos === this.#end) throw malformed("cut-short");
		const huffman = (this.#block[this.#pos] as number) >= 0x80;
		const length = this.#integer(0x7f);
		const start = this.#pos;
		const stop = start + length;
		if (stop > this.#end) throw malformed("cut-short");
		this.#pos = stop;
		if (!huffman) {
			this.#bytes = this.#block;
			this.#start = start;
			this.#stop = stop;
			return;
		}
		if (scratch.length < length * 2) scratch = Buffer.allocUnsafeSlow(length * 2);
		const decoded = decodeHuffman(this.#block, start, stop, scratch);
		if (decoded === -1) throw malformed("huffman");
		this.#bytes = scratch;
		this.#start = 0;
		this.#stop = decoded;
	}
}

const NAMELESS = nameOf("");

const malformed = (reason: string): ConnectionError => new ConnectionError(COMPRESSION_ERROR, `hpack-${reason}`);
