/**
 * The Huffman code of HPACK (RFC 7541 appendix B). It is canonical: its codes follow from their lengths alone, which stand here as one digit in
 * base 36 for each of the 256 octets and the end of the string.
 */
const LENGTHS = [
	"dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca",
	"d67777777777777777777777878djde6f56565666577666567655677777fbeds",
	"kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn",
	"qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq",
	"u",
].join("");

/** States of the decoder: the inner nodes of the code's tree. */
const STATES = 256;

// A step of the decoder takes one octet: it leads to a state and brings up to two octets. One 32-bit entry: bits 0 to 7 the state, 8 and 9 how
// many octets, 10 to 17 the first, 18 to 25 the second, bit 26 the octet cannot be.
const COUNT_SHIFT = 8;
const FIRST_SHIFT = 10;
const SECOND_SHIFT = 18;
const IMPOSSIBLE = 1 << 26;

interface Tree {
	readonly steps: Int32Array;
	/** 1 for a state in which a string may end: up to seven bits of padding, all ones. */
	readonly mayEnd: Uint8Array;
}

const { steps: STEPS, mayEnd: MAY_END } = build();

/**
 * Decodes octets from `start` to `end` into `out`, which must have room for 8/5 of them.
 *
 * @returns how many octets it gave; -1 for what is no Huffman string
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
	let state = 0;
	let length = 0;
	for (let pos = start; pos < end; pos++) {
		const step = STEPS[(state << 8) | (bytes[pos] as number)] as number;
		if ((step & IMPOSSIBLE) !== 0) return -1;
		const count = (step >> COUNT_SHIFT) & 3;
		if (count > 0) {
			out[length++] = (step >> FIRST_SHIFT) & 0xff;
			if (count > 1) out[length++] = (step >> SECOND_SHIFT) & 0xff;
		}
		state = step & 0xff;
	}
	return MAY_END[state] === 1 ? length : -1;
}

function build(): Tree {
	// Children of each inner node: another inner node, or -1 - octet for a leaf.
	const children = new Int32Array(STATES * 2);
	let nodes = 1;
	for (const { symbol, code, length } of codes()) {
		let node = 0;
		for (let bit = length - 1; bit > 0; bit--) {
			const at = node * 2 + ((code >>> bit) & 1);
			if (children[at] === 0) children[at] = nodes++;
			node = children[at] as number;
		}
		children[node * 2 + (code & 1)] = -1 - symbol;
	}
	const steps = new Int32Array(STATES * 256);
	for (let state = 0; state < STATES; state++)
		for (let octet = 0; octet < 256; octet++) steps[(state << 8) | octet] = step(children, state, octet);
	const mayEnd = new Uint8Array(STATES);
	for (let node = 0, depth = 0; depth < 8; depth++) {
		mayEnd[node] = 1;
		node = children[node * 2 + 1] as number;
	}
	return { steps, mayEnd };
}

function step(children: Int32Array, from: number, octet: number): number {
	let state = from;
	let count = 0;
	let found = 0;
	for (let bit = 7; bit >= 0; bit--) {
		state = children[state * 2 + ((octet >> bit) & 1)] as number;
		if (state >= 0) continue;
		const symbol = -1 - state;
		// The end of the string must not be coded.
		if (symbol === 256) return IMPOSSIBLE;
		found |= symbol << (count === 0 ? FIRST_SHIFT : SECOND_SHIFT);
		count++;
		state = 0;
	}
	return state | (count << COUNT_SHIFT) | found;
}

/** Shorter codes come first, those of one length in the order of their symbols; each is the one before plus one. */
function codes(): { symbol: number; code: number; length: number }[] {
	const symbols = [...LENGTHS].map((digit, symbol) => ({ symbol, length: Number.parseInt(digit, 36), code: 0 }));
	symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
	let next = 0;
	let last = 0;
	for (const entry of symbols) {
		next = (next << (entry.length - last)) >>> 0;
		last = entry.length;
		entry.code = next++;
	}
	return symbols;
}
