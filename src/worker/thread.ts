/** Entry of a worker thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerStart } from "../control/threads.ts";
import { nameSourceLines } from "../log/sourceLines.ts";
import { WorkerThread } from "./worker.ts";

nameSourceLines();
const port = parentPort;
if (port === null) throw new Error("thread.ts runs as a worker thread only");
const memory = { constrainedMemory: () => process.constrainedMemory(), rss: residentMemory() };
const worker = new WorkerThread(workerData as WorkerStart, memory, (message: FromWorker) => port.postMessage(message));
port.on("message", (message: ToWorker) => worker.onMessage(message));
process.once("uncaughtExceptionMonitor", () => worker.flushLogs());
await worker.run();

/** Reads a file, for which there may be no descriptor: then the last number stands. */
function residentMemory(): () => number {
	let last = 0;
	return () => {
		try {
			last = process.memoryUsage.rss();
		} catch {
			// It will be known again when a descriptor is free.
		}
		return last;
	};
}
