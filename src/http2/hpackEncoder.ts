import type { HeaderList } from "../http/headers.ts";
import { DynamicTable } from "./dynamicTable.ts";
import { ENTRY_OVERHEAD } from "./entry.ts";
import type { OutBuffer } from "./outBuffer.ts";
import { STATIC_ENTRIES, STATIC_NAMES, STATIC_TABLE } from "./staticTable.ts";

/** What our table has at most, however much a peer allows. */
const MOST = 4096;
/** Values longer than this are not worth their place in the table. */
const MOST_VALUE = 256;
/** An integer and the length of a text take no more octets each. */
const INTEGER_OCTETS = 6;

/** Fields whose values are new in almost every response, or tell of one client: they would push out what is worth keeping. */
const UNINDEXED: ReadonlySet<string> = new Set(
	"age content-length content-range etag expires last-modified link location set-cookie x-request-id activityid".split(" "),
);
/** Values that no table between here and the client may hold (RFC 7541 section 7.1.3). */
const SECRET: ReadonlySet<string> = new Set(["authorization", "set-cookie", "www-authenticate", "authentication-info"]);

/** Fields that concern an HTTP/1 connection (RFC 9113 section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set(["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"]);

interface Sent {
	readonly key: string;
	readonly value: string;
	readonly size: number;
	/** Its place in the count of all that were ever added. */
	readonly place: number;
}

/**
 * Encodes header blocks: what is in a table as its index, all else as plain text. A Huffman code would save octets that are sent once, and cost
 * as much as the rest together. Lifetime: connection.
 */
export class HpackEncoder {
	readonly #table = new DynamicTable<Sent>(MOST);
	/** The last one of each name. */
	readonly #latest = new Map<string, Sent>();
	/** Sizes that are to be announced: the least and the last since the last block; -1: none. */
	#least = -1;
	#next = -1;

	/** The peer's SETTINGS_HEADER_TABLE_SIZE. */
	setLimit(size: number): void {
		const limit = Math.min(size, MOST);
		if (limit === this.#table.limit && this.#next === -1) return;
		this.#least = this.#least === -1 ? limit : Math.min(this.#least, limit);
		this.#next = limit;
		this.#table.resize(limit);
	}

	/** Begins a block. */
	begin(out: OutBuffer): void {
		if (this.#next === -1) return;
		out.ensure(2 * INTEGER_OCTETS);
		if (this.#least < this.#next) this.#integer(out, 0x20, 0x1f, this.#least);
		this.#integer(out, 0x20, 0x1f, this.#next);
		this.#least = -1;
		this.#next = -1;
	}

	status(out: OutBuffer, status: number): void {
		out.ensure(8);
		const index = STATUS_INDEX[status];
		if (index !== undefined) return out.octet(0x80 | index);
		out.octet(0x08);
		out.octet(3);
		out.text(String(status));
	}

	fields(out: OutBuffer, { names, values }: HeaderList): void {
		for (let i = 0; i < names.length; i++) {
			const name = names[i];
			const value = values[i];
			if (name !== undefined && value !== undefined && !CONNECTION_FIELDS.has(name.key)) this.#field(out, name.key, value);
		}
	}

	#field(out: OutBuffer, key: string, value: string): void {
		out.ensure(key.length + value.length + 3 * INTEGER_OCTETS);
		const known = this.#latest.get(key);
		if (known !== undefined && known.value === value) {
			const index = this.#table.added - 1 - known.place;
			if (index < this.#table.length) return this.#integer(out, 0x80, 0x7f, STATIC_ENTRIES + 1 + index);
		}
		const index = STATIC_NAMES.get(key) ?? 0;
		if (index > 0 && value !== "" && STATIC_TABLE[index]?.value === value) return this.#integer(out, 0x80, 0x7f, index);
		if (value.length > MOST_VALUE || UNINDEXED.has(key) || SECRET.has(key)) {
			this.#integer(out, SECRET.has(key) ? 0x10 : 0, 0x0f, index);
		} else {
			this.#integer(out, 0x40, 0x3f, index);
			const sent = { key, value, size: key.length + value.length + ENTRY_OVERHEAD, place: this.#table.added };
			if (this.#table.add(sent)) this.#latest.set(key, sent);
			// Names that are in the table no more must not gather here.
			if (this.#latest.size > 2 * MOST_NAMES) this.#forget();
		}
		if (index === 0) {
			this.#integer(out, 0, 0x7f, key.length);
			out.text(key);
		}
		this.#integer(out, 0, 0x7f, value.length);
		out.text(value);
	}

	#forget(): void {
		for (const [key, { place }] of this.#latest) if (this.#table.added - place > this.#table.length) this.#latest.delete(key);
	}

	#integer(out: OutBuffer, flags: number, mask: number, value: number): void {
		if (value < mask) return out.octet(flags | value);
		out.octet(flags | mask);
		let rest = value - mask;
		for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.octet(0x80 | (rest & 0x7f));
		out.octet(rest);
	}
}

/** As many as can be in the table. */
const MOST_NAMES = MOST / ENTRY_OVERHEAD;

const STATUS_INDEX: readonly (number | undefined)[] = [200, 204, 206, 304, 400, 404, 500].reduce<(number | undefined)[]>(
	(found, status, at) => {
		found[status] = 8 + at;
		return found;
	},
	new Array<number | undefined>(600).fill(undefined),
);
