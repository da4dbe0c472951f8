import { fileURLToPath } from "node:url";
import { type Child, startNode } from "../../../test/harness/child.ts";
import type { Scope } from "../../../test/harness/deadline.ts";
import { freePorts } from "../../../test/harness/ports.ts";

const PROGRAM = fileURLToPath(new URL("node.ts", import.meta.url));

/** Nodes without sessions that start in a moment. Lifetime: their scope. */
export class PlainNode {
	readonly name: string;
	readonly port: number;
	readonly #scope: Scope;
	#child: Child | null = null;

	constructor(scope: Scope, name: string, port: number) {
		this.#scope = scope;
		this.name = name;
		this.port = port;
	}

	/** Ends when it listens. @param page milliseconds that a page takes. Does nothing while it runs. */
	async start(page: number): Promise<void> {
		if (this.#child !== null) return;
		const child = startNode(this.#scope, [PROGRAM, this.name, String(this.port), String(page)]);
		this.#child = child;
		await child.until(() => (child.output.includes("ready") ? true : undefined), `the start of ${this.name}`, 20_000);
	}

	/** SIGKILL. Does nothing while it does not run. */
	async kill(): Promise<void> {
		await this.#child?.kill();
		this.#child = null;
	}
}

/** Three nodes that do not run yet: the most that an act has. */
export async function plainNodes(scope: Scope): Promise<readonly PlainNode[]> {
	const ports = await freePorts(3);
	return ports.map((port, index) => new PlainNode(scope, `n${index + 1}`, port));
}
