import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { commandVersion } from "../peers/versions.ts";

/** The machine and its system, as lines of a list. */
export function systemLines(): string[] {
	const distribution = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown system";
	return [
		`${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
		`${distribution}, Linux ${release()}, ${commandVersion("openssl", ["version"], /OpenSSL \S+/)} (Node brings its own: ${process.versions.openssl})`,
	];
}

/** The same and the tools. */
export function machineLines(): string[] {
	return [
		...systemLines(),
		`Load by ${commandVersion("wrk", ["-v"], /wrk \S+/)} and a TLS client of ours on Node ${process.versions.node}; load average at the start ${loadavg()[0]?.toFixed(2)}`,
	];
}
