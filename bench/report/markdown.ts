/** results.md */

import type { Peer } from "../peers/peer.ts";
import type { MemoryRow, Row } from "../rows/row.ts";
import { memoryRows, rows } from "../rows.ts";
import { FOREIGN_LIMIT } from "../session.ts";
import { type Bar, bytesPerSecond, judge } from "./bars.ts";
import { productSection } from "./products.ts";
import type { Findings, Spread } from "./statistics.ts";

const BARS =
	"Ratios of CPU time, to the better of nginx and HAProxy, unless the line says otherwise. _Next_ is the bar for now, _then_ the one for the end.";

export interface Run {
	readonly findings: Findings;
	readonly peers: readonly Peer[];
	readonly absent: readonly (readonly [name: string, reason: string])[];
	readonly machine: readonly string[];
	readonly rounds: number;
	readonly seconds: number;
	/** Things the reader must know before believing the figures. */
	readonly warnings: readonly string[];
	/** File name of the plot beside it. */
	readonly plot: string;
	readonly date: string;
}

export function resultsPage(run: Run): string {
	const sections = [
		"# Portico beside its peers",
		`Written by \`npm run bench\` on ${run.date}: medians of ${run.rounds} interleaved rounds of ${run.seconds} s, lowest and highest in brackets. How it is measured: [README.md](README.md).`,
		...[...run.warnings, ...disturbance(run.findings)].map((warning) => `> **Careful:** ${warning}`),
		`![CPU time per request, as ratios](${run.plot})`,
		`## Bars\n\n${BARS}\n\n${barTable(run.findings)}`,
		productSection(run.findings),
		...rows.filter((row) => run.findings.peers(row.name).length > 0).map((row) => rowSection(run.findings, row)),
		...memoryRows.filter((row) => run.findings.peers(row.name).length > 0).map((row) => memorySection(run.findings, row)),
		`## Machine and versions\n\n${list([...run.machine, ...run.peers.filter((peer) => peer.missing() === null).map((peer) => `\`${peer.name}\`: ${peer.describe()}`), ...run.absent.map(([name, reason]) => `\`${name}\` was left out: ${reason}`)])}`,
	];
	return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function disturbance(findings: Findings): string[] {
	const all = findings.all();
	const disturbed = all.filter((m) => m.foreign > FOREIGN_LIMIT).length;
	return disturbed === 0
		? []
		: [`in ${disturbed} of ${all.length} measurements other programs used more than a tenth of the proxy's core.`];
}

function barTable(findings: Findings): string {
	const lines = judge(findings).map(
		(bar) => `| ${bar.text} | ${bar.found ?? "not measured"} | ${bar.next} | ${bar.last} | ${verdict(bar)} |`,
	);
	return ["| | found | next | then | |", "| --- | ---: | ---: | ---: | --- |", ...lines].join("\n");
}

function verdict({ found, pass }: Bar): string {
	if (found === null) return "–";
	return pass === null ? "later" : pass ? "pass" : "**fail**";
}

function rowSection(findings: Findings, row: Row): string {
	const isLarge = row.unit === "MiB";
	const head = `| | CPU µs per ${row.unit} | user | system | ratio | ${isLarge ? "MiB/s" : `${row.unit}s/s`} | p50 ms | p99 ms | core | errors |`;
	const lines = findings.peers(row.name).map((peer) => {
		const cell = findings.cell(row.name, peer);
		if (cell === undefined || cell.measurements.length === 0)
			return `| ${peer} | ${short(cell?.broken ?? "not measured")} | | | | | | | | |`;
		const of = (value: Parameters<Findings["of"]>[2]): Spread | null => findings.of(row.name, peer, value);
		const rate = of(isLarge ? (m) => bytesPerSecond(m) / 1048576 : (m) => m.completed / m.seconds)?.median;
		const errors = cell.measurements.reduce((sum, m) => sum + m.errors, 0);
		const columns = [
			peer,
			bracketed(of((m) => m.micros)),
			of((m) => m.user)?.median.toFixed(1) ?? "",
			of((m) => m.system)?.median.toFixed(1) ?? "",
			ratioText(findings.ratio(row.name, peer)),
			rate?.toFixed(0) ?? "",
			decimals(of((m) => m.p50)?.median),
			decimals(of((m) => m.p99)?.median),
			`${(100 * (of((m) => m.busy)?.median ?? 0)).toFixed(0)} %`,
			`${errors}${cell.broken === null ? "" : ` (stopped: ${short(cell.broken)})`}`,
		];
		return `| ${columns.join(" | ")} |`;
	});
	return [`## ${row.title}`, "", head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", ...lines].join("\n");
}

function memorySection(findings: Findings, row: MemoryRow): string {
	const lines = findings.peers(row.name).map((peer) => {
		const found = findings.memory(row.name, peer);
		const text =
			found === null
				? short(findings.cell(row.name, peer)?.broken ?? "not measured")
				: bracketed({ median: found.median / 1000, min: found.min / 1000, max: found.max / 1000 });
		return `| ${peer} | ${text} |`;
	});
	return [`## ${row.title} (${row.connections} of them)`, "", "| | KB (1000 bytes) of resident set |", "| --- | ---: |", ...lines].join(
		"\n",
	);
}

function list(lines: readonly string[]): string {
	return lines.map((line) => `- ${line}`).join("\n");
}

function short(text: string, length = 160): string {
	const line = (text.split("\n")[0] ?? "").replaceAll("|", "\\|").trim();
	return line.length <= length ? line : `${line.slice(0, length)} …`;
}

function bracketed(found: Spread | null): string {
	return found === null ? "" : `${found.median.toFixed(1)} [${found.min.toFixed(1)}–${found.max.toFixed(1)}]`;
}

function ratioText(ratio: number | null): string {
	return ratio === null ? "" : ratio.toFixed(2);
}

function decimals(value: number | undefined): string {
	return value === undefined || Number.isNaN(value) ? "" : value.toFixed(2);
}
