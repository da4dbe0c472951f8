/**
 * Preloaded into the Portico of a test (NODE_OPTIONS --import): a connection from {@link SABOTEUR} makes the worker that accepts it throw where nobody
 * catches; one from {@link AUDITOR} is told what all threads count. Portico itself knows nothing of it.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { isMainThread, workerData } from "node:worker_threads";
import { Scoreboard } from "../../../src/scoreboard/scoreboard.ts";
import type { WorkerStart } from "../../../src/threads.ts";

export const SABOTEUR = "127.0.0.66";
export const AUDITOR = "127.0.0.67";

/** What the auditor is told. */
export interface Audit {
	/** Attempts under way at the first member. */
	readonly inFlight: number;
	/** Open client connections, without the auditor's own. */
	readonly connections: number;
}

if (!isMainThread) {
	subscribe("net.server.socket", (message) => {
		const { socket } = message as { readonly socket: Socket };
		if (socket.remoteAddress === SABOTEUR) {
			setImmediate(() => {
				throw new Error("sabotage");
			});
		} else if (socket.remoteAddress === AUDITOR) {
			const scoreboard = Scoreboard.attach((workerData as WorkerStart).scoreboard);
			const audit: Audit = { inFlight: scoreboard.inFlight(0), connections: scoreboard.connections - 1 };
			socket.end(JSON.stringify(audit));
		}
	});
}
