/** The command line: argv, signals, exit codes. Together with cli.ts, which starts it, the only file that touches the process. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { CommanderError } from "commander";
import { createProgram } from "./commands/program.ts";
import type { Process } from "./commands/run.ts";
import { UsageError } from "./commands/usageError.ts";
import { nameSourceLines } from "./log/sourceLines.ts";

/** Exit code: the command line makes no sense. 1 and 2 are answers of commands. */
const USAGE = 3;
/** Exit code: whoever read the output has gone. As a shell tells of SIGPIPE, which Node ignores. */
const CLOSED_PIPE = 141;

nameSourceLines();

for (const stream of [process.stdout, process.stderr])
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "EPIPE") process.exit(CLOSED_PIPE);
		throw error;
	});

const host: Process = {
	env: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
	exit: (code) => process.exit(code),
	command: commandText(process.argv[1] ?? "portico"),
	isTerminal: process.stdout.isTTY === true,
	isLogTerminal: process.stderr.isTTY === true,
	usage: () => {
		const { user, system } = process.cpuUsage();
		return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
	},
	constrainedMemory: () => process.constrainedMemory(),
	onSignal: (signal, listener) => void process.on(signal, listener),
	onLine: (listener) => void createInterface({ input: process.stdin }).on("line", listener),
	isInputTerminal: process.stdin.isTTY === true,
	readSecret: async (question) => {
		if (process.stdin.isTTY) return hiddenAnswerTo(question);
		const input = Buffer.concat(await process.stdin.toArray());
		return input.toString("utf8").replace(/\r?\n$/, "");
	},
	ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? answerTo : null,
};

/** A link or a script starts by itself; what is built starts with any Node that there is, the sources only with this one. */
function commandText(program: string): string {
	const node = program.endsWith(".js") ? ["node"] : program.endsWith(".ts") ? [process.execPath] : [];
	return [...node, program].map((word) => (/^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** What is typed after a question; empty where the input ends. */
function answerTo(question: string): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	lines.question(question, (answer) => {
		resolve(answer);
		lines.close();
	});
	lines.once("close", () => resolve(""));
	return promise;
}

/** As {@link answerTo}, but what is typed is not shown. */
function hiddenAnswerTo(question: string): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	process.stderr.write(question);
	const nowhere = new Writable({ write: (_, __, done) => done() });
	const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
	lines.once("line", (answer) => {
		resolve(answer);
		lines.close();
	});
	lines.once("SIGINT", () => process.exit(130));
	lines.once("close", () => {
		process.stderr.write("\n");
		resolve("");
	});
	return promise;
}

const [asked = ""] = process.argv.slice(2);
try {
	const program = await createProgram(host, asked);
	await program.parseAsync(process.argv);
} catch (error) {
	if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : USAGE);
	host.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
	host.exit(error instanceof UsageError ? USAGE : 1);
}
