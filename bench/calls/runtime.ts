/**
 * Counts calls in a worker thread of an instrumented build, from one order to the next. Orders come over a
 * TCP port on loopback: `arm` forgets what was counted and begins, `take` ends and gives the counts.
 */

import { createServer } from "node:net";
import { isMainThread } from "node:worker_threads";

/** What `take` gives: calls by function, and by pair of calling function's file and called function's id. */
export interface Taken {
	readonly calls: readonly (readonly [id: number, count: number])[];
	readonly callers: readonly (readonly [file: string, id: number, count: number])[];
}

const counter = { isArmed: false, calls: new Map<number, number>(), callers: new Map<string, number>() };

/** The entry of a function. Timers fire whether there is a request or not: what they call does not count. */
export function call(id: number): void {
	if (!counter.isArmed) return;
	const frames = framesAbove();
	if (frames.some(({ name }) => name === "listOnTimeout")) return;
	counter.calls.set(id, (counter.calls.get(id) ?? 0) + 1);
	// The first one is the function that is entered.
	const key = `${id} ${frames[1]?.file ?? ""}`;
	counter.callers.set(key, (counter.callers.get(key) ?? 0) + 1);
}

interface Frame {
	readonly file: string;
	readonly name: string | null;
}

/**
 * Who called `call`, innermost first. Functions of the language, such as `map`, have no file and are left
 * out.
 */
function framesAbove(): Frame[] {
	const { prepareStackTrace, stackTraceLimit } = Error;
	Error.stackTraceLimit = Number.POSITIVE_INFINITY;
	Error.prepareStackTrace = (_error, sites) => sites.map((site) => ({ file: site.getFileName() ?? "", name: site.getFunctionName() }));
	const holder: { stack?: readonly Frame[] } = {};
	Error.captureStackTrace(holder, call);
	const frames = holder.stack ?? [];
	Error.prepareStackTrace = prepareStackTrace;
	Error.stackTraceLimit = stackTraceLimit;
	return frames.filter(({ file }) => file !== "");
}

function taken(): Taken {
	return {
		calls: [...counter.calls],
		callers: [...counter.callers].map(([key, count]) => {
			const space = key.indexOf(" ");
			return [key.slice(space + 1), Number(key.slice(0, space)), count] as const;
		}),
	};
}

function listen(port: number): void {
	const server = createServer((socket) => {
		socket.on("error", () => socket.destroy());
		socket.on("data", (order) => {
			const isArming = order.toString().startsWith("arm");
			const text = isArming ? "armed" : JSON.stringify(taken());
			counter.calls.clear();
			counter.callers.clear();
			counter.isArmed = isArming;
			socket.end(text);
		});
	});
	server.unref();
	server.listen(port, "127.0.0.1");
}

const port = Number(process.env.PORTICO_CALLS_PORT ?? 0);
if (!isMainThread && port > 0) listen(port);
