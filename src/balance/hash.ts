/** Spreads the bits of a 32-bit number over all of it: the last step of MurmurHash3. Whole, 0 to 2^32 - 1. */
export function mix32(bits: number): number {
	let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Hash of a name or of what a client is told by: FNV-1a, then {@link mix32}. Whole, 0 to 2^32 - 1. It has no secret, since all instances
 * must agree on it: whoever may choose keys may choose ones that meet, which is what the bound of consistent hashing is for.
 */
export function keyHash(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return mix32(hash);
}
