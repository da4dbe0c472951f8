/**
 * Preloaded into the Portico of a test (NODE_OPTIONS --import): every thread tells, when the test asks over the channel, what is alive in it. Timers and handles are counted by async_hooks, since what was unref'ed is in no other list. Portico itself knows nothing of it.
 */
import { createHook } from "node:async_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";

export interface Question {
	readonly number: number;
	/** Collect the garbage first; that takes its time. */
	readonly collect: boolean;
}

export interface ThreadResources {
	/** Number of the question that it answers. */
	readonly question: number;
	/** 0: the control thread. */
	readonly thread: number;
	/** How many are alive, by the type that Node gives them: `Timeout`, `TCPWRAP`, … */
	readonly alive: Readonly<Record<string, number>>;
	/** MiB of live objects and buffers. */
	readonly live: number;
}

const types = new Map<number, string>();
const alive: Record<string, number> = {};

createHook({
	init(id, type) {
		types.set(id, type);
		alive[type] = (alive[type] ?? 0) + 1;
	},
	destroy(id) {
		const type = types.get(id);
		if (type === undefined) return;
		types.delete(id);
		alive[type] = (alive[type] ?? 0) - 1;
	},
	trackPromises: false,
}).enable();

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function answer(question: Question, tell: (resources: ThreadResources) => void): void {
	const report = (): void => {
		const { heapUsed, external } = process.memoryUsage();
		tell({ question: question.number, thread: threadId, alive: { ...alive }, live: (heapUsed + external) / 2 ** 20 });
	};
	if (!question.collect) return report();
	collect();
	// Objects that finalizers let go are collected by the second one.
	setImmediate(() => {
		collect();
		setImmediate(report);
	});
}

const questions = new BroadcastChannel("resources: questions");
const answers = new BroadcastChannel("resources: answers");
for (const channel of [questions, answers]) channel.unref();
if (isMainThread) {
	const tell = (resources: ThreadResources): void => {
		process.send?.(resources);
	};
	answers.onmessage = ({ data }) => tell(data as ThreadResources);
	process.on("message", (question: Question) => {
		questions.postMessage(question);
		answer(question, tell);
	});
} else {
	questions.onmessage = ({ data }) => answer(data as Question, (resources) => answers.postMessage(resources));
}
