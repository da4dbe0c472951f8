import type { CodedName } from "./fieldNames.ts";

/** What a table counts for an entry besides its texts (RFC 7541 section 4.1). */
export const ENTRY_OVERHEAD = 32;

/** A field in a table of HPACK: made and judged once, however often it is referred to. */
export class Entry {
	readonly name: CodedName;
	/** Without white space at its ends. */
	readonly value: string;
	/** As tables and limits count it. */
	readonly size: number;
	/** The value holds no octet that must not be relayed. */
	readonly isClean: boolean;
	/** White space was cut from it. */
	readonly isTrimmed: boolean;

	/** @param length octets of the value before it was trimmed */
	constructor(name: CodedName, value: string, length: number, isClean: boolean, isTrimmed: boolean) {
		this.name = name;
		this.value = value;
		this.size = name.field.spelled.length + length + ENTRY_OVERHEAD;
		this.isClean = isClean;
		this.isTrimmed = isTrimmed;
	}
}
