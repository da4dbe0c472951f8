import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ClientTls } from "../../tls/clientTls.ts";
import type { Connection, ConnectionHandler, DialHandler } from "../connection.ts";
import { DialFailure } from "../dialFailure.ts";
import type { Dialler, DialTarget } from "../transport.ts";
import { NodeClientTls } from "./clientTls.ts";
import { NodeConnection } from "./connection.ts";
import { dialFailure } from "./dialFailure.ts";
import type { NodeThread } from "./nodeThread.ts";
import { SOCKET_OPTIONS } from "./sockets.ts";

/** @throws Error if a CA cannot be used */
export function nodeDialler({ host, port }: DialTarget, tls: ClientTls | null, thread: NodeThread): Dialler {
	const target = { host, port, ...SOCKET_OPTIONS };
	if (tls === null) return { dial: (handler) => dialPlain(target, thread, handler) };
	const clientTls = new NodeClientTls(tls);
	return { dial: (handler) => dialSecure(target, clientTls, thread, handler) };
}

type Target = DialTarget & typeof SOCKET_OPTIONS;

function dialPlain(target: Target, thread: NodeThread, handler: DialHandler): Connection {
	const { connection, socket } = NodeConnection.dialled<Socket>(thread, (onread) => connectTcp({ ...target, onread }));
	const opening = new Opening(connection, handler, null);
	socket.once("connect", () => {
		thread.clock.read();
		opening.succeed();
	});
	return connection;
}

function dialSecure(target: Target, tls: NodeClientTls, thread: NodeThread, handler: DialHandler): Connection {
	const { connection, socket } = NodeConnection.dialled(thread, (onread) => {
		// Options of net.connect hold here too (documented), though the types do not have them all.
		const options = { ...target, ...tls.options(), onread };
		return connectTls(options);
	});
	const opening = new Opening(connection, handler, tls);
	socket.on("session", (session: Buffer) => tls.remember(session));
	socket.once("secureConnect", () => {
		thread.clock.read();
		if (tls.accepts(socket)) opening.succeed();
		else opening.fail(new DialFailure("tlsCertificate", "the certificate is not the pinned one", "pin"));
	});
	return connection;
}

/** Handles a connection until it is ready; then its owner does. */
class Opening implements ConnectionHandler {
	readonly #connection: NodeConnection;
	readonly #owner: DialHandler;
	readonly #tls: NodeClientTls | null;
	#failure: DialFailure | null = null;

	constructor(connection: NodeConnection, owner: DialHandler, tls: NodeClientTls | null) {
		this.#connection = connection;
		this.#owner = owner;
		this.#tls = tls;
		connection.handler = this;
	}

	succeed(): void {
		if (this.#failure !== null) return;
		this.#connection.handler = this.#owner;
		this.#owner.onOpen();
	}

	fail(failure: DialFailure): void {
		this.#failure ??= failure;
		this.#tls?.forget();
		this.#connection.destroy();
	}

	onData(): void {}

	onDrain(): void {}

	onPeerEnd(): void {
		this.fail(dialFailure(null, this.#tls !== null));
	}

	onClose(error: Error | null): void {
		if (error !== null) this.#tls?.forget();
		this.#owner.onClose(this.#failure ?? dialFailure(error, this.#tls !== null));
	}
}
