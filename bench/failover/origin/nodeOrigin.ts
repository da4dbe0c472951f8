import { fileURLToPath } from "node:url";
import { type Child, startNode } from "../../../test/harness/child.ts";
import type { Scope } from "../../../test/harness/deadline.ts";
import { temporaryFolder } from "../../../test/harness/folder.ts";
import { freePorts } from "../../../test/harness/ports.ts";
import type { Origin, OriginNode } from "./origin.ts";

const PROGRAM = fileURLToPath(new URL("counter.ts", import.meta.url));

/** Two small programs of ours with the pages that the bench uses, quick to start; their sessions lie in a common folder, as in a database. */
export async function startNodeOrigin(scope: Scope): Promise<Origin> {
	const folder = temporaryFolder(scope);
	const [port1 = 0, port2 = 0] = await freePorts(2);
	const nodes = [new CounterNode(scope, "n1", port1, folder), new CounterNode(scope, "n2", port2, folder)] as const;
	await Promise.all(nodes.map((node) => node.start()));
	return { description: `two programs on Node ${process.versions.node} with sessions in a common folder (not Tomcat)`, nodes };
}

class CounterNode implements OriginNode {
	readonly name: string;
	readonly port: number;
	readonly #scope: Scope;
	readonly #folder: string;
	#child: Child | null = null;

	constructor(scope: Scope, name: string, port: number, folder: string) {
		this.#scope = scope;
		this.name = name;
		this.port = port;
		this.#folder = folder;
	}

	async start(): Promise<void> {
		const child = startNode(this.#scope, [PROGRAM, this.name, String(this.port), this.#folder]);
		this.#child = child;
		await child.until(() => (child.output.includes("ready") ? true : undefined), `the start of ${this.name}`, 20_000);
	}

	async kill(): Promise<void> {
		await this.#child?.kill();
	}

	signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
		this.#child?.signal(signal);
	}
}
