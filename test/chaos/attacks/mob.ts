import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Seeded } from "../../harness/seeded.ts";
import type { Attack } from "../plan.ts";
import type { Ports } from "../stage.ts";

/** The connections of one attack. What becomes of them is no concern of its. */
export class Mob {
	readonly attack: Attack;
	readonly ports: Ports;
	readonly random: Seeded;
	/** Never to be seen in a log. */
	readonly secret: string;
	readonly #sockets = new Set<Socket>();
	/** What a TLS socket runs over. */
	readonly #underneath = new WeakMap<Socket, Socket>();
	readonly #end: number;

	constructor(attack: Attack, ports: Ports, secret: string) {
		this.attack = attack;
		this.ports = ports;
		this.secret = secret;
		this.random = new Seeded(attack.seed);
		this.#end = performance.now() + attack.lasts;
	}

	get isOver(): boolean {
		return performance.now() >= this.#end;
	}

	/**
	 * A connection from the attack's address, to the plain port if no other is given. What it receives is
	 * dropped.
	 */
	open(port: number = this.ports.plain): Socket {
		return this.#keep(connect({ port, host: "127.0.0.1", localAddress: this.attack.from, allowHalfOpen: true }));
	}

	openTls(): Socket {
		const underneath = this.open(this.ports.tls);
		const socket = this.#keep(connectTls({ socket: underneath, servername: "localhost", rejectUnauthorized: false }));
		this.#underneath.set(socket, underneath);
		return socket;
	}

	/** Cuts the connection with a RST. */
	reset(socket: Socket): void {
		const lowest = this.#underneath.get(socket) ?? socket;
		socket.destroy();
		if (lowest.connecting || lowest.destroyed) lowest.destroy();
		else lowest.resetAndDestroy();
	}

	/** As many connections as the attack has, each with its number. */
	async all(act: (index: number) => Promise<void> | void): Promise<void> {
		await Promise.all(Array.from({ length: this.attack.connections }, async (_, index) => act(index)));
	}

	/** Waits so long, but not beyond the end. */
	async pause(milliseconds: number): Promise<void> {
		const left = Math.max(0, this.#end - performance.now());
		await new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, left)));
	}

	async untilOver(): Promise<void> {
		await this.pause(Number.POSITIVE_INFINITY);
	}

	/** Cuts what is left. */
	leave(): void {
		for (const socket of this.#sockets) socket.destroy();
	}

	#keep<T extends Socket>(socket: T): T {
		this.#sockets.add(socket);
		socket.on("error", () => undefined);
		socket.once("close", () => this.#sockets.delete(socket));
		socket.on("end", () => socket.end());
		socket.resume();
		return socket;
	}
}

/** Writes piece after piece, with a pause before each, until the other side leaves or the attack is over. */
export async function trickle(mob: Mob, socket: Socket, bytes: string, size: number, milliseconds: number): Promise<void> {
	for (let at = 0; at < bytes.length && !mob.isOver && !socket.destroyed; at += size) {
		socket.write(bytes.slice(at, at + size), "latin1");
		await mob.pause(milliseconds);
	}
}
