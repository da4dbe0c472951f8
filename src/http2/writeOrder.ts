import type { Stream } from "./stream.ts";

const URGENCIES = 8;

/**
 * The streams that have something to write, in the order of their urgency (RFC 9218 section 10). Of those with the same, incremental ones take
 * turns; the others come one after the other. Lifetime: connection.
 */
export class WriteOrder {
	readonly #queues: Stream[][] = Array.from({ length: URGENCIES }, () => []);
	length = 0;

	add(stream: Stream): void {
		if (stream.isQueued) return;
		stream.isQueued = true;
		this.#queues[stream.priority.urgency]?.push(stream);
		this.length++;
	}

	/** Whose turn it is; it is no longer queued. */
	next(): Stream | null {
		if (this.length === 0) return null;
		for (const queue of this.#queues) {
			const stream = queue.shift();
			if (stream === undefined) continue;
			stream.isQueued = false;
			this.length--;
			return stream;
		}
		return null;
	}

	/** It has more to write: behind the others if it shares its turn, else it goes on. */
	again(stream: Stream): void {
		stream.isQueued = true;
		this.length++;
		const queue = this.#queues[stream.priority.urgency];
		if (stream.priority.incremental) queue?.push(stream);
		else queue?.unshift(stream);
	}
}
