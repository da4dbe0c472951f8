import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Bounds the connections of a server, in all and for each address. A newcomer beyond a bound closes the oldest connection that serves no
 * request, of its address or of any: so connections that are held open, or heads that never end, keep nobody out, least of all a probe.
 */
export function limitConnections(server: Server, most: number, perAddress: number): void {
	const all = new Set<Socket>();
	const byAddress = new Map<string, Set<Socket>>();
	const busy = new WeakSet<Socket>();
	server.on("request", ({ socket }, response) => {
		busy.add(socket);
		response.once("close", () => busy.delete(socket));
	});
	server.on("connection", (socket: Socket) => {
		const address = socket.remoteAddress ?? "";
		const own = byAddress.get(address) ?? new Set<Socket>();
		byAddress.set(address, own);
		for (const sockets of [all, own]) sockets.add(socket);
		socket.once("close", () => {
			for (const sockets of [all, own]) sockets.delete(socket);
			if (own.size === 0) byAddress.delete(address);
		});
		if (own.size > perAddress) makeRoom(own, busy);
		else if (all.size > most) makeRoom(all, busy);
	});
}

/** The newest one goes if all others serve requests. */
function makeRoom(sockets: ReadonlySet<Socket>, busy: WeakSet<Socket>): void {
	for (const socket of sockets) if (!busy.has(socket) && !socket.destroyed) return void socket.destroy();
}
