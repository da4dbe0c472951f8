import type { OpenedValue } from "./cookieValue.ts";
import type { MemoryKey } from "./memory.ts";

/** The node that a client belongs to, and what says so. */
export interface AffinityClaim {
	readonly node: string;
	/** What its session is counted by; null where a login under way says so. */
	readonly session: MemoryKey | null;
	/** Mode `cookie`: what its cookie holds. */
	readonly cookie: OpenedValue | null;
	/** What the login under way is known by. */
	readonly flow: FlowClaim | null;
}

export interface FlowClaim {
	readonly key: MemoryKey;
	/** It has served its purpose when it was used once. */
	readonly once: boolean;
}
