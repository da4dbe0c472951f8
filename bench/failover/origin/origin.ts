/** The two nodes behind every proxy. */

export interface OriginNode {
	/** `n1` or `n2`: also what its session ids end with. */
	readonly name: string;
	readonly port: number;
	/** Ends when the page answers. */
	start(): Promise<void>;
	/** SIGKILL. */
	kill(): Promise<void>;
	/** SIGSTOP, SIGCONT, or SIGTERM, the node's own orderly stop. */
	signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
}

export interface Origin {
	/** What it is, for the page. */
	readonly description: string;
	readonly nodes: readonly [OriginNode, OriginNode];
}
