import type { Share } from "./clientShares.ts";

/** A request that holds a slot at a member. */
export interface SlotHolder {
	readonly share: Share;
	/** Where it stands in the list, see {@link SlotHolders}. */
	position: number;
	/** Where it holds the slot, or held the last one. */
	readonly heldAt: string | null;
	/** Bytes per second that its client sends or takes, if it is slow and nothing else is waited for; otherwise null. */
	readonly slowPace: number | null;
	/** It gives its slot to others: its client is too slow. */
	evict(): void;
}

/** The requests that hold slots of one pool in this thread, also those that began with an earlier plan. Lifetime: process. */
export class SlotHolders {
	readonly #holders: SlotHolder[] = [];

	/** Hot path. */
	add(holder: SlotHolder): void {
		holder.position = this.#holders.push(holder) - 1;
	}

	/** Hot path: the last one takes its place. */
	delete(holder: SlotHolder): void {
		const last = this.#holders.pop();
		if (last === undefined || last === holder) return;
		this.#holders[holder.position] = last;
		last.position = holder.position;
	}

	/** Whom to take a slot from: of the client that holds most, the slowest. Null: none is slow. @param node where the slot is; null: anywhere */
	slowest(node: string | null): SlotHolder | null {
		let found: { readonly holder: SlotHolder; readonly pace: number } | null = null;
		for (const holder of this.#holders) {
			if (node !== null && holder.heldAt !== node) continue;
			const pace = holder.slowPace;
			if (pace === null) continue;
			const more = found === null ? 1 : holder.share.held - found.holder.share.held;
			if (found === null || more > 0 || (more === 0 && pace < found.pace)) found = { holder, pace };
		}
		return found?.holder ?? null;
	}
}
