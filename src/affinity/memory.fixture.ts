import type { AffinityMemory, AffinityStore, MemoryKey } from "./memory.ts";

/** A table without bounds, for one thread. */
class MapMembers implements AffinityStore {
	readonly entries = new Map<string, { member: number; until: number }>();

	get({ a, b }: MemoryKey, second: number): number {
		const entry = this.entries.get(`${a} ${b}`);
		return entry === undefined || entry.until <= second ? -1 : entry.member;
	}

	put({ a, b }: MemoryKey, member: number, _second: number, until: number): void {
		this.entries.set(`${a} ${b}`, { member, until });
	}

	drop({ a, b }: MemoryKey): void {
		this.entries.delete(`${a} ${b}`);
	}
}

export class TestMemory implements AffinityMemory {
	readonly sessions = new MapMembers();
	readonly flows = new MapMembers();
	readonly learned = new MapMembers();
	readonly secret = new Uint8Array(32);
}
