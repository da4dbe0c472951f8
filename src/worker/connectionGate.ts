import { totalmem } from "node:os";
import type { PorticoError } from "../errors.ts";
import type { ConnectionGate } from "../listener/listener.ts";
import type { LimitsPlan } from "../plan/limits.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { ErrorReports } from "./errorReports.ts";

/** Share of the client connections at which each new one closes an idle one. */
const CROWDED = 0.9;
/** Share of the memory at which no more connections are accepted. Those that are open continue, and free memory. */
const FULL = 0.95;
const LOOK_MS = 250;

/** What the gate needs of its process. */
export interface ProcessMemory {
	/** Bytes that its container may use; 0 or undefined: there is no such limit. */
	constrainedMemory(): number | undefined;
	/** Bytes that it uses. */
	rss(): number;
}

/** Bytes of the machine or its container. */
export function availableMemory(memory: ProcessMemory): number {
	return Math.min(memory.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
}

/** Admits client connections: within the limits of all workers, while there is memory. Lifetime: process. */
export class WorkerGate implements ConnectionGate {
	readonly #scoreboard: Scoreboard;
	readonly #errors: ErrorReports;
	readonly #limits: () => LimitsPlan;
	#overloaded = false;

	constructor(scoreboard: Scoreboard, errors: ErrorReports, memory: ProcessMemory, limits: () => LimitsPlan) {
		this.#scoreboard = scoreboard;
		this.#errors = errors;
		this.#limits = limits;
		const available = availableMemory(memory);
		setInterval(() => {
			this.#overloaded = memory.rss() > FULL * (limits().memory || available);
		}, LOOK_MS).unref();
	}

	open(address: string): ReturnType<ConnectionGate["open"]> {
		if (this.#overloaded) return "overloaded";
		const { connections, connectionsPerClient: perClient } = this.#limits();
		const result = this.#scoreboard.openConnection(address, { connections, perClient });
		return result === "ok" ? null : result;
	}

	get isCrowded(): boolean {
		const { connections } = this.#limits();
		return connections > 0 && this.#scoreboard.connections > CROWDED * connections;
	}

	close(address: string): void {
		this.#scoreboard.closeConnection(address);
	}

	refused(error: PorticoError, client: string | null): void {
		this.#scoreboard.counters.refused(error.code);
		this.#errors.report(error, "client_refused", client);
	}
}
