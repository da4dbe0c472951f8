/**
 * What the kernel says about a proxy's processes: the CPU time they took and the memory they hold (proc(5)).
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const MICROS_PER_TICK = 1_000_000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Fields of /proc/PID/stat after the command name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, "utf8");
		return text.slice(text.lastIndexOf(")") + 2).split(" ");
	} catch {
		return null;
	}
}

/** The process and all its descendants. */
export function processTree(root: number): number[] {
	const children = new Map<number, number[]>();
	for (const entry of readdirSync("/proc")) {
		const pid = Number(entry);
		if (!Number.isInteger(pid)) continue;
		const parent = Number(statFields(pid)?.[1] ?? -1);
		children.set(parent, [...(children.get(parent) ?? []), pid]);
	}
	const found = [root];
	for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i] ?? -1) ?? []));
	return found;
}

/** µs */
export interface CpuTime {
	readonly user: number;
	readonly system: number;
}

/**
 * What these processes have taken since they began; the threads of a process are in its own figure. The
 * kernel counts the sum to the nanosecond and splits it by what it found running at each of its clock ticks,
 * so over two seconds the two parts are true to a few percent.
 */
export function cpuTime(pids: readonly number[]): CpuTime {
	let [user, system] = [0, 0];
	for (const pid of pids) {
		const fields = statFields(pid);
		if (fields === null) throw new Error(`process ${pid} is gone`);
		user += Number(fields[11]);
		system += Number(fields[12]);
	}
	return { user: user * MICROS_PER_TICK, system: system * MICROS_PER_TICK };
}

/** Time in µs that a core was not idle since the machine started, whoever used it. */
export function coreBusyMicros(core: number): number {
	const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
	const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0] = line.split(" ").map(Number);
	return (user + nice + system + interrupt + softInterrupt) * MICROS_PER_TICK;
}

/** Resident set of all processes together, in bytes. */
export function residentBytes(pids: readonly number[]): number {
	let total = 0;
	for (const pid of pids) {
		const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
		total += Number(line?.[1] ?? 0) * 1024;
	}
	return total;
}
