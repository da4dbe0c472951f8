/**
 * Preloaded into the Portico of a test (NODE_OPTIONS --import): a connection from {@link SABOTEUR} makes the worker that accepts it throw where nobody
 * catches, one from {@link GLUTTON} fill its heap, one from {@link HOLDER} hold memory; one from {@link AUDITOR} is told what all threads count, one from {@link CLEANER} what is left of the worker's memory after a garbage collection.
 * Portico itself knows nothing of it.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, workerData } from "node:worker_threads";
import type { WorkerStart } from "../../../src/control/threads.ts";
import { Scoreboard } from "../../../src/scoreboard/scoreboard.ts";

export const SABOTEUR = "127.0.0.66";
/** Fills the worker's heap. */
export const GLUTTON = "127.0.0.69";
/** Followed by the number of MiB in two octets: the worker holds so much from then on, or makes so much garbage. */
export const HOLDER = "127.70.";
export const WASTER = "127.71.";
export const AUDITOR = "127.0.0.67";

export const CLEANER = "127.0.0.68";

/** What the cleaner is told. */
export interface Memory {
	/** MiB of live objects and buffers of the worker. */
	readonly live: number;
}

/** What the auditor is told. */
export interface Audit {
	/** Attempts under way at the first member. */
	readonly inFlight: number;
	/** Open client connections, without the auditor's own. */
	readonly connections: number;
}

/** Kept alive by being here. */
const held: Buffer[] = [];

if (!isMainThread) {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	subscribe("net.server.socket", (message) => {
		const { socket } = message as { readonly socket: Socket };
		if (socket.remoteAddress === SABOTEUR) {
			setImmediate(() => {
				throw new Error("sabotage");
			});
		} else if (socket.remoteAddress === GLUTTON) {
			const kept: object[] = [];
			setImmediate(() => {
				for (;;) kept.push({ at: kept.length });
			});
		} else if (socket.remoteAddress?.startsWith(HOLDER) || socket.remoteAddress?.startsWith(WASTER)) {
			const [, , high, low] = socket.remoteAddress.split(".").map(Number);
			const count = 256 * (high ?? 0) + (low ?? 0);
			const more = (from: number): Buffer[] => Array.from({ length: Math.max(count - from, 0) }, () => Buffer.alloc(2 ** 20, 1));
			if (socket.remoteAddress.startsWith(WASTER)) return void more(0);
			held.push(...more(held.length));
			held.length = count;
		} else if (socket.remoteAddress === AUDITOR) {
			const scoreboard = Scoreboard.attach((workerData as WorkerStart).scoreboard);
			const audit: Audit = { inFlight: scoreboard.inFlight(0), connections: scoreboard.connections - 1 };
			socket.end(JSON.stringify(audit));
		} else if (socket.remoteAddress === CLEANER) {
			// Objects that finalizers let go are collected by the second one.
			setImmediate(() => {
				collect();
				setImmediate(() => {
					collect();
					const { heapUsed, external } = process.memoryUsage();
					const memory: Memory = { live: (heapUsed + external) / 2 ** 20 };
					socket.end(JSON.stringify(memory));
				});
			});
		}
	});
}
