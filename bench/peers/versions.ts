import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Null if the command is there, else how to get it. */
export function missingCommand(command: string): string | null {
	const found = spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
	return found ? null : `${command} is not installed (scripts/setup-peers installs it)`;
}

/** The part of a command's version text that `pattern` matches; some print it on standard error. */
export function commandVersion(command: string, args: readonly string[], pattern: RegExp): string {
	const run = spawnSync(command, args, { encoding: "utf8" });
	return pattern.exec(`${run.stdout ?? ""}\n${run.stderr ?? ""}`)?.[0] ?? `${command} (version unknown)`;
}

/** `name version` of a package installed under bench/. */
export function packageVersion(name: string): string {
	const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
	const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
	const version = typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "?";
	return `${name} ${version}`;
}
