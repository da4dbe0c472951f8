import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { DEFAULT_TIMEOUT, type Scope, within } from "./deadline.ts";
import { ConnectionEnded, RawSocket } from "./rawSocket.ts";

/**
 * What the server does on one connection, in order: `await connection.request()`, `await connection.send(…)`, `await barrier.meet()`,
 * `connection.end()`, `connection.reset()`. When it returns, the connection is left as it is (a stall, if it was not ended).
 */
export type Script = (connection: RawSocket, index: number) => Promise<void> | void;

export interface ServerOptions {
	/** 127.0.0.1 if not given. */
	readonly host?: string;
	/** A fixed port, to come back on one that was free before; otherwise any. */
	readonly port?: number;
	readonly tls?: TlsOptions;
}

/**
 * A scripted server. A script that fails (an assertion, a deadline) fails the test when the scope ends; a client that leaves in the
 * middle of a script does not. Lifetime: its scope, or until {@link close}.
 */
export class RawServer {
	readonly connections: RawSocket[] = [];
	readonly #server: Server;
	/** What TLS runs over too, and connections that never finish their handshake. */
	readonly #sockets = new Set<Socket>();
	readonly #failures: unknown[] = [];
	#arrival = Promise.withResolvers<void>();

	/** @param server not listening yet */
	constructor(server: Server, event: "connection" | "secureConnection", script: Script) {
		this.#server = server;
		server.on("connection", (socket: Socket) => {
			this.#sockets.add(socket);
			socket.once("close", () => this.#sockets.delete(socket));
		});
		server.on(event, (socket: Socket) => {
			const connection = new RawSocket(socket);
			const index = this.connections.push(connection) - 1;
			this.#arrived();
			void this.#play(script, connection, index);
		});
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	/** The connection number `index` (from 0), as soon as there is one. */
	async connection(index: number, milliseconds: number = DEFAULT_TIMEOUT): Promise<RawSocket> {
		const wait = async () => {
			for (;;) {
				const connection = this.connections[index];
				if (connection !== undefined) return connection;
				await this.#arrival.promise;
			}
		};
		return within(wait(), () => `connection ${index}; ${this.connections.length} came`, milliseconds);
	}

	/** Stops listening and cuts all connections. Rejects when a script had failed. */
	async close(): Promise<void> {
		const closed = Promise.withResolvers<void>();
		this.#server.close(() => closed.resolve());
		for (const connection of this.connections) connection.destroy();
		for (const socket of this.#sockets) socket.destroy();
		await closed.promise;
		const failure = this.#failures.shift();
		if (failure !== undefined) throw failure;
	}

	#arrived(): void {
		const arrival = this.#arrival;
		this.#arrival = Promise.withResolvers<void>();
		arrival.resolve();
	}

	async #play(script: Script, connection: RawSocket, index: number): Promise<void> {
		try {
			await script(connection, index);
		} catch (error) {
			if (!(error instanceof ConnectionEnded)) this.#failures.push(error);
		}
	}
}

/** Starts a scripted server on a free port. */
export async function startRawServer(scope: Scope, script: Script, options: ServerOptions = {}): Promise<RawServer> {
	const socketOptions = { allowHalfOpen: true, noDelay: true };
	const server = options.tls === undefined ? createPlainServer(socketOptions) : createTlsServer({ ...options.tls, ...socketOptions });
	const raw = new RawServer(server, options.tls === undefined ? "connection" : "secureConnection", script);
	const listening = Promise.withResolvers<void>();
	server.once("error", listening.reject);
	server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => listening.resolve());
	await listening.promise;
	scope.after(() => raw.close());
	return raw;
}

/** A script that responses every request of a connection with the same bytes, and ends the connection when the client does. */
export function answerAll(response: string): Script {
	return async (connection) => {
		try {
			for (;;) {
				await connection.request(60_000);
				await connection.send(response);
			}
		} finally {
			connection.end();
		}
	};
}
