/**
 * Preloaded into the Node programs that tests start (`--import`): the program dies when the test process does, however that
 * ends, because its channel breaks then.
 */
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.channel !== undefined) {
	process.channel.unref();
	process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
}
