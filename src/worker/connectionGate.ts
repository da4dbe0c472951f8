import type { PorticoError } from "../errors.ts";
import type { Abuse } from "../http2/score.ts";
import type { ConnectionGate } from "../listener/listener.ts";
import type { LimitsPlan } from "../plan/limits.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { ErrorReports } from "./errorReports.ts";
import type { MemoryWatch } from "./memoryWatch.ts";

/** Share of the client connections at which each new one closes an idle one. */
const CROWDED = 0.9;
/** Room that is left where the limit allows it: connections that come in one turn are there before the first idle one is closed. */
const BURST = 16;

/** Admits client connections: within the limits of all workers, while there is memory. Lifetime: process. */
export class WorkerGate implements ConnectionGate {
	readonly #scoreboard: Scoreboard;
	readonly #errors: ErrorReports;
	readonly #memory: MemoryWatch;
	readonly #limits: () => LimitsPlan;

	constructor(scoreboard: Scoreboard, errors: ErrorReports, memory: MemoryWatch, limits: () => LimitsPlan) {
		this.#scoreboard = scoreboard;
		this.#errors = errors;
		this.#memory = memory;
		this.#limits = limits;
	}

	open(address: string, secure: boolean): ReturnType<ConnectionGate["open"]> {
		if (this.#memory.sheds(secure ? "handshake" : "connection")) return "overloaded";
		const { connections, connectionsPerClient: perClient } = this.#limits();
		const result = this.#scoreboard.openConnection(address, { connections, perClient });
		return result === "ok" ? null : result;
	}

	get isCrowded(): boolean {
		const { connections } = this.#limits();
		if (connections === 0) return false;
		const room = connections < 2 * BURST ? 0 : BURST;
		return this.#scoreboard.connections > Math.min(CROWDED * connections, connections - room);
	}

	close(address: string): void {
		this.#scoreboard.closeConnection(address);
	}

	refused(error: PorticoError, client: string | null): void {
		this.#scoreboard.counters.refused(error.code);
		this.#errors.report(error, "client_refused", client);
	}

	abused(abuse: Abuse): void {
		this.#scoreboard.counters.abused(abuse);
	}
}
