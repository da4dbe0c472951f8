/** Entry of the thread that {@link HashThread} starts: a task in, whether the password fits out. */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { isPassword } from "./hashPassword.ts";
import type { HashTask } from "./hashThread.ts";

/** Of nice(1): the workers go first. */
const NICE = 10;

const port = parentPort;
if (port === null) throw new Error("hashWorker.ts runs as a worker thread only");
beNice();
port.on("message", ({ password, hash }: HashTask) => port.postMessage(isPassword(password, hash)));

/** Linux schedules threads, each by a number of its own. Elsewhere all have the same right. */
function beNice(): void {
	try {
		const thread = Number(/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1]);
		if (thread > 0) setPriority(thread, NICE);
	} catch {
		// It works as well without.
	}
}
