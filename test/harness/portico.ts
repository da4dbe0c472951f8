import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type Child, type Exit, startNode } from "./child.ts";
import { DEFAULT_TIMEOUT, type Scope, within } from "./deadline.ts";
import { temporaryFolder } from "./folder.ts";

/**
 * The program: what scripts/test.ts has built, which starts in half the time; else the sources, so that a file which is run by itself
 * never meets an older build.
 */
export const CLI = process.env.PORTICO_BUILT ?? fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** Time limits end soon after their time. What a test gives wins. */
const ENVIRONMENT: NodeJS.ProcessEnv = { ...process.env, PORTICO_TICK_MS: "20" };

/** A line of the control log; its event is `msg`. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface PorticoOptions {
	/** Written beside the configuration (certificates, …): relative path to content. */
	readonly files?: Readonly<Record<string, string>>;
	readonly env?: Readonly<Record<string, string>>;
}

/** A running Portico. Lifetime: its scope, or until {@link stop} or {@link kill}. */
export class Portico {
	/** The folder of its configuration, which is its working directory too. */
	readonly folder: string;
	readonly child: Child;
	/** The port of each listener, in the order of the file. */
	readonly ports: readonly number[];

	constructor(folder: string, child: Child, ports: readonly number[]) {
		this.folder = folder;
		this.child = child;
		this.ports = ports;
	}

	/** The port of the first listener. */
	get port(): number {
		const [port] = this.ports;
		if (port === undefined) throw new Error("it has no listener");
		return port;
	}

	get pid(): number {
		return this.child.pid;
	}

	/** The control log up to now. */
	get log(): LogLine[] {
		return logLines(this.child);
	}

	/** Waits for a line of the control log, which may have come already. */
	async event(name: string, matches: (line: LogLine) => boolean = () => true, milliseconds?: number): Promise<LogLine> {
		return untilEvent(this.child, name, matches, milliseconds);
	}

	signal(signal: NodeJS.Signals): void {
		this.child.signal(signal);
	}

	/** Ends it with SIGTERM, which drains. */
	async stop(milliseconds?: number): Promise<Exit> {
		return this.child.stop(milliseconds);
	}

	async kill(): Promise<void> {
		return this.child.kill();
	}
}

/**
 * Starts the real program and waits until it is ready.
 * @param config the text of portico.yaml, or its content as a value; listeners should have port 0
 * @throws when it ends before that, with all of its output
 */
export async function startPortico(scope: Scope, config: string | object, options: PorticoOptions = {}): Promise<Portico> {
	const text = typeof config === "string" ? config : stringify(config);
	const folder = temporaryFolder(scope, { ...options.files, "portico.yaml": text });
	const child = startNode(scope, [CLI, "run", "-c", join(folder, "portico.yaml")], {
		cwd: folder,
		env: { ...ENVIRONMENT, ...options.env },
	});
	const ready = await untilEvent(child, "ready", () => true, 20_000);
	return new Portico(folder, child, (ready.listeners as string[]).map(portOf));
}

/** Runs one command of the program to its end. */
export async function runPortico(
	scope: Scope,
	args: readonly string[],
	options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Exit & { stdout: string; stderr: string }> {
	const child = startNode(scope, [CLI, ...args], {
		...(options.cwd === undefined ? {} : { cwd: options.cwd }),
		env: { ...process.env, ...options.env },
	});
	const exit = await within(child.exited, () => `the end of portico ${args.join(" ")}; output:\n${child.output}`, 20_000);
	return { ...exit, stdout: child.stdout, stderr: child.stderr };
}

/** Waits for a line of the control log of a running program. */
export async function untilEvent(
	child: Child,
	name: string,
	matches: (line: LogLine) => boolean,
	milliseconds: number = DEFAULT_TIMEOUT,
): Promise<LogLine> {
	const find = () => logLines(child).find((line) => line.msg === name && matches(line));
	return child.until(find, `the event "${name}" in the control log`, milliseconds);
}

/** The complete lines of the control log, which may share its stream with other text: what is not a JSON object is left out. */
function logLines(child: Child): LogLine[] {
	const lines = [child.stdout, child.stderr].flatMap((text) => text.split("\n").slice(0, -1));
	return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
}

/** @param listener `127.0.0.1:8080` or `[::1]:8080` */
function portOf(listener: string): number {
	return Number(listener.slice(listener.lastIndexOf(":") + 1));
}
