import { createServer, type Socket } from "node:net";
import { TurnClock } from "../../src/clock.ts";
import { BufferPool } from "../../src/transport/node/bufferPool.ts";
import { NodeConnection } from "../../src/transport/node/connection.ts";
import type { Scope } from "./deadline.ts";
import { connectRaw } from "./rawClient.ts";
import type { RawSocket } from "./rawSocket.ts";

/** The two ends of one TCP connection: ours, and the peer's, which a test plays. */
export async function connected(scope: Scope): Promise<{ ours: NodeConnection; socket: Socket; peer: RawSocket }> {
	const accepted = Promise.withResolvers<Socket>();
	const server = createServer({ allowHalfOpen: true, noDelay: true }, accepted.resolve);
	const listening = Promise.withResolvers<void>();
	server.listen(0, "127.0.0.1", () => listening.resolve());
	await listening.promise;
	const address = server.address();
	const peer = await connectRaw(scope, typeof address === "object" && address !== null ? address.port : 0);
	const socket = await accepted.promise;
	server.close();
	scope.after(() => {
		socket.destroy();
	});
	return {
		ours: NodeConnection.accepted(
			socket,
			{ address: "127.0.0.1", port: socket.remotePort ?? 0 },
			{ pool: new BufferPool(), clock: new TurnClock() },
		),
		socket,
		peer,
	};
}
