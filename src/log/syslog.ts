/** A syslog server as the target of a log. It never holds up anybody: what the server does not take waits, within a limit, and is dropped beyond it. */
import { hostname } from "node:os";
import { pid } from "node:process";
import type { SyslogPlan } from "../plan/syslog.ts";
import type { LogFailure } from "./logFile.ts";
import { openLink, type SyslogLink } from "./syslogLink.ts";
import { syslogMessage } from "./syslogMessage.ts";

/** Bytes of messages that may wait; more are dropped. */
const QUEUE = 1024 * 1024;
/** Milliseconds before the first try to connect again, and the longest. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 15_000;
/** Milliseconds until a full receiver is tried again. */
const FULL_WAIT = 50;
/** Milliseconds that messages get at the end. */
const CLOSE_MS = 1000;
/** Milliseconds between two reports of failure. */
const REPORT_EVERY = 60_000;

/** One server, for one thread. Lifetime: snapshot. */
export class SyslogLog {
	readonly #plan: SyslogPlan;
	readonly #onFailure: (failure: LogFailure) => void;
	readonly #wall: () => number;
	readonly #host = hostname();
	/** The first ones are being sent, as many as {@link #sending} says. */
	#queue: Buffer[] = [];
	#bytes = 0;
	#sending = 0;
	#link: SyslogLink | null = null;
	#wait = FIRST_WAIT;
	#timer: NodeJS.Timeout | undefined;
	#dropped = 0;
	#reportedAt = Number.NEGATIVE_INFINITY;
	/** Set by {@link close}: called once nothing waits. */
	#onEmpty: (() => void) | null = null;
	#isClosed = false;

	/** @param wall milliseconds since the epoch */
	constructor(plan: SyslogPlan, onFailure: (failure: LogFailure) => void, wall: () => number) {
		this.#plan = plan;
		this.#onFailure = onFailure;
		this.#wall = wall;
		void this.#open();
	}

	/** Messages lost so far. */
	get dropped(): number {
		return this.#dropped;
	}

	/** A line of an access log. Hot path. */
	append(line: string): void {
		this.write(this.#plan.severity, "access", line);
	}

	/** @param severity 0 to 7 @param id MSGID */
	write(severity: number, id: string, text: string): void {
		const message = syslogMessage(this.#plan, this.#host, String(pid), severity, id, this.#wall(), text);
		if (this.#bytes + message.length > QUEUE) {
			this.#dropped++;
			return this.#report(new Error("messages dropped"));
		}
		this.#queue.push(message);
		this.#bytes += message.length;
		if (this.#sending === 0) this.#send();
	}

	/** Messages leave at once. */
	flush(): void {}

	/** A socket takes messages between turns only: a thread that dies loses what waits. */
	flushSync(): void {}

	/** A server has no file that could be moved away. */
	reopen(): void {}

	/** Resolves when all is sent, or given up. */
	close(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const giveUp = setTimeout(() => this.#end(), CLOSE_MS).unref();
		this.#onEmpty = () => {
			clearTimeout(giveUp);
			resolve();
		};
		if (this.#queue.length === 0) this.#end();
		return promise;
	}

	#end(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#dropped += this.#queue.length;
		clearTimeout(this.#timer);
		this.#link?.close();
		this.#link = null;
		this.#onEmpty?.();
	}

	async #open(): Promise<void> {
		try {
			const link = await openLink(this.#plan, (error) => this.#lost(error));
			if (this.#isClosed) return link.close();
			this.#link = link;
			this.#wait = FIRST_WAIT;
			this.#send();
		} catch (error) {
			this.#lost(error);
		}
	}

	/** What was being sent is sent again: a message may come twice, and none is lost here. */
	#lost(error: unknown): void {
		if (this.#isClosed) return;
		this.#link?.close();
		this.#link = null;
		this.#sending = 0;
		this.#report(error);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#open(), this.#wait).unref();
		this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
	}

	#send(): void {
		const link = this.#link;
		if (link === null || this.#sending > 0) return;
		if (this.#queue.length === 0) {
			if (this.#onEmpty !== null) this.#end();
			return;
		}
		const messages = this.#queue.slice(0, link.most);
		this.#sending = messages.length;
		link.send(messages, (taken) => {
			if (this.#link !== link) return;
			this.#sending = 0;
			if (taken) {
				for (const message of this.#queue.splice(0, messages.length)) this.#bytes -= message.length;
				// Not from inside: a long queue of datagrams would fill the stack.
				queueMicrotask(() => this.#send());
			} else this.#timer = setTimeout(() => this.#send(), FULL_WAIT).unref();
		});
	}

	#report(error: unknown): void {
		const now = performance.now();
		if (now - this.#reportedAt < REPORT_EVERY) return;
		this.#reportedAt = now;
		this.#onFailure({ path: this.#plan.name, reason: error instanceof Error ? error.message : String(error), dropped: this.#dropped });
	}
}
