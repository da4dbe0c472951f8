/**
 * How many functions of ours one request calls, and how many files it crosses: an instrumented copy of a
 * build serves single requests, and counts. See README.md.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killAll, stopAll } from "../children.ts";
import { installDependencies } from "../dependencies.ts";
import { startOrigin } from "../origin/origin.ts";
import { makeCertificate } from "../scene.ts";
import { callsPage, type Figures, type FunctionTable, summary } from "./page.ts";
import { Replay } from "./replay.ts";
import { requests } from "./requests.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const BEFORE = join(here, "before.json");
const PAGE = join(here, "../calls.md");

const HELP = `npm run bench:calls -- [options]
  --dist DIR    the build to count in, a file for each source (default: compiled from the sources)
  --before      keep the figures as those that later ones are compared with (bench/calls/before.json)
  --detail      print every function with its calls
Writes bench/calls.md.
`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			dist: { type: "string" },
			before: { type: "boolean", default: false },
			detail: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
	});
	if (values.help) {
		process.stdout.write(HELP);
		return;
	}
	const problem = installDependencies();
	if (problem !== null) throw new Error(problem);
	const dir = mkdtempSync(join(tmpdir(), "portico-calls-"));
	process.on("exit", () => {
		killAll();
		rmSync(dir, { recursive: true, force: true });
	});
	try {
		const build = values.dist === undefined ? compiled(join(dir, "compiled")) : resolve(values.dist);
		const instrumenter = join(here, "instrument.mjs");
		const table: FunctionTable = JSON.parse(
			execFileSync(process.execPath, [instrumenter, build, join(dir, "copy")], { encoding: "utf8", maxBuffer: 1 << 26 }),
		);
		const origin = await startOrigin(join(dir, "origin"));
		const world = { dir, originPort: origin.port, nodes: origin.nodes, certificate: makeCertificate(dir) };
		const found: Figures[] = [];
		for (const request of requests) {
			const replay = await Replay.open(world, join(dir, "copy/dist/src/cli.js"), request);
			try {
				const figures = summary(request, await replay.count(), table);
				found.push(figures);
				process.stdout.write(`${request.title}: ${figures.files} files, ${figures.calls} calls, ${figures.between} from file to file\n`);
				if (values.detail) process.stdout.write(`${figures.detail.join("\n")}\n\n`);
			} finally {
				await replay.close();
			}
		}
		if (values.before)
			writeFileSync(
				BEFORE,
				`${JSON.stringify(
					found.map(({ detail: _, ...figures }) => figures),
					null,
					"\t",
				)}\n`,
			);
		const before: readonly Omit<Figures, "detail">[] = existsSync(BEFORE) ? JSON.parse(readFileSync(BEFORE, "utf8")) : [];
		writeFileSync(PAGE, callsPage(found, before, new Date().toISOString().slice(0, 10)));
		process.stdout.write(`\nwritten: ${PAGE}\n`);
	} finally {
		await stopAll();
	}
}

/** A file for each source, unlike dist/: the counts name files. */
function compiled(to: string): string {
	const root = join(here, "../..");
	execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json"), "--outDir", to], {
		stdio: "inherit",
	});
	return to;
}

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
main().catch((error: unknown) => {
	process.stderr.write(`bench:calls: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
