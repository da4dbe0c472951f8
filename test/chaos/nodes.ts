import { fileURLToPath } from "node:url";
import { type Child, startNode } from "../harness/child.ts";
import { type Scope, within } from "../harness/deadline.ts";

const PROGRAM = fileURLToPath(new URL("nodeMain.ts", import.meta.url));
/** Milliseconds, on a busy machine. */
const START_WITHIN = 120_000;
/** A node ends what it starts by itself. */
const OWN: Scope = { after: () => undefined };

/** What a node is told to do. */
export type NodeOrder =
	| { readonly kind: "slow"; readonly milliseconds: number }
	/** Closes its port and all connections; the process and its sessions stay. */
	| { readonly kind: "refuse" }
	| { readonly kind: "listen" };

/** What a node tells. */
export type NodeReport = { readonly kind: "listening" } | { readonly kind: "smuggled"; readonly request: string };

/**
 * A node in a process of its own, always on the same port. Lifetime: its scope; it can be killed and started
 * again.
 */
export class ChaosNode {
	readonly name: string;
	readonly port: number;
	readonly #onSmuggled: (request: string) => void;
	#child: Child | null = null;
	#listening = Promise.withResolvers<void>();

	constructor(scope: Scope, name: string, port: number, onSmuggled: (request: string) => void) {
		this.name = name;
		this.port = port;
		this.#onSmuggled = onSmuggled;
		scope.after(() => this.kill());
	}

	async start(): Promise<void> {
		this.#listening = Promise.withResolvers();
		this.#child = startNode(OWN, [PROGRAM, this.name, String(this.port)]);
		this.#child.process.on("message", (report: NodeReport) => {
			if (report.kind === "listening") this.#listening.resolve();
			else this.#onSmuggled(`${this.name}: ${report.request}`);
		});
		await this.#listens();
	}

	async kill(): Promise<void> {
		await this.#child?.kill();
	}

	/** While it is stopped, the kernel still accepts its connections. */
	freeze(): void {
		this.#child?.signal("SIGSTOP");
	}

	thaw(): void {
		this.#child?.signal("SIGCONT");
	}

	/** @param milliseconds that each of its pages takes longer */
	slow(milliseconds: number): void {
		this.#tell({ kind: "slow", milliseconds });
	}

	refuse(): void {
		this.#listening = Promise.withResolvers();
		this.#tell({ kind: "refuse" });
	}

	async listen(): Promise<void> {
		this.#tell({ kind: "listen" });
		await this.#listens();
	}

	async #listens(): Promise<void> {
		await within(this.#listening.promise, () => `the start of ${this.name}: ${this.#child?.output}`, START_WITHIN);
	}

	#tell(order: NodeOrder): void {
		this.#child?.process.send(order);
	}
}
