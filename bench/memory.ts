/** What an idle keep-alive connection costs a proxy: growth of its resident set over thousands of them, after a warm-up under load. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LOAD_CORE, track } from "./children.ts";
import { residentBytes } from "./cpu.ts";
import type { MemoryRow, Row } from "./rows/row.ts";
import type { Stage } from "./stage.ts";

const script = fileURLToPath(new URL("load/idleClient.ts", import.meta.url));
const POLL_MS = 500;
const SETTLED_POLLS = 6;
const SETTLE_MS = 15_000;
const OPEN_MS = 60_000;

/** Bytes per connection. The process must be fresh; `warmUp` is the row that fills its caches and its heap first. */
export async function memoryPerConnection(stage: Stage, row: MemoryRow, warmUp: Row): Promise<number> {
	await stage.check(warmUp);
	await stage.warmUp(warmUp);
	const before = await settledMemory(stage.pids());
	const holder = await holdConnections(row.tls ? stage.tlsPort : stage.port, row.tls, row.connections);
	const during = await settledMemory(stage.pids());
	const left = await holder.release();
	if (left !== row.connections)
		throw new Error(`${row.connections - left} of ${row.connections} idle connections were closed by ${stage.peer.name}`);
	return (during - before) / row.connections;
}

/** The least resident set seen once it has stopped changing by more than half a percent, or after 15 s: collectors take their time. */
async function settledMemory(pids: readonly number[]): Promise<number> {
	const end = performance.now() + SETTLE_MS;
	const seen: number[] = [];
	while (performance.now() < end) {
		seen.push(residentBytes(pids));
		const last = seen.slice(-SETTLED_POLLS);
		if (last.length === SETTLED_POLLS && Math.max(...last) < Math.min(...last) * 1.005) break;
		await sleep(POLL_MS);
	}
	return Math.min(...seen.slice(-SETTLED_POLLS));
}

interface Holder {
	/** Closes all; gives how many were still open. */
	release(): Promise<number>;
}

async function holdConnections(port: number, tls: boolean, count: number): Promise<Holder> {
	const command = ["taskset", "-c", String(LOAD_CORE), process.execPath, script, String(port), tls ? "tls" : "plain", String(count)];
	const child = spawn("setpriv", ["--pdeathsig", "SIGTERM", "--", ...command], {
		stdio: ["pipe", "pipe", "pipe"],
		timeout: OPEN_MS + 3 * SETTLE_MS,
	});
	track(child);
	let err = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		err += text;
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async (word: string): Promise<number> => {
		const { value } = await lines.next();
		const found = new RegExp(`^${word} (\\d+)$`).exec(String(value));
		if (found === null) throw new Error(`the client could not hold ${count} connections: ${err.trim().slice(-500)}`);
		return Number(found[1]);
	};
	await next("held");
	return {
		release() {
			child.stdin.end();
			return next("left");
		},
	};
}
