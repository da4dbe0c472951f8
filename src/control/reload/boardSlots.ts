import type { Plan } from "../../plan/plan.ts";
import { assignSlots, memberKey, NO_SLOTS, type PlanSlots, reassignedSlots, type SlotTable, slotsOf } from "./slots.ts";

/** What is needed of the scoreboard. */
export interface RowBoard {
	/** Of rows, for members as for pools. */
	readonly capacity: number;
	inFlight(member: number): number;
	upstreamConnections(member: number): number;
	waiting(pool: number): number;
	/** Forgets what the row says of a member. */
	clearMember(member: number): void;
}

export interface SlotChange {
	readonly slots: PlanSlots;
	/** From here on the rows are theirs; those that were somebody else's are cleared. */
	takeOver(): void;
}

/** Rows of the scoreboard for one plan after the other. Lifetime: process. */
export class BoardSlots {
	readonly #board: RowBoard;
	#members: SlotTable = NO_SLOTS;
	#pools: SlotTable = NO_SLOTS;

	constructor(board: RowBoard) {
		this.#board = board;
	}

	/** Null: there is no room for all. Changes nothing yet. */
	for(plan: Plan): SlotChange | null {
		const board = this.#board;
		const memberKeys = plan.members.map(memberKey);
		const poolKeys = plan.pools.map(({ name }) => name);
		const isBusy = (slot: number): boolean => board.inFlight(slot) > 0 || board.upstreamConnections(slot) > 0;
		const members = assignSlots(memberKeys, this.#members, board.capacity, isBusy);
		const pools = assignSlots(poolKeys, this.#pools, board.capacity, (slot) => board.waiting(slot) > 0);
		if (members === null || pools === null) return null;
		return {
			slots: { members: slotsOf(memberKeys, members), pools: slotsOf(poolKeys, pools) },
			takeOver: () => {
				for (const slot of reassignedSlots(this.#members, members)) board.clearMember(slot);
				this.#members = members;
				this.#pools = pools;
			},
		};
	}
}
