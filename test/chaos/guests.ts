/** The honest load: requests that may be repeated, and sessions that have to last. */
import type { Scope } from "../harness/deadline.ts";
import { field, fieldValues, type RawResponse, requestText } from "../harness/message.ts";
import { type ClientOptions, connectRaw } from "../harness/rawClient.ts";
import { ConnectionEnded, type RawSocket } from "../harness/rawSocket.ts";

/** Milliseconds. */
const ANSWER_WITHIN = 60_000;
const PACE = 15;
const SLOW = 15_000;
/** Everything that came over a connection is kept: a new one now and then. */
const CONNECTION_BYTES = 64 * 1024;
/** Guests close their connections by themselves: over a long time there are many. */
const OWN: Scope = { after: () => undefined };

/** What a page of the nodes tells. */
interface Page {
	readonly node: string;
	/** Of the node's process. */
	readonly run: string;
	readonly session: string;
	/** Visits of the session. */
	readonly count: number;
	readonly visit: string;
}

export interface Guest {
	/** Public path, without query. */
	readonly path: string;
	readonly port: number;
	readonly client: ClientOptions;
	/** It has a session, so it wants to stay where it is. */
	readonly session: boolean;
	/** Sent where logs have to mask it. */
	readonly secret: string;
}

/** What the run knows of the times that matter to guests. */
export interface Weather {
	/**
	 * The chaos killed a worker between then and now (`performance.now()`): requests under way may have been
	 * cut.
	 */
	workerKilledSince(since: number): boolean;
	/** The node was disturbed by the chaos between then and now, so sessions may have left it. */
	disturbedSince(node: string, since: number): boolean;
}

/** Guests that come again and again until {@link stop}. */
export class HonestLoad {
	visits = 0;
	/** Milliseconds that the slowest one took. */
	slowest = 0;
	/** Requests that the death of a worker cut, which the chaos had caused. */
	excused = 0;
	/** Visits that failed or took long, by their names in the access log. */
	readonly remarkable = new Set<string>();
	/** Sessions that moved, as they had to. */
	moved = 0;
	readonly #weather: Weather;
	readonly #fail: (what: string) => void;
	readonly #loops: Promise<void>[];
	#over = false;

	constructor(guests: readonly Guest[], weather: Weather, fail: (what: string) => void) {
		this.#weather = weather;
		this.#fail = fail;
		this.#loops = guests.map((guest, index) => this.#comeAgain(guest, `g${index}`));
	}

	/** Lets requests under way come to their end. */
	async stop(): Promise<void> {
		this.#over = true;
		await Promise.all(this.#loops);
	}

	async #comeAgain(guest: Guest, name: string): Promise<void> {
		const visitor = new Visitor(guest);
		let last: Page | null = null;
		let lastAt = performance.now();
		for (let number = 0; !this.#over; number++) {
			const id = `${name}-${number}`;
			const begun = performance.now();
			try {
				const page = await visitor.visit(id);
				this.visits++;
				const took = performance.now() - begun;
				this.slowest = Math.max(this.slowest, took);
				if (took > SLOW) this.remarkable.add(id);
				if (guest.session) this.#compare(page, last, lastAt, id);
				last = page;
				lastAt = begun;
			} catch (error) {
				const isCut = error instanceof ConnectionEnded || (error as NodeJS.ErrnoException).code === "ECONNRESET";
				if (isCut && this.#weather.workerKilledSince(begun)) this.excused++;
				else {
					this.remarkable.add(id);
					this.#fail(
						`the honest request ${id} for ${guest.path} failed after ${(performance.now() - begun).toFixed(0)} ms: ${String(error)}`,
					);
				}
			}
			await new Promise((resolve) => setTimeout(resolve, PACE));
		}
		visitor.leave();
	}

	/** A session stays at its node, and the node knows it, unless the chaos disturbed the node. */
	#compare(page: Page, last: Page | null, lastAt: number, id: string): void {
		if (last === null) return;
		const stays = page.node === last.node && page.run === last.run && page.session === last.session && page.count > last.count;
		if (stays) return;
		if (this.#weather.disturbedSince(last.node, lastAt)) this.moved++;
		else this.#fail(`the session of ${id} was lost: ${JSON.stringify(last)}, then ${JSON.stringify(page)}`);
	}
}

class Visitor {
	readonly #guest: Guest;
	readonly #cookies = new Map<string, string>();
	#connection: RawSocket | null = null;

	constructor(guest: Guest) {
		this.#guest = guest;
	}

	async visit(id: string): Promise<Page> {
		const { path, session, secret } = this.#guest;
		const cookies = [...this.#cookies, ["token", secret]].map((pair) => pair.join("="));
		const fields = [`Cookie: ${cookies.join("; ")}`, `Authorization: Bearer ${secret}`];
		const target = `${path}?visit=${id}${session ? "&session=1" : ""}&code=${secret}&next=%2Fx%3Ftoken%3D${secret}`;
		const response = await this.#exchange(requestText("GET", target, { fields }));
		const text = response.body.toString();
		if (response.status !== 200) throw new Error(`${response.status} ${field(response, "proxy-status") ?? ""} ${text.slice(0, 200)}`);
		for (const value of fieldValues(response, "set-cookie")) {
			const [, name = "", content = ""] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
			this.#cookies.set(name, content);
		}
		const page = JSON.parse(/<p>(.*)<\/p>/.exec(text)?.[1] ?? "null") as Page | null;
		if (page?.visit !== id) throw new Error(`the answer to another request: ${text.slice(0, 200)}`);
		if (path.startsWith("/is-") && text.includes("localhost:9443")) throw new Error(`an internal address: ${text.slice(0, 200)}`);
		return page;
	}

	leave(): void {
		this.#connection?.destroy();
		this.#connection = null;
	}

	/**
	 * As browsers do (RFC 9112 section 9.3.1): a kept connection that closes before any answer says nothing
	 * of the request.
	 */
	async #exchange(request: string): Promise<RawResponse> {
		const kept = this.#connection;
		if (kept === null) return this.#over(await this.#connect(), request);
		try {
			return await this.#over(kept, request);
		} catch (error) {
			if (!(error instanceof ConnectionEnded) || kept.unread.length > 0) throw error;
			return this.#over(await this.#connect(), request);
		}
	}

	async #connect(): Promise<RawSocket> {
		this.#connection = await connectRaw(OWN, this.#guest.port, { ...this.#guest.client, connectWithin: ANSWER_WITHIN });
		return this.#connection;
	}

	async #over(connection: RawSocket, request: string): Promise<RawResponse> {
		let goesOn = false;
		try {
			await connection.send(request);
			const response = await connection.response("GET", ANSWER_WITHIN);
			goesOn = field(response, "connection") !== "close" && connection.received.length < CONNECTION_BYTES;
			return response;
		} finally {
			if (!goesOn) this.leave();
		}
	}
}
