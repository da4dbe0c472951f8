/** How short memory is, and what is refused then. */

/**
 * Work that begins, as it is refused: the first of these first. `handshake`: a client of a listener with TLS connects. `upload`: a request with a large body.
 * `connection`: a client of a plain listener connects. `request`: any other request. `login`: a step of a login, or a request of a route with high priority.
 */
export const WORK_CLASSES = ["handshake", "upload", "connection", "request", "login"] as const;
export type WorkClass = (typeof WORK_CLASSES)[number];

/** From `tight` on memory is given back, from `short` on work is refused too. */
export const MEMORY_LEVELS = ["normal", "tight", "short", "scarce", "critical"] as const;
export type MemoryLevel = (typeof MEMORY_LEVELS)[number];

/** Share of the memory at which a level begins. */
const BEGINS: Readonly<Record<MemoryLevel, number>> = { normal: 0, tight: 0.7, short: 0.8, scarce: 0.87, critical: 0.94 };
/** A level ends so far below its beginning: small changes do not open and shut the door. */
const HYSTERESIS = 0.04;

const REFUSED: Readonly<Record<MemoryLevel, ReadonlySet<WorkClass>>> = {
	normal: new Set(),
	tight: new Set(),
	short: new Set(["handshake", "upload"]),
	scarce: new Set(["handshake", "upload", "connection", "request"]),
	critical: new Set(WORK_CLASSES),
};

/** @param share of the memory that is in use: 0 to 1, or more */
export function nextLevel(level: MemoryLevel, share: number): MemoryLevel {
	const begun = highest(share);
	if (!isAbove(level, begun)) return begun;
	const held = highest(share + HYSTERESIS);
	return isAbove(level, held) ? held : level;
}

export function isAbove(a: MemoryLevel, b: MemoryLevel): boolean {
	return MEMORY_LEVELS.indexOf(a) > MEMORY_LEVELS.indexOf(b);
}

function highest(share: number): MemoryLevel {
	return MEMORY_LEVELS.findLast((level) => share >= BEGINS[level]) ?? "normal";
}

/** Hot path. */
export function refuses(level: MemoryLevel, work: WorkClass): boolean {
	return REFUSED[level].has(work);
}

/** Some new clients are refused. */
export function turnsAway(level: MemoryLevel): boolean {
	return REFUSED[level].size > 0;
}
