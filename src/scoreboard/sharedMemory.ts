/** What affinity remembers in memory that all threads share. */
import { randomBytes } from "node:crypto";
import type { AffinityMemory } from "../affinity/memory.ts";
import { AffinityTable } from "./affinityTable.ts";

/** Entries, 16 bytes each: users of half an hour, logins of ten minutes. */
const SESSIONS = 2 ** 18;
const FLOWS = 2 ** 16;
const LEARNED = 2 ** 17;

/** Crosses threads by structured clone. */
export interface SharedMemory {
	readonly sessions: SharedArrayBuffer;
	readonly flows: SharedArrayBuffer;
	readonly learned: SharedArrayBuffer;
	readonly secret: Uint8Array;
}

/** Lifetime: process. */
export interface AffinityTables extends AffinityMemory {
	readonly sessions: AffinityTable;
	readonly flows: AffinityTable;
	readonly learned: AffinityTable;
}

export function createMemory(): SharedMemory {
	return {
		sessions: AffinityTable.create(SESSIONS),
		flows: AffinityTable.create(FLOWS),
		learned: AffinityTable.create(LEARNED),
		secret: randomBytes(32),
	};
}

export function openMemory({ sessions, flows, learned, secret }: SharedMemory): AffinityTables {
	return { sessions: new AffinityTable(sessions), flows: new AffinityTable(flows), learned: new AffinityTable(learned), secret };
}
