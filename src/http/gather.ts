/** Shorter parts are put together. */
const SHORT = 4096;

/**
 * Adds a copy of `chunk` to the parts of a body that is kept. Every buffer takes some hundred bytes beside its own, and holds on to what it was cut from, so a
 * body that comes byte by byte would take a hundred times its length.
 */
export function gather(parts: Buffer[], chunk: Buffer): void {
	const last = parts.at(-1);
	if (last === undefined || last.length + chunk.length > SHORT) parts.push(Buffer.from(chunk));
	else parts[parts.length - 1] = Buffer.concat([last, chunk]);
}
