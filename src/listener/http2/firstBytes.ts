import { PREFACE } from "../../http2/protocol.ts";
import type { Connection, ConnectionHandler } from "../../transport/connection.ts";
import type { Expiring } from "../../transport/deadlines.ts";
import type { ClientPeer } from "../clientStream.ts";
import type { ServiceContext, StartProtocol } from "../protocols.ts";
import type { ServedConnection } from "../servedConnection.ts";

const PREFACE_BYTES = Buffer.from(PREFACE, "latin1");
/** So many octets of the preface no request of HTTP/1 begins with. */
const TELLING = 18;

/**
 * A plain connection whose protocol its first bytes tell (RFC 9113 section 3.3: prior knowledge). Until then it counts as idle; then it hands the
 * connection, and all that is asked of it, to the protocol.
 */
export class FirstBytes implements ServedConnection, ConnectionHandler, Expiring {
	deadline: number;
	readonly #connection: Connection;
	readonly #peer: ClientPeer;
	readonly #context: ServiceContext;
	readonly #http2: StartProtocol;
	readonly #http1: StartProtocol;
	#served: ServedConnection | null = null;
	#arrived: Buffer = Buffer.alloc(0);

	constructor(connection: Connection, peer: ClientPeer, context: ServiceContext, http2: StartProtocol, http1: StartProtocol) {
		this.#connection = connection;
		this.#peer = peer;
		this.#http2 = http2;
		this.#http1 = http1;
		// What is released is this: the listener knows no other.
		const { owner } = context;
		const own = {
			get draining() {
				return owner.draining;
			},
			heads: owner.heads,
			onReleased: () => owner.onReleased(this),
			onDropped: owner.onDropped.bind(owner),
			onAbuse: owner.onAbuse.bind(owner),
		};
		this.#context = { ...context, owner: own };
		this.deadline = context.deadlines.base + context.settings.requestHead;
		context.deadlines.add(this);
		connection.handler = this;
	}

	onData(chunk: Buffer): void {
		const before = this.#arrived.length;
		const length = Math.min(chunk.length, TELLING - before);
		const same = chunk.compare(PREFACE_BYTES, before, before + length, 0, length) === 0;
		if (same && before + length < TELLING) {
			this.#arrived = Buffer.concat([this.#arrived, chunk]);
			return;
		}
		this.#context.deadlines.delete(this);
		this.#served = (same ? this.#http2 : this.#http1)(this.#connection, this.#peer, this.#context);
		const { handler } = this.#connection;
		if (before > 0) handler.onData(this.#arrived);
		handler.onData(chunk);
	}

	onDrain(): void {}

	onPeerEnd(): void {
		this.#connection.end();
	}

	onClose(): void {
		this.#context.deadlines.delete(this);
		this.#context.owner.onReleased(this);
	}

	onDeadline(): void {
		this.#connection.destroy();
	}

	drain(): void {
		if (this.#served !== null) this.#served.drain();
		else this.#connection.end();
	}

	closeIfIdle(): boolean {
		if (this.#served !== null) return this.#served.closeIfIdle();
		this.#connection.destroy();
		return true;
	}

	closeIfKept(): void {
		this.#served?.closeIfKept();
	}

	cut(): void {
		this.#connection.destroy();
	}
}
