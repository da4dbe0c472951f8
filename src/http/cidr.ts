/**
 * IP addresses and blocks of them (RFC 4291 section 2.2, RFC 4632 section 3.1), parsed strictly: no octal, no short forms.
 * An IPv4-mapped IPv6 address is the IPv4 address it holds.
 */

const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** A block: the address as one (IPv4) or four (IPv6) 32-bit words, and the mask of each word. */
interface Block {
	readonly words: Uint32Array;
	readonly masks: Uint32Array;
	/** Length of the prefix. */
	readonly bits: number;
}

/** Addresses of one or more CIDR blocks. Immutable. */
export class CidrSet {
	readonly isEmpty: boolean;
	readonly #v4: readonly Block[];
	readonly #v6: readonly Block[];

	private constructor(v4: readonly Block[], v6: readonly Block[]) {
		this.isEmpty = v4.length + v6.length === 0;
		this.#v4 = v4;
		this.#v6 = v6;
	}

	/** `10.0.0.0/8`, `2001:db8::/32`, or a single address. Throws Error naming the block that is not one. */
	static of(cidrs: readonly string[]): CidrSet {
		const blocks = cidrs.map(parseCidr);
		return new CidrSet(
			blocks.filter(({ words }) => words.length === 1),
			blocks.filter(({ words }) => words.length === 4),
		);
	}

	/** Bits of the longest prefix here that holds the address, 0 to 128 (of IPv4: 0 to 32); -1 if none does, or it is no address. */
	longest(address: string): number {
		if (this.isEmpty) return -1;
		const words = parseAddress(withoutZone(address));
		if (words === null) return -1;
		let longest = -1;
		for (const block of words.length === 1 ? this.#v4 : this.#v6) {
			if (block.bits > longest && contains(block, words)) longest = block.bits;
		}
		return longest;
	}

	/** False for anything that is not an address. A zone id (`%eth0`) is not looked at. */
	has(address: string): boolean {
		if (this.isEmpty) return false;
		const words = parseAddress(withoutZone(address));
		if (words === null) return false;
		return (words.length === 1 ? this.#v4 : this.#v6).some((block) => contains(block, words));
	}
}

/**
 * The one spelling of an address (RFC 5952): `::ffff:10.0.0.1` is `10.0.0.1`, the zone id is dropped. Null if it is none.
 */
export function normalizeAddress(address: string): string | null {
	const words = parseAddress(withoutZone(address));
	if (words === null) return null;
	return words.length === 1 ? formatV4(words) : formatV6(words);
}

function contains({ words, masks }: Block, address: Uint32Array): boolean {
	for (let index = 0; index < words.length; index++) {
		const difference = ((words[index] as number) ^ (address[index] as number)) & (masks[index] as number);
		if (difference !== 0) return false;
	}
	return true;
}

function parseCidr(cidr: string): Block {
	const slash = cidr.indexOf("/");
	const address = slash === -1 ? cidr : cidr.slice(0, slash);
	const words = parseAddress(address);
	if (words === null) throw new Error(`${JSON.stringify(cidr)} is not an IP address or CIDR block`);
	const bits = words.length * 32;
	if (slash === -1) return { words, masks: masksFor(bits, words.length), bits };

	const written = address.includes(":") ? 128 : 32;
	const prefix = parseDecimal(cidr.slice(slash + 1), written);
	// A mapped block is the IPv4 block in its last 32 bits; a shorter prefix would cover more than IPv4.
	if (prefix === -1 || prefix < written - bits) throw new Error(`${JSON.stringify(cidr)} has no valid prefix length (0 to ${written})`);
	const own = prefix - (written - bits);
	const masks = masksFor(own, words.length);
	if (words.some((word, index) => (word & ~(masks[index] as number)) !== 0)) {
		throw new Error(`${JSON.stringify(cidr)} has address bits set beyond its prefix length; for one address leave out /${prefix}`);
	}
	return { words, masks, bits: own };
}

function masksFor(prefix: number, words: number): Uint32Array {
	const masks = new Uint32Array(words);
	for (let index = 0; index < words; index++) {
		const bits = Math.min(Math.max(prefix - index * 32, 0), 32);
		masks[index] = bits === 0 ? 0 : -1 << (32 - bits);
	}
	return masks;
}

function withoutZone(address: string): string {
	const zone = address.indexOf("%");
	return zone > 0 && address.includes(":") ? address.slice(0, zone) : address;
}

/** One word for IPv4 and IPv4-mapped, four for IPv6, null for neither. */
function parseAddress(text: string): Uint32Array | null {
	if (!text.includes(":")) {
		const word = parseV4(text);
		return word === -1 ? null : Uint32Array.of(word);
	}
	const words = parseV6(text);
	if (words === null) return null;
	const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
	return mapped ? words.subarray(3) : words;
}

/** The address as a number, or -1. Hot path: trusted proxies and restricted routes ask it of every request. */
function parseV4(text: string): number {
	let word = 0;
	let octet = -1;
	let dots = 0;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (code === DOT) {
			if (octet === -1 || ++dots > 3) return -1;
			word = word * 256 + octet;
			octet = -1;
		} else if (code < DIGIT_0 || code > DIGIT_9 || octet === 0) return -1;
		else {
			octet = (octet === -1 ? 0 : octet * 10) + code - DIGIT_0;
			if (octet > 255) return -1;
		}
	}
	return dots === 3 && octet !== -1 ? word * 256 + octet : -1;
}

function parseV6(text: string): Uint32Array | null {
	if (text.length > 45) return null;
	const gap = text.indexOf("::");
	if (gap === -1) {
		const groups = parseGroups(text);
		return groups?.length === 8 ? toWords(groups) : null;
	}
	const head = gap === 0 ? [] : parseGroups(text.slice(0, gap), false);
	const tail = gap + 2 === text.length ? [] : parseGroups(text.slice(gap + 2));
	if (head === null || tail === null || head.length + tail.length > 7) return null;
	return toWords([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]);
}

/** 16-bit groups; the last part may be an IPv4 address, which gives two, if `mayEndInV4`. */
function parseGroups(text: string, mayEndInV4 = true): number[] | null {
	const groups: number[] = [];
	const parts = text.split(":");
	for (const [index, part] of parts.entries()) {
		if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
		else {
			const word = mayEndInV4 && index === parts.length - 1 ? parseV4(part) : -1;
			if (word === -1) return null;
			groups.push(word >>> 16, word & 0xffff);
		}
	}
	return groups;
}

function toWords(groups: readonly number[]): Uint32Array {
	const words = new Uint32Array(4);
	for (const [index, group] of groups.entries()) words[index >> 1] = ((words[index >> 1] as number) << 16) | group;
	return words;
}

/** Digits without a leading zero, from 0 to `max`, or -1. */
function parseDecimal(text: string, max: number): number {
	if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return -1;
	const value = Number(text);
	return value <= max ? value : -1;
}

function formatV4(words: Uint32Array): string {
	const word = words[0] as number;
	return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 section 4: lower case, no leading zeros, the first of the longest runs of two or more zero groups as `::`. */
function formatV6(words: Uint32Array): string {
	const groups = Array.from(words).flatMap((word) => [word >>> 16, word & 0xffff]);
	let start = -1;
	let length = 1;
	for (let index = 0; index < 8; index++) {
		let end = index;
		while (end < 8 && groups[end] === 0) end++;
		if (end - index > length) {
			start = index;
			length = end - index;
		}
	}
	const hex = groups.map((group) => group.toString(16));
	return start === -1 ? hex.join(":") : `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/**
 * Who shares an address as clients go: an IPv4 address is itself; of an IPv6 address the first 64 bits, since a customer has all of the rest
 * (RFC 6177).
 *
 * @param address in its one spelling, as {@link normalizeAddress} gives it
 */
export function clientNetwork(address: string): string {
	if (!address.includes(":")) return address;
	const words = parseAddress(address);
	return words === null ? address : formatV6(Uint32Array.of(words[0] ?? 0, words[1] ?? 0, 0, 0));
}
