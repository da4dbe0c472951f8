/** Which rows of the scoreboard belong to what, over reloads. Pure. */
import type { MemberPlan } from "../../plan/member.ts";

/** Rows of a plan's members and pools, in the plan's order. */
export interface PlanSlots {
	readonly members: readonly number[];
	readonly pools: readonly number[];
}

/** Who has which row, and who had one. Never changed: each reload makes another. */
export interface SlotTable {
	readonly held: ReadonlyMap<string, number>;
	/** Given back, the one longest ago first. */
	readonly past: ReadonlyMap<string, number>;
	/** Rows below this have been given to somebody. */
	readonly used: number;
}

export const NO_SLOTS: SlotTable = { held: new Map(), past: new Map(), used: 0 };

/** What makes a member the same one after a reload: its name and where it is. */
export function memberKey({ name, host, port, tls }: MemberPlan): string {
	return JSON.stringify([name, host, port, tls !== null]);
}

/**
 * Rows for these: who has one keeps it, who comes back to its own gets it again. Others get one that nobody had, and only when those have run out one that was given
 * back by an earlier reload: workers that have not heard of this one yet still count on what it takes away.
 *
 * @param keys unique
 * @param capacity rows in all
 * @param isBusy something still counts on the row
 * @returns null: there is no room for all
 */
export function assignSlots(
	keys: readonly string[],
	before: SlotTable,
	capacity: number,
	isBusy: (slot: number) => boolean,
): SlotTable | null {
	const wanted = new Set(keys);
	const held = new Map<string, number>();
	for (const key of keys) {
		const slot = before.held.get(key) ?? before.past.get(key);
		if (slot !== undefined) held.set(key, slot);
	}
	const past = new Map([...before.past].filter(([key]) => !wanted.has(key)));
	let used = before.used;
	for (const key of keys) {
		if (held.has(key)) continue;
		const slot = used < capacity ? used++ : takeBack(past, isBusy);
		if (slot === null) return null;
		held.set(key, slot);
	}
	for (const [key, slot] of before.held) if (!wanted.has(key)) past.set(key, slot);
	return { held, past, used };
}

/** Rows that are somebody else's now than they were. */
export function reassignedSlots(before: SlotTable, after: SlotTable): number[] {
	const owners = new Map([...before.held, ...before.past].map(([key, slot]) => [slot, key]));
	return [...after.held].filter(([key, slot]) => owners.has(slot) && owners.get(slot) !== key).map(([, slot]) => slot);
}

/** @param keys as the table was made for */
export function slotsOf(keys: readonly string[], { held }: SlotTable): number[] {
	return keys.map((key) => held.get(key) ?? -1);
}

function takeBack(past: Map<string, number>, isBusy: (slot: number) => boolean): number | null {
	for (const [key, slot] of past) {
		if (isBusy(slot)) continue;
		past.delete(key);
		return slot;
	}
	return null;
}
