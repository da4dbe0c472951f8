import { readdirSync, readFileSync } from "node:fs";

/** What the kernel knows of another process (Linux). */

export function openFiles(pid: number): number {
	return readdirSync(`/proc/${pid}/fd`).length;
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
	const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kib) / 1024;
}

/** The most that was ever resident, in MiB. */
export function residentPeakMiB(pid: number): number {
	const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kib) / 1024;
}

/** Whether it has a handler for the signal of that number. */
export function handles(pid: number, signal: number): boolean {
	const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
	return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}
