import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NodeOptions } from "./node.ts";
import type { NodePorts } from "./nodeContext.ts";

/** Beside this file: nodeMain.ts in the sources, nodeMain.js when built. scripts/test.ts says where the built one is. */
const PROGRAM = process.env.ESTATE_NODE_BUILT ?? fileURLToPath(new URL(`nodeMain${extname(import.meta.url)}`, import.meta.url));

/** A node in a process of its own, which can be killed and started again on the same ports. */
export class NodeProcess {
	#options: NodeOptions & { readonly ports: NodePorts };
	#child: ChildProcess | null = null;

	constructor(options: NodeOptions & { readonly ports: NodePorts }) {
		this.#options = options;
	}

	get options(): NodeOptions & { readonly ports: NodePorts } {
		return this.#options;
	}

	/** For its next start. */
	moveTo(ports: NodePorts): void {
		this.#options = { ...this.#options, ports };
	}

	/** null while it does not run. */
	get pid(): number | null {
		return this.#child?.pid ?? null;
	}

	/** Resolves when the node answers. Rejects with its last words when it ends instead, a taken port for one. */
	async start(): Promise<void> {
		if (this.#child !== null) return;
		const args = [PROGRAM, JSON.stringify(this.#options), "--until-stdin-ends"];
		const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
		this.#child = child;
		child.once("exit", () => {
			if (this.#child === child) this.#child = null;
		});
		let words = "";
		child.stderr.on("data", (chunk: Buffer) => {
			words = (words + chunk.toString()).slice(-2000);
		});
		const lines = createInterface({ input: child.stdout });
		const ready = once(lines, "line").then(() => null);
		const ended = once(child, "close").then(() => words || "it ended");
		const failure = await Promise.race([ready, ended]);
		if (failure !== null) throw new Error(`${this.#options.name} did not start: ${failure}`);
	}

	/** SIGKILL (default), SIGTERM, SIGSTOP or SIGCONT. Resolves, for the first two, when the process is gone. */
	async signal(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		const child = this.#child;
		if (child === null) return;
		const gone = signal === "SIGKILL" || signal === "SIGTERM" ? once(child, "exit") : null;
		child.kill(signal);
		await gone;
	}
}
