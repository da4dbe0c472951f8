import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type Scope, within } from "../../harness/deadline.ts";

/** What a handshake came to: the connection, or the error code it ended with. */
export type Handshake = { readonly socket: TLSSocket } | { readonly error: string };

/** Shakes hands on a connection of its own, which the scope closes. Certificates are not checked: tests look at them. */
export async function shakeHands(scope: Scope, port: number, options: ConnectionOptions = {}): Promise<Handshake> {
	const address = { host: "127.0.0.1", port, allowHalfOpen: true };
	const socket = connect({ ...address, rejectUnauthorized: false, ...options });
	scope.after(() => {
		socket.destroy();
	});
	const done = Promise.withResolvers<Handshake>();
	socket.once("secureConnect", () => done.resolve({ socket }));
	socket.on("error", (error: NodeJS.ErrnoException) => done.resolve({ error: error.code ?? error.message }));
	socket.once("close", () => done.resolve({ error: "closed" }));
	return within(done.promise, "the end of a handshake");
}

/** As {@link shakeHands}, for a handshake that has to succeed. */
export async function secured(scope: Scope, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
	const result = await shakeHands(scope, port, options);
	if ("error" in result) throw new Error(`the handshake failed: ${result.error}`);
	return result.socket;
}
