import { type ErrorCode, PorticoError } from "../errors.ts";
import type { CidrSet } from "../http/cidr.ts";
import { errorResponse } from "../http/errorPage.ts";
import { frameResponse } from "../http1/frame.ts";
import { responseHeadText } from "../http1/serialize.ts";
import type { Abuse } from "../http2/score.ts";
import type { MemoryBudget } from "../limit/byteBudget.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { Connection } from "../transport/connection.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import type { AcceptTerms, ListeningSocket, Transport } from "../transport/transport.ts";
import type { ClientPeer, ExchangeStarter, ServingListener } from "./clientStream.ts";
import { TurnEnd } from "./http2/turnEnd.ts";
import { alpnProtocols, startByFirstBytes, startProtocol } from "./protocols.ts";
import type { ReadAhead } from "./readAhead.ts";
import type { ConnectionOwner, ConnectionSettings, ServedConnection } from "./servedConnection.ts";

export interface ListenerSettings extends ConnectionSettings {
	/** Milliseconds. */
	readonly tlsHandshake: number;
	readonly ticketKeys: Buffer;
}

/** Why a connection is turned away. */
type ConnectionLimit = "connection_limit_reached" | "client_connection_limit_reached" | "overloaded";

/** Counts connections over all workers. */
export interface ConnectionGate {
	/** Null: accepted. Otherwise the limit that is reached. */
	open(address: string, secure: boolean): ConnectionLimit | null;
	close(address: string): void;
	/** Almost as many connections are open as there may be. */
	readonly isCrowded: boolean;
	/** A connection was turned away before its first request. */
	refused(error: PorticoError, client: string | null): void;
	/** A connection was ended for what its client did. */
	abused(abuse: Abuse): void;
}

/** Connections looked at for one that is idle. */
const LOOKED_AT = 256;

/** What new connections get: it changes with the plan; those that are there keep theirs. */
interface ListenerState {
	readonly plan: ListenerPlan;
	readonly settings: ListenerSettings;
}

/** One address that a worker accepts on. Lifetime: process. */
export class Listener implements ConnectionOwner, ServingListener {
	draining = false;
	readonly heads: MemoryBudget;
	#state: ListenerState;
	readonly #starter: ExchangeStarter;
	readonly #gate: ConnectionGate;
	readonly #trusted: () => CidrSet;
	readonly #deadlines: Deadlines;
	readonly #readAhead: ReadAhead;
	readonly #turn = new TurnEnd();
	readonly #socket: ListeningSocket;
	readonly #connections = new Set<ServedConnection>();

	/** @throws Error if a certificate cannot be used */
	constructor(
		transport: Transport,
		plan: ListenerPlan,
		settings: ListenerSettings,
		starter: ExchangeStarter,
		gate: ConnectionGate,
		heads: MemoryBudget,
		trusted: () => CidrSet,
		deadlines: Deadlines,
		readAhead: ReadAhead,
	) {
		this.#starter = starter;
		this.#gate = gate;
		this.heads = heads;
		this.#trusted = trusted;
		this.#deadlines = deadlines;
		this.#readAhead = readAhead;
		this.#state = { plan, settings };
		const { host, port, ipv6Only } = plan;
		this.#socket = transport.listen({ host, port, ipv6Only }, this.#termsOf(this.#state));
	}

	get name(): string {
		return this.#state.plan.name;
	}

	/**
	 * Prepares another plan of the same address. The returned function applies it to connections that come
	 * from then on; it cannot fail.
	 *
	 * @throws Error if a certificate cannot be used
	 */
	prepare(plan: ListenerPlan, settings: ListenerSettings): () => void {
		const state = { plan, settings };
		if (JSON.stringify(state) === JSON.stringify(this.#state)) return () => {};
		const apply = this.#socket.prepare(this.#termsOf(state));
		return () => {
			this.#state = state;
			apply();
		};
	}

	/** @throws Error with code EADDRINUSE, EACCES and the like */
	listen(): Promise<void> {
		return this.#socket.open();
	}

	/** Connections may still come. */
	get accepting(): boolean {
		return this.#socket.accepting;
	}

	get connections(): number {
		return this.#connections.size + this.#socket.pending;
	}

	/** Stops accepting soon; lets the connections that are there end after their exchange. */
	drain(): void {
		this.draining = true;
		this.#socket.drain();
		for (const connection of this.#connections) connection.drain();
	}

	cut(): void {
		this.#socket.close();
		for (const connection of this.#connections) connection.cut();
	}

	onReleased(connection: ServedConnection): void {
		this.#connections.delete(connection);
	}

	onDropped(error: PorticoError, client: string): void {
		this.#gate.refused(error, client);
	}

	onAbuse(abuse: Abuse): void {
		this.#gate.abused(abuse);
	}

	#termsOf(state: ListenerState): AcceptTerms {
		const { plan, settings } = state;
		const { ticketKeys, tlsHandshake: handshakeTimeout } = settings;
		return {
			tls: plan.tls === null ? null : { ...plan.tls, protocols: alpnProtocols(plan.http2), handshakeTimeout, ticketKeys },
			proxyHeader: plan.proxyProtocol ? { timeout: settings.requestHead, trusts: (peer) => this.#trusted().has(peer) } : null,
			acceptor: {
				admit: (address) => {
					const limit = this.#gate.open(address, plan.tls !== null);
					if (limit !== null) this.#gate.refused(new PorticoError(limit), address);
					else if (this.#gate.isCrowded) this.#closeOldestIdle();
					return limit === null ? null : plan.tls === null ? refusalText(limit) : "";
				},
				onClosed: (address) => this.#gate.close(address),
				onConnection: (connection) => this.#serve(connection, state),
				onRefused: (error, client) => {
					this.#gate.refused(error, client);
					// The machine had no descriptor for it.
					if (error.code === "connection_limit_reached") this.#closeOldestIdle();
				},
			},
		};
	}

	/** Some connections that are kept for a next request, the oldest. */
	closeIdle(): void {
		for (const connection of this.#oldest()) connection.closeIfKept();
	}

	/** Connections with a request stay open. */
	#closeOldestIdle(): void {
		for (const connection of this.#oldest()) if (connection.closeIfIdle()) return;
	}

	/** Some connections. They go behind the others: the next look begins with those that this one did not come to. */
	*#oldest(): Generator<ServedConnection> {
		let left = Math.min(LOOKED_AT, this.#connections.size);
		for (const connection of this.#connections) {
			if (left-- === 0) return;
			this.#connections.delete(connection);
			this.#connections.add(connection);
			yield connection;
		}
	}

	#serve(connection: Connection, { plan, settings }: ListenerState): void {
		const peer: ClientPeer = {
			address: connection.remoteAddress,
			port: connection.remotePort,
			localPort: connection.localPort,
			secure: plan.tls !== null,
			tlsVersion: connection.tlsVersion,
			redirectToHttps: plan.redirectToHttps,
			redirectExcept: plan.redirectExcept,
			probe: plan.probe,
			listener: this,
		};
		const context = {
			settings,
			starter: this.#starter,
			owner: this,
			deadlines: this.#deadlines,
			readAhead: this.#readAhead,
			turn: this.#turn,
		};
		const start = plan.http2 && plan.tls === null ? startByFirstBytes : startProtocol;
		const served = start(connection, peer, context);
		this.#connections.add(served);
		if (this.draining) served.drain();
	}
}

/** What a plain client that is turned away is sent. */
function refusalText(code: ErrorCode): string {
	const { head, body } = errorResponse(code, { accept: undefined, requestId: "", retryAfter: 1 });
	frameResponse(head, Buffer.byteLength(body), { method: "GET", version: 1, keepAlive: false });
	return responseHeadText(head) + body;
}
