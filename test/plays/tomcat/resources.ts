import { within } from "../../harness/deadline.ts";
import type { Portico, PorticoOptions } from "../../harness/portico.ts";
import { openFiles, residentMiB } from "../failures/processState.ts";
import type { Question, ThreadResources } from "./resourcesPreload.ts";

/** For a Portico that {@link countsOf} and {@link memoryOf} ask. */
export const WITH_RESOURCES: PorticoOptions = {
	env: { NODE_OPTIONS: `--import ${new URL("resourcesPreload.ts", import.meta.url).href}` },
};

/** What a process has open at one moment. */
export interface Counts {
	/** File descriptors. */
	readonly files: number;
	/** Of all threads. */
	readonly timers: number;
	/** TCP handles of all threads, listening ones too. */
	readonly sockets: number;
}

/** In MiB. */
export interface Memory {
	/** Live objects and buffers of all threads. */
	readonly live: number;
	readonly resident: number;
}

let questions = 0;

/** @param workers how many it has */
export async function countsOf(portico: Portico, workers: number): Promise<Counts> {
	const threads = await ask(portico, workers, false);
	const alive = (type: string): number => threads.reduce((sum, thread) => sum + (thread.alive[type] ?? 0), 0);
	return { files: openFiles(portico.pid), timers: alive("Timeout"), sockets: alive("TCPWRAP") + alive("TCPSERVERWRAP") };
}

/** After a garbage collection. @param workers how many it has */
export async function memoryOf(portico: Portico, workers: number): Promise<Memory> {
	const threads = await ask(portico, workers, true);
	return { live: threads.reduce((sum, { live }) => sum + live, 0), resident: residentMiB(portico.pid) };
}

async function ask({ child }: Portico, workers: number, collect: boolean): Promise<ThreadResources[]> {
	const question: Question = { number: questions++, collect };
	const threads: ThreadResources[] = [];
	const complete = Promise.withResolvers<void>();
	const onMessage = (message: unknown): void => {
		const resources = message as ThreadResources;
		if (resources.question !== question.number) return;
		threads.push(resources);
		if (threads.length === workers + 1) complete.resolve();
	};
	child.process.on("message", onMessage);
	try {
		child.process.send(question);
		await within(complete.promise, () => `what ${workers + 1} threads tell; there are ${threads.length}`, 20_000);
	} finally {
		child.process.off("message", onMessage);
	}
	return threads;
}
