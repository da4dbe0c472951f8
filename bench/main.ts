/** Portico side by side with its peers: same origin, same routes, same machine, same minutes. See README.md for the method. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { killAll, LOAD_CORE, stopAll } from "./children.ts";
import { installDependencies } from "./dependencies.ts";
import { assertWrkOffer } from "./load/tlsClient.ts";
import { type Options, readOptions } from "./options.ts";
import { startOrigin } from "./origin/origin.ts";
import { apache } from "./peers/apache.ts";
import { article } from "./peers/article.ts";
import { caddy } from "./peers/caddy.ts";
import { fastifyHttpProxy } from "./peers/fastifyHttpProxy.ts";
import { haproxy } from "./peers/haproxy.ts";
import { httpProxy3 } from "./peers/httpProxy3.ts";
import { nginx } from "./peers/nginx.ts";
import type { Peer } from "./peers/peer.ts";
import { portico, porticoBase, staleBuild } from "./peers/portico.ts";
import { missingCommand } from "./peers/versions.ts";
import { machineLines } from "./report/machine.ts";
import { resultsPage } from "./report/markdown.ts";
import { ratioPlot } from "./report/plot.ts";
import { Findings } from "./report/statistics.ts";
import { DATA_PATH_ROWS, memoryRows, rows } from "./rows.ts";
import { makeCertificate } from "./scene.ts";
import { Session } from "./session.ts";

const knownPeers: readonly Peer[] = [portico, nginx, haproxy, caddy, apache, article, httpProxy3, fastifyHttpProxy];
const here = fileURLToPath(new URL(".", import.meta.url));

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
	const rowNames = [...rows, ...memoryRows].map((row) => row.name);
	const options = readOptions(
		process.argv.slice(2),
		rowNames,
		DATA_PATH_ROWS,
		knownPeers.map((peer) => peer.name),
		here,
	);
	if (typeof options === "string") {
		process.stdout.write(options);
		return;
	}
	requireTools();
	const peers = options.base === null ? knownPeers : [...knownPeers, porticoBase(options.base)];
	const warnings = [installDependencies(), staleBuild()].filter((warning) => warning !== null);
	for (const warning of warnings) say(`!!! ${warning}`);
	const machine = machineLines();
	spawnSync("taskset", ["-a", "-p", "-c", String(LOAD_CORE), String(process.pid)]);

	const dir = mkdtempSync(join(tmpdir(), "portico-bench-"));
	// Apache's child runs as another user and must get in.
	chmodSync(dir, 0o755);
	process.on("exit", () => {
		killAll();
		rmSync(dir, { recursive: true, force: true });
	});
	try {
		const certificate = makeCertificate(dir);
		await assertWrkOffer(certificate);
		const origin = await startOrigin(join(dir, "origin"));
		const session = new Session({ dir, originPort: origin.port, nodes: origin.nodes, certificate }, options, say);
		await session.run(peers);
		report(session, peers, options, machine, warnings);
	} finally {
		await stopAll();
	}
}

function report(session: Session, peers: readonly Peer[], options: Options, machine: readonly string[], warnings: readonly string[]): void {
	const findings = new Findings(session.cells);
	const plot = `${options.name}.svg`;
	const run = {
		findings,
		peers: peers.filter((peer) => options.peers?.includes(peer.name) ?? true),
		absent: session.absent,
		machine,
		rounds: options.rounds,
		seconds: options.seconds,
		warnings,
		plot,
		date: new Date().toISOString().slice(0, 10),
	};
	writeFileSync(join(options.out, plot), ratioPlot(findings));
	const page = join(options.out, `${options.name}.md`);
	writeFileSync(page, resultsPage(run));
	say(`\nwritten: ${page}`);
	const broken = session.cells.filter((cell) => cell.broken !== null);
	if (broken.length === 0) return;
	say(`!!! not measured, or not to the end: ${broken.map(({ row, peer }) => `${row} ${peer}`).join(", ")}`);
	process.exitCode = 1;
}

function requireTools(): void {
	const missing = ["nginx", "wrk", "openssl", "taskset", "setpriv"].map(missingCommand).filter((problem) => problem !== null);
	if (missing.length > 0) throw new Error(missing.join("; "));
	if (availableParallelism() < 2) throw new Error("two cores are needed: one for the proxy, one for the load");
}

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
main().catch((error: unknown) => {
	process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
