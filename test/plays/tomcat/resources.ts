import { within } from "../../harness/deadline.ts";
import type { Portico, PorticoOptions } from "../../harness/portico.ts";
import { openFiles, residentMiB } from "../failures/processState.ts";
import type { ThreadResources } from "./resourcesPreload.ts";

/** For a Portico that {@link resourcesOf} asks. */
export const WITH_RESOURCES: PorticoOptions = {
	env: { NODE_OPTIONS: `--import ${new URL("resourcesPreload.ts", import.meta.url).href}` },
};

/** What a process has at one moment. */
export interface Resources {
	/** File descriptors. */
	readonly files: number;
	/** Of all threads. */
	readonly timers: number;
	/** TCP handles of all threads, listening ones too. */
	readonly sockets: number;
	/** MiB of live objects and buffers, of all threads. */
	readonly live: number;
	/** MiB. */
	readonly resident: number;
}

let questions = 0;

/** @param workers how many it has */
export async function resourcesOf({ child, pid }: Portico, workers: number): Promise<Resources> {
	const question = questions++;
	const threads: ThreadResources[] = [];
	const complete = Promise.withResolvers<void>();
	const onMessage = (message: unknown): void => {
		const resources = message as ThreadResources;
		if (resources.question !== question) return;
		threads.push(resources);
		if (threads.length === workers + 1) complete.resolve();
	};
	child.process.on("message", onMessage);
	try {
		child.process.send(question);
		await within(complete.promise, () => `what ${workers + 1} threads tell; there are ${threads.length}`);
	} finally {
		child.process.off("message", onMessage);
	}
	const alive = (type: string): number => threads.reduce((sum, thread) => sum + (thread.alive[type] ?? 0), 0);
	return {
		files: openFiles(pid),
		timers: alive("Timeout"),
		sockets: alive("TCPWRAP") + alive("TCPSERVERWRAP"),
		live: threads.reduce((sum, { live }) => sum + live, 0),
		resident: residentMiB(pid),
	};
}
