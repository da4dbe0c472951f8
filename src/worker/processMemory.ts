import { openSync, readFileSync, readSync } from "node:fs";
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** Bytes of the longest file that is read here. */
const LONGEST = 16 * 1024;

export interface HeapUse {
	/** Bytes of objects, with those that nobody needs any more and that are not collected yet. */
	readonly used: number;
	/** Bytes of the pages that they lie in. */
	readonly pages: number;
	/** At which the worker ends. */
	readonly limit: number;
	/** Bytes of buffers and the like beside the heap, also of those that are not collected yet. */
	readonly external: number;
}

/** A memory control group with a limit of its own: the kernel kills by it. Bytes. */
export interface MemoryGroup {
	readonly limit: number;
	/** Without the files that the kernel can forget. */
	used(): number;
}

/** What a worker knows of memory. Nothing here ever throws: what cannot be read now stays as it was. */
export interface ProcessMemory {
	/** Bytes of the container, or of the machine. */
	readonly available: number;
	/** Bytes of the process that the kernel cannot take back. */
	used(): number;
	/** Null: there is none, or none that can be read. */
	readonly group: MemoryGroup | null;
	/** Of this worker. */
	heap(): HeapUse;
	/** Collects what nobody needs any more in this worker: some 20 ms for 10 MB of live objects. */
	collect(): void;
}

/** What only the process itself knows. */
export interface ProcessFacts {
	/** Bytes; 0 or undefined: there is no limit. */
	readonly constrained: number | undefined;
	/** Resident bytes. */
	rss(): number;
}

/** Keeps its files open: a look needs no descriptor, which there may not be. */
export function processMemory({ constrained, rss }: ProcessFacts): ProcessMemory {
	const status = openFile("/proc/self/status");
	const total = totalmem();
	return {
		available: Math.min(constrained || total, total),
		used: steady(() => (status === null ? null : anonymous(status())) ?? rss()),
		group: memoryGroup(total),
		heap: () => {
			const heap = getHeapStatistics();
			const { used_heap_size: used, total_physical_size: pages, heap_size_limit: limit, external_memory: external } = heap;
			return { used, pages, limit, external };
		},
		collect: collector(),
	};
}

/** Files that are mapped are not counted: the program itself is one, of 50 MB. */
function anonymous(status: string): number | null {
	const anon = kilobytes(status, "RssAnon");
	return anon === null ? null : anon + (kilobytes(status, "RssShmem") ?? 0);
}

function kilobytes(status: string, name: string): number | null {
	const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status);
	return found === null ? null : Number(found[1]) * 1024;
}

function memoryGroup(total: number): MemoryGroup | null {
	const folders = groupFolders();
	for (const { folder, usage, limit, files } of folders) {
		const most = number(openFile(`${folder}/${limit}`)?.() ?? "");
		const used = openFile(`${folder}/${usage}`);
		const stat = openFile(`${folder}/memory.stat`);
		if (used === null || stat === null || !(most > 0) || most >= total) continue;
		const cached = (text: string): number => files.reduce((sum, name) => sum + (rowOf(text, name) ?? 0), 0);
		return { limit: most, used: steady(() => Math.max(number(used()) - cached(stat()), 0)) };
	}
	return null;
}

const V1 = { usage: "memory.usage_in_bytes", limit: "memory.limit_in_bytes", files: ["total_inactive_file", "total_active_file"] };
const V2 = { usage: "memory.current", limit: "memory.max", files: ["inactive_file", "active_file"] };

/** Where the process's group may be: inside a container the path is often that of the machine, and the mount begins at the group. */
function groupFolders(): readonly (typeof V1 & { readonly folder: string })[] {
	const lines = openFile("/proc/self/cgroup")?.().split("\n") ?? [];
	const v1 = lines.find((line) => line.split(":")[1]?.split(",").includes("memory") === true);
	const v2 = lines.find((line) => line.startsWith("0::"));
	const at = (base: string, line: string | undefined, kind: typeof V1) =>
		line === undefined ? [] : [`${base}${line.split(":").slice(2).join(":")}`, base].map((folder) => ({ folder, ...kind }));
	return [...at("/sys/fs/cgroup/memory", v1, V1), ...at("/sys/fs/cgroup", v2, V2)];
}

function rowOf(text: string, name: string): number | null {
	const found = new RegExp(`^${name} (\\d+)$`, "m").exec(text);
	return found === null ? null : Number(found[1]);
}

/** NaN for `max`. */
function number(text: string): number {
	return text.trim() === "" ? Number.NaN : Number(text);
}

/** Reads the file anew with each call; null if it cannot be read at all. */
function openFile(path: string): (() => string) | null {
	try {
		readFileSync(path);
		const file = openSync(path, "r");
		const bytes = Buffer.allocUnsafeSlow(LONGEST);
		return () => bytes.latin1Slice(0, readSync(file, bytes, 0, LONGEST, 0));
	} catch {
		return null;
	}
}

/** The last value stands where there is none now. */
function steady(read: () => number): () => number {
	let last = 0;
	return () => {
		try {
			const value = read();
			if (Number.isFinite(value)) last = value;
		} catch {
			// It will be known again.
		}
		return last;
	};
}

/** The control thread has switched the function on, before there was a worker. */
function collector(): () => void {
	const { gc } = globalThis;
	if (typeof gc !== "function") return () => {};
	return () => {
		gc({ type: "major", execution: "sync", flavor: "last-resort" });
		// Buffers are freed by another thread, which the next collection waits for.
		gc({ type: "minor", execution: "sync" });
	};
}
