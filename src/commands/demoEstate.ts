import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** One node of the demo estate, as `estate/main` describes it. */
export interface DemoNode {
	readonly name: string;
	readonly product: "is" | "apim";
	readonly pid: number | null;
	readonly ports: Readonly<Record<string, number>>;
}

export interface DemoDescription {
	readonly nodes: readonly DemoNode[];
	/** PEM to trust for the nodes' TLS ports. */
	readonly trust: string;
	readonly relyingParty: { readonly origin: string };
	readonly users: readonly { readonly name: string; readonly password: string }[];
}

/** The estate's program: from source in development, from `dist/` otherwise. */
const PROGRAM = new URL(import.meta.url.endsWith(".ts") ? "../../estate/main.ts" : "../../estate/main.js", import.meta.url).pathname;

/** Simulated WSO2 nodes in processes of their own. They end with this process: their input ends. */
export class DemoEstate {
	readonly #child: ChildProcess;
	readonly #lines: Interface;

	private constructor(child: ChildProcess, lines: Interface) {
		this.#child = child;
		this.#lines = lines;
	}

	/** @throws Error when the estate does not come up; its own words are on stderr */
	static async start(options: object): Promise<{ estate: DemoEstate; description: DemoDescription }> {
		const child = spawn(process.execPath, [PROGRAM, "--json", "--options", JSON.stringify(options)], {
			stdio: ["pipe", "pipe", "inherit"],
		});
		const { stdout } = child;
		if (stdout === null) throw new Error("the estate has no output");
		const lines = createInterface({ input: stdout });
		const estate = new DemoEstate(child, lines);
		const description = (await estate.#nextLine()) as DemoDescription;
		return { estate, description };
	}

	/**
	 * One at a time.
	 *
	 * @throws Error with the estate's words when it refuses
	 */
	async command(command: object): Promise<void> {
		await this.#ask(command);
	}

	/**
	 * Starts the server of the demo's front page.
	 *
	 * @param facts what it prints and links to: `WelcomeFacts` of the estate
	 * @returns its port on 127.0.0.1
	 */
	async startWelcome(facts: object): Promise<number> {
		const { port } = (await this.#ask({ welcome: facts })) as { port: number };
		return port;
	}

	async describe(): Promise<DemoDescription> {
		return (await this.#ask({ describe: true })) as DemoDescription;
	}

	/** Resolves when every node is gone. */
	close(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
		this.#child.once("exit", () => resolve());
		this.#child.stdin?.end();
		return promise;
	}

	async #ask(command: object): Promise<unknown> {
		const answer = this.#nextLine();
		this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
		const { ok, error, ...rest } = (await answer) as { ok: boolean; error?: string } & object;
		if (!ok) throw new Error(error ?? "the estate refused a command");
		return rest;
	}

	#nextLine(): Promise<unknown> {
		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		const onLine = (line: string) => {
			this.#child.off("exit", onExit);
			resolve(JSON.parse(line));
		};
		const onExit = () => {
			this.#lines.off("line", onLine);
			reject(new Error("the demo estate ended before it was ready"));
		};
		this.#lines.once("line", onLine);
		this.#child.once("exit", onExit);
		return promise;
	}
}
