import type { Seeded } from "../harness/seeded.ts";

const ODD = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2f, 0x3a, 0x3b, 0x3d, 0x5c, 0x7f, 0x80, 0xff];
const NUMBERS = ["0", "1", "-1", "65535", "65536", "2147483648", "4294967296", "9007199254740992", "18446744073709551616", "1e309"];

type Mutation = (input: Buffer, random: Seeded, words: readonly string[], corpus: readonly Buffer[]) => Buffer;

const spliced = (input: Buffer, at: number, removed: number, put: Buffer): Buffer =>
	Buffer.concat([input.subarray(0, at), put, input.subarray(at + removed)]);

/** A place in it, and how much may be taken there. */
function place(input: Buffer, random: Seeded): { readonly at: number; readonly length: number } {
	const at = random.below(input.length + 1);
	return { at, length: random.between(0, Math.min(random.pick([1, 4, 32, 256]), input.length - at)) };
}

const MUTATIONS: readonly Mutation[] = [
	function flipBit(input, random) {
		const out = Buffer.from(input);
		const at = random.below(Math.max(out.length, 1));
		if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
		return out;
	},
	function putByte(input, random) {
		const { at } = place(input, random);
		return spliced(input, at, random.below(2), Buffer.from([random.below(3) === 0 ? random.below(256) : random.pick(ODD)]));
	},
	function remove(input, random) {
		const { at, length } = place(input, random);
		return spliced(input, at, length, Buffer.alloc(0));
	},
	function putWord(input, random, words) {
		const { at, length } = place(input, random);
		return spliced(input, at, random.below(2) === 0 ? 0 : length, Buffer.from(random.pick(words), "latin1"));
	},
	function putNumber(input, random) {
		const { at, length } = place(input, random);
		return spliced(input, at, length, Buffer.from(random.pick(NUMBERS)));
	},
	function repeat(input, random) {
		const { at, length } = place(input, random);
		const piece = input.subarray(at, at + length);
		return spliced(input, at, 0, Buffer.concat(Array.from({ length: random.pick([1, 2, 20]) }, () => piece)));
	},
	function move(input, random) {
		const { at, length } = place(input, random);
		const rest = spliced(input, at, length, Buffer.alloc(0));
		return spliced(rest, random.below(rest.length + 1), 0, input.subarray(at, at + length));
	},
	function cross(input, random, _, corpus) {
		const other = random.pick(corpus);
		const { at, length } = place(other, random);
		const here = place(input, random);
		return spliced(input, here.at, here.length, other.subarray(at, at + Math.max(length, 8)));
	},
	function join(input, random, _, corpus) {
		const other = random.pick(corpus);
		return Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]);
	},
];

/** One of the corpus, changed in one to eight ways. */
export function mutated(corpus: readonly Buffer[], words: readonly string[], longest: number, random: Seeded): Buffer {
	let out = random.pick(corpus);
	for (let changes = random.pick([1, 1, 2, 4, 8]); changes > 0; changes--)
		out = random.pick(MUTATIONS)(out, random, words, corpus).subarray(0, longest);
	return Buffer.from(out);
}
