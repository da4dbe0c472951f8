import { Seeded } from "../harness/seeded.ts";

/** Something that takes any bytes, and what must be true of it. */
export interface Target {
	readonly name: string;
	/** What the coverage of is looked at: paths below src/, or their beginnings. */
	readonly sources: readonly string[];
	/** Pieces that mean something to it. */
	readonly words: readonly string[];
	/** Bytes; longer inputs are cut. */
	readonly longest: number;
	/** Throws when something is not as it must be. @param random the same for the same input */
	check(input: Buffer, random: Seeded): void | Promise<void>;
}

/** The same input is always checked in the same way, with the same cuts. */
export async function checkInput(target: Target, input: Buffer): Promise<void> {
	await target.check(input, new Seeded(input.toString("latin1")));
}

/** The input in pieces of random lengths. */
export function pieces(input: Buffer, random: Seeded): Buffer[] {
	const parts: Buffer[] = [];
	const most = random.pick([1, 3, 20, 400]);
	for (let at = 0; at < input.length; ) {
		const size = random.between(1, most);
		// A copy: what lies behind a piece must not matter.
		parts.push(Buffer.from(input.subarray(at, at + size)));
		at += size;
	}
	return parts;
}
