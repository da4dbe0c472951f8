/**
 * Every process the bench starts, so that all of them end with it: asked by SIGTERM, then killed, always by
 * pid. Each child also gets a parent-death signal from the kernel, for the case that the bench itself is
 * killed.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "./cpu.ts";

/** The proxy under test has this core for itself. */
export const PROXY_CORE = 0;
/** The load tools and the origin share this one. */
export const LOAD_CORE = 1;

const STOP_MS = 4000;
const running = new Set<ChildProcess>();

export interface Daemon {
	readonly pid: number;
	/** What it wrote to standard output and error so far. */
	output(): string;
	exited(): boolean;
	stop(): Promise<void>;
}

export interface DaemonOptions {
	readonly core: number;
	/**
	 * File that takes standard output (appended) in place of the common output file: HAProxy's access log.
	 */
	readonly stdoutFile?: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** Starts a long-lived program pinned to one core; both its output streams go to `outputFile`. */
export function startDaemon(command: readonly string[], outputFile: string, options: DaemonOptions): Daemon {
	const stderr = openSync(outputFile, "a");
	const stdout = options.stdoutFile === undefined ? stderr : openSync(options.stdoutFile, "a");
	const child = spawn("setpriv", ["--pdeathsig", "SIGTERM", "--", "taskset", "-c", String(options.core), ...command], {
		stdio: ["ignore", stdout, stderr],
		env: { ...process.env, ...options.env },
	});
	closeSync(stderr);
	if (stdout !== stderr) closeSync(stdout);
	track(child);
	const pid = child.pid;
	if (pid === undefined) throw new Error(`cannot start ${command[0]}`);
	return { pid, output: () => readFileSync(outputFile, "utf8"), exited: () => hasEnded(child), stop: () => stop(child) };
}

/**
 * Runs a program to its end and gives its standard output. Throws with its standard error if it fails. `env`
 * is added to the bench's own.
 */
export function runTool(
	command: readonly string[],
	core: number,
	timeoutMs: number,
	env: Readonly<Record<string, string>> = {},
): Promise<string> {
	const child = spawn("setpriv", ["--pdeathsig", "SIGTERM", "--", "taskset", "-c", String(core), ...command], {
		stdio: ["ignore", "pipe", "pipe"],
		timeout: timeoutMs,
		env: { ...process.env, ...env },
	});
	track(child);
	let out = "";
	let err = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		out += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		err += text;
	});
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) => {
			if (code === 0) resolve(out);
			else reject(new Error(`${basename(command[0] ?? "")} ended with ${signal ?? code}: ${(err || out).trim().slice(-800)}`));
		});
	});
}

export function track(child: ChildProcess): void {
	running.add(child);
	child.once("exit", () => running.delete(child));
	child.once("error", () => running.delete(child));
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

async function stop(child: ChildProcess): Promise<void> {
	if (hasEnded(child)) return;
	const family = child.pid === undefined ? [] : processTree(child.pid);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	child.kill("SIGTERM");
	const inTime = await Promise.race([ended.then(() => true), sleep(STOP_MS, false, { ref: false })]);
	if (inTime) return;
	killFamily(family);
	await ended;
}

function killFamily(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It has ended meanwhile.
		}
	}
}

export async function stopAll(): Promise<void> {
	await Promise.all([...running].map(stop));
}

/** For the exit handler, where nothing can be awaited. */
export function killAll(): void {
	for (const child of running) if (child.pid !== undefined) killFamily(processTree(child.pid));
}
