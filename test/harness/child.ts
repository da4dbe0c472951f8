import { type ChildProcess, spawn } from "node:child_process";
import { DEFAULT_TIMEOUT, type Scope, within } from "./deadline.ts";

export interface Exit {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** How its scope ends it: SIGKILL if not given, SIGTERM for a program that has children of its own to end. */
	readonly endWith?: "SIGTERM" | "SIGKILL";
}

/** A program that a test has started. Everything it writes is kept. Lifetime: its scope, or until {@link kill}. */
export class Child {
	readonly process: ChildProcess;
	readonly exited: Promise<Exit>;
	#stdout = "";
	#stderr = "";
	#exit: Exit | null = null;
	#change = Promise.withResolvers<void>();

	constructor(scope: Scope, process: ChildProcess, endWith: "SIGTERM" | "SIGKILL" = "SIGKILL") {
		this.process = process;
		const exited = Promise.withResolvers<Exit>();
		this.exited = exited.promise;
		process.stdout?.setEncoding("utf8").on("data", (text: string) => {
			this.#stdout += text;
			this.#changed();
		});
		process.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.#stderr += text;
			this.#changed();
		});
		process.once("error", (error) => {
			this.#stderr += `${error.message}\n`;
			this.#end({ code: null, signal: null }, exited.resolve);
		});
		process.once("close", (code, signal) => this.#end({ code, signal }, exited.resolve));
		scope.after(async () => {
			if (endWith === "SIGTERM" && this.#exit === null) await this.stop().catch(() => undefined);
			await this.kill();
		});
	}

	get pid(): number {
		if (this.process.pid === undefined) throw new Error(`the program did not start: ${this.#stderr}`);
		return this.process.pid;
	}

	get stdout(): string {
		return this.#stdout;
	}

	get stderr(): string {
		return this.#stderr;
	}

	/** Both streams, for messages. */
	get output(): string {
		return this.#stdout + this.#stderr;
	}

	/** Null while it runs. */
	get exit(): Exit | null {
		return this.#exit;
	}

	signal(signal: NodeJS.Signals): void {
		this.process.kill(signal);
	}

	/** Sends SIGTERM and waits for the end. */
	async stop(milliseconds = 10_000): Promise<Exit> {
		this.signal("SIGTERM");
		return within(this.exited, () => `the end after SIGTERM; output:\n${this.output}`, milliseconds);
	}

	/** Sends SIGKILL and waits for the end. Does nothing when it has ended. */
	async kill(): Promise<void> {
		if (this.#exit === null) this.process.kill("SIGKILL");
		await this.exited;
	}

	/**
	 * Waits until `find` returns something else than undefined; it is asked again whenever there is new output.
	 * @throws when the program ends first, with its output
	 */
	async until<T>(find: () => T | undefined, what: string, milliseconds: number = DEFAULT_TIMEOUT): Promise<T> {
		const wait = async () => {
			for (;;) {
				const found = find();
				if (found !== undefined) return found;
				if (this.#exit !== null) throw new Error(`the program ended before ${what}; output:\n${this.output}`);
				await this.#change.promise;
			}
		};
		return within(wait(), () => `${what}; output:\n${this.output}`, milliseconds);
	}

	#end(exit: Exit, resolve: (exit: Exit) => void): void {
		this.#exit ??= exit;
		resolve(this.#exit);
		this.#changed();
	}

	#changed(): void {
		const change = this.#change;
		this.#change = Promise.withResolvers<void>();
		change.resolve();
	}
}

/** Starts another Node program; it dies with this process. */
export function startNode(scope: Scope, args: readonly string[], options: StartOptions = {}): Child {
	const { endWith, ...rest } = options;
	const leash = new URL("leash.ts", import.meta.url).href;
	return new Child(
		scope,
		spawn(process.execPath, ["--import", leash, ...args], { ...rest, stdio: ["ignore", "pipe", "pipe", "ipc"] }),
		endWith,
	);
}

/** Starts a program that is not ours; on Linux the kernel sends it SIGTERM when this process dies. */
export function startProgram(scope: Scope, file: string, args: readonly string[], options: StartOptions = {}): Child {
	const { endWith, ...rest } = options;
	const leash = process.platform === "linux" ? ["setpriv", "--pdeathsig", "TERM"] : [];
	const [command = file, ...others] = [...leash, file, ...args];
	return new Child(scope, spawn(command, others, { ...rest, stdio: ["ignore", "pipe", "pipe"] }), endWith);
}
