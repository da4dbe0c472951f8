import type { Server } from "node:http";
import type { Socket } from "node:net";
import { CidrSet, clientNetwork, normalizeAddress } from "../http/cidr.ts";

const LOOPBACK = CidrSet.of(["127.0.0.0/8", "::1"]);

/** Connections of one address, oldest first. */
type Own = Set<Socket>;

/**
 * Bounds the connections of a server: for each address (of IPv6: each /64), and in all, where loopback and everyone else have a bound each. A
 * newcomer beyond a bound closes another one: of its own address; else of the address that has most. That is the oldest that serves no request, if
 * possible one that never got a good response. So neither connections that are held open nor requests that never end keep out a probe, which has
 * few connections; and no one from outside keeps out a probe from this machine.
 */
export function limitConnections(server: Server, most: number, perAddress: number): void {
	const uses = new Uses();
	const loopback = new Crowd(uses);
	const others = new Crowd(uses);
	server.on("request", ({ socket }, response) => {
		uses.busy.add(socket);
		response.once("close", () => {
			uses.busy.delete(socket);
			if (response.statusCode < 400) uses.proven.add(socket);
		});
	});
	server.on("connection", (socket: Socket) => {
		const address = normalizeAddress(socket.remoteAddress ?? "") ?? "";
		const crowd = LOOPBACK.has(address) ? loopback : others;
		crowd.add(socket, clientNetwork(address), most, perAddress);
	});
}

class Uses {
	/** They serve a request. */
	readonly busy = new WeakSet<Socket>();
	/** They got a response that was no refusal. */
	readonly proven = new WeakSet<Socket>();
}

class Crowd {
	readonly #uses: Uses;
	readonly #byAddress = new Map<string, Own>();
	#size = 0;

	constructor(uses: Uses) {
		this.#uses = uses;
	}

	add(socket: Socket, address: string, most: number, perAddress: number): void {
		const own = this.#byAddress.get(address) ?? new Set<Socket>();
		this.#byAddress.set(address, own);
		own.add(socket);
		this.#size++;
		socket.once("close", () => this.#remove(socket, address, own));
		if (own.size > perAddress) this.#makeRoom(own);
		else if (this.#size > most) this.#makeRoom(this.#largest());
	}

	#remove(socket: Socket, address: string, own: Own): void {
		if (!own.delete(socket)) return;
		this.#size--;
		if (own.size === 0 && this.#byAddress.get(address) === own) this.#byAddress.delete(address);
	}

	/** Of the address that has most; of several, the one that came first. */
	#largest(): Own {
		let largest: Own = new Set();
		for (const own of this.#byAddress.values()) if (own.size > largest.size) largest = own;
		return largest;
	}

	/** If all serve requests, the newest one goes. */
	#makeRoom(own: Own): void {
		const all = [...own].filter((socket) => !socket.destroyed);
		const idle = all.filter((socket) => !this.#uses.busy.has(socket));
		const one = idle.find((socket) => !this.#uses.proven.has(socket)) ?? idle[0] ?? all.at(-1);
		one?.destroy();
	}
}
