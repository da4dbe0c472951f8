/** How the slots of one pool are shared out among its clients. */
import { clientNetwork } from "../http/cidr.ts";

/** One client's use of a pool, in this thread. */
export interface Share {
	/** Slots. */
	held: number;
	/** Requests in the queue. */
	queued: number;
	/** When its last request came, as of the last {@link ClientShares.look}. */
	seen: number;
	/** Rises with each slot that any client gets: who got one longer ago has the smaller number. */
	turn: number;
}

/** A request that holds a slot at a member. */
export interface SlotHolder {
	readonly share: Share;
	/** Where it stands among the holders; {@link RELEASED}: nowhere. */
	position: number;
	/** The node where it holds the slot, or held the last one. */
	readonly heldAt: string | null;
	/** Bytes per second that its client sends or takes, if it is slow and nothing else is waited for; otherwise null. */
	readonly slowPace: number | null;
	/** It gives its slot to others: its client is too slow. */
	evict(): void;
}

/** Milliseconds that a client is remembered after its last request. */
const REMEMBERED_MS = 60_000;
const FORGET_EVERY_MS = 5000;
/** Clients that are remembered; beyond it only those with a request. */
const MOST_REMEMBERED = 10_000;
/** A client with more than an eighth of the slots leaves an eighth of each member's slots to others. */
const PART = 8;
/** A client with fewer slots leaves none to others. */
export const FEW = PART;
/** The position of a request that holds no slot. */
export const RELEASED = -1;

/** Marks, see {@link ClientShares.mark}: a thread without clients, and one with several. */
export const NO_CLIENT = 0;
const SEVERAL_CLIENTS = -1;

/**
 * The shares of one pool's clients in this thread. A client is an IPv4 address or the /64 network of an IPv6 address: one household or server
 * has that many addresses. Connections are spread over the threads, so that a share in one is much the same as in all. Lifetime: process.
 */
export class ClientShares {
	readonly #shares = new Map<string, Share>();
	/** The last call of {@link slowest} found a slow client, even if it must keep its slot. */
	sawSlow = false;
	/** Requests with a slot, also those that began with an earlier plan. */
	readonly #holders: SlotHolder[] = [];
	/** Clients that hold a slot or are queued. */
	#active = 0;
	/** Milliseconds on the clock. */
	#now = 0;
	#forgetAt = 0;
	#turns = 0;
	/** Clients other than this thread's one and only were seen by other threads. */
	#othersElsewhere = false;

	/** Notes that a request of the client has come. Hot path. @param address in normal form */
	of(address: string): Share {
		const network = address.includes(":") ? clientNetwork(address) : address;
		const share = this.#shares.get(network) ?? this.#first(network);
		share.seen = this.#now;
		return share;
	}

	#first(network: string): Share {
		if (this.#shares.size >= MOST_REMEMBERED) this.#forgetIdle(Number.NEGATIVE_INFINITY);
		const share = { held: 0, queued: 0, seen: this.#now, turn: 0 };
		this.#shares.set(network, share);
		return share;
	}

	/** The holder has got a slot. Hot path. */
	hold(holder: SlotHolder): void {
		const { share } = holder;
		share.turn = ++this.#turns;
		if (share.held++ + share.queued === 0) this.#active++;
		holder.position = this.#holders.push(holder) - 1;
	}

	/** The holder has given its slot back, or takes none any more. Does nothing if that was said before. Hot path. */
	release(holder: SlotHolder): void {
		const { share, position } = holder;
		if (position === RELEASED) return;
		holder.position = RELEASED;
		if (--share.held + share.queued === 0) this.#active--;
		// The last one takes its place in the list.
		const last = this.#holders.pop();
		if (last === undefined || last === holder) return;
		this.#holders[position] = last;
		last.position = position;
	}

	/**
	 * The request that is to give up its slot: the slowest one of the client with the most slots. A client with no more slots than the one that
	 * waits keeps its own. Null: there is none.
	 *
	 * @param node where the slot is; null: anywhere
	 * @param held slots of the client that waits
	 * @param own the share of the client that waits: it may take its own slot; null: the client is in another thread
	 */
	slowest(node: string | null, held: number, own: Share | null): SlotHolder | null {
		let found: { readonly holder: SlotHolder; readonly pace: number } | null = null;
		this.sawSlow = false;
		for (const holder of this.#holders) {
			const { share, slowPace: pace } = holder;
			if (pace === null) continue;
			this.sawSlow = true;
			if ((node !== null && holder.heldAt !== node) || (share !== own && share.held <= held)) continue;
			const more = found === null ? 1 : share.held - found.holder.share.held;
			if (found === null || more > 0 || (more === 0 && pace < found.pace)) found = { holder, pace };
		}
		return found?.holder ?? null;
	}

	enqueue(share: Share): void {
		if (share.held + share.queued++ === 0) this.#active++;
	}

	dequeue(share: Share): void {
		if (share.held + --share.queued === 0) this.#active--;
	}

	/** It holds more than the clients that want slots now have on average: others in the queue go first. */
	isOver(share: Share): boolean {
		return share.held * this.#active > this.#holders.length;
	}

	/**
	 * The client holds many slots, and others have been here of late: it leaves the last ones of each member to them, so that they are
	 * served at once, even if its own requests stay for minutes. Hot path.
	 */
	leavesRoom(share: Share): boolean {
		return share.held * PART > this.#holders.length && (this.#shares.size > 1 || this.#othersElsewhere);
	}

	/** Slots of one member that a client with {@link FEW} or more may use. @param slots of the member; 0 = any number */
	within(slots: number, share: Share): number {
		return this.leavesRoom(share) ? slots - Math.floor(slots / PART) : slots;
	}

	/**
	 * Called at intervals: forgets clients that have not been here for long.
	 *
	 * @param now milliseconds on the clock
	 * @param marks of all threads, see {@link mark}
	 */
	look(now: number, marks: readonly number[]): void {
		this.#now = now;
		if (now >= this.#forgetAt) this.#forgetIdle(REMEMBERED_MS);
		const { mark } = this;
		this.#othersElsewhere = marks.some((other) => other !== NO_CLIENT && other !== mark);
	}

	#forgetIdle(after: number): void {
		const now = this.#now;
		this.#forgetAt = now + FORGET_EVERY_MS;
		for (const [network, { held, queued, seen }] of this.#shares) {
			if (held + queued === 0 && now - seen >= after) this.#shares.delete(network);
		}
	}

	/** Clients that are remembered. */
	get size(): number {
		return this.#shares.size;
	}

	/** Says in one number who the clients of this thread are: {@link look} of the other threads compares it. */
	get mark(): number {
		if (this.#shares.size > 1) return SEVERAL_CLIENTS;
		for (const network of this.#shares.keys()) return markOf(network);
		return NO_CLIENT;
	}
}

function markOf(network: string): number {
	let hash = 0;
	for (let i = 0; i < network.length; i++) hash = Math.imul(hash ^ network.charCodeAt(i), 0x01000193);
	return (hash & 0x7fff_ffff) | 1;
}
