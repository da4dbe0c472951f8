import { connect as connectPlain } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { type Scope, within } from "./deadline.ts";
import type { RawResponse } from "./message.ts";
import { RawSocket } from "./rawSocket.ts";

export interface ClientOptions {
	/** 127.0.0.1 if not given. */
	readonly host?: string;
	/** Speak TLS, with these options. */
	readonly tls?: ConnectionOptions;
	/** Address to come from, e.g. `127.0.0.2`. */
	readonly localAddress?: string;
	/** Milliseconds that the connection and the handshake may take, if not the usual ones. */
	readonly connectWithin?: number;
}

/** Connects and, with `tls`, shakes hands. Rejects with the socket's error. The scope closes the connection. */
export async function connectRaw(scope: Scope, port: number, options: ClientOptions = {}): Promise<RawSocket> {
	const address = {
		port,
		host: options.host ?? "127.0.0.1",
		allowHalfOpen: true,
		noDelay: true,
		...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
	};
	const socket = options.tls === undefined ? connectPlain(address) : connectTls({ ...options.tls, ...address });
	scope.after(() => {
		socket.destroy();
	});
	const connected = Promise.withResolvers<void>();
	socket.once(options.tls === undefined ? "connect" : "secureConnect", connected.resolve);
	socket.once("error", connected.reject);
	await within(connected.promise, `a connection to ${address.host}:${port}`, options.connectWithin);
	return new RawSocket(socket);
}

/** One request on a connection of its own: sends the text and reads the final response. */
export async function exchange(scope: Scope, port: number, request: string, options: ClientOptions = {}): Promise<RawResponse> {
	const client = await connectRaw(scope, port, options);
	await client.send(request);
	const response = await client.response(request.slice(0, request.indexOf(" ")));
	client.destroy();
	return response;
}
