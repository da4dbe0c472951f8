/** Entry of a worker thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerStart } from "../control/threads.ts";
import { nameSourceLines } from "../log/sourceLines.ts";
import { processMemory } from "./processMemory.ts";
import { WorkerThread } from "./worker.ts";

nameSourceLines();
const port = parentPort;
if (port === null) throw new Error("thread.ts runs as a worker thread only");
const memory = processMemory({ constrained: process.constrainedMemory(), rss: () => process.memoryUsage.rss() });
const worker = new WorkerThread(workerData as WorkerStart, memory, (message: FromWorker) => port.postMessage(message));
port.on("message", (message: ToWorker) => worker.onMessage(message));
process.once("uncaughtExceptionMonitor", () => worker.flushLogs());
await worker.run();
