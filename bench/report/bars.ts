/**
 * The bars of the design, compared with the findings. Ratios are of CPU time, to the better of nginx and
 * HAProxy in the same run, unless the text says otherwise.
 */

import { rows } from "../rows.ts";
import type { Measurement } from "../stage.ts";
import type { Findings } from "./statistics.ts";

export interface Bar {
	readonly text: string;
	/** What was found, or null where something it needs was not measured. */
	readonly found: string | null;
	/** Bar for now and bar for the end; "" if they are the same. */
	readonly next: string;
	readonly last: string;
	/** Null: there is no bar for now, and the last one is not reached yet. */
	readonly pass: boolean | null;
}

const US = "portico";
/** Ratio of a product route to a plain route of Portico. */
const PRODUCT_LIMIT = 1.15;

export function judge(findings: Findings): Bar[] {
	const ratio = (row: string): number | null => findings.ratio(row, US);
	return [
		atMost("`get-plain`", ratio("get-plain"), 1.25, 1),
		userTime(findings),
		...productBars(findings),
		atMost("`get-tls`", ratio("get-tls"), 1.3, 0.95),
		atMost("`large-tls`", ratio("large-tls"), 1.1, 0.7),
		atLeast("`large-tls`: bytes per second, of nginx's", throughput(findings, "large-tls"), 0.9),
		atLeast("`large-plain`: bytes per second, of nginx's", throughput(findings, "large-plain"), 0.9),
		atMost("`tls-full`", ratio("tls-full"), 1.15, 1.05),
		atMost("`tls-resumed`", ratio("tls-resumed"), 1.15, 1.05),
		atMost("`routes-10k`, of our `get-plain`", quotient(findings.cost("routes-10k", US), findings.cost("get-plain", US)), 1.1, 1.05),
		atMost("`memory-plain`", kilobytes(findings, "memory-plain"), 12, null, " KB"),
		atMost("`memory-tls`", kilobytes(findings, "memory-tls"), 45, null, " KB"),
	];
}

/** At most 1.6 times nginx's and 1 µs. */
function userTime(findings: Findings): Bar {
	const ours = findings.of("get-plain", US, (m) => m.user)?.median ?? null;
	const theirs = findings.of("get-plain", "nginx", (m) => m.user)?.median ?? null;
	const limit = theirs === null ? null : 1.6 * theirs + 1;
	return {
		text: "`get-plain`: user time, 1.6 × nginx's and 1 µs",
		found: ours === null || limit === null ? null : `${ours.toFixed(1)} µs`,
		next: limit === null ? "" : `≤ ${limit.toFixed(1)} µs`,
		last: "",
		pass: ours !== null && limit !== null && ours <= limit,
	};
}

/** A product route that rewrites nothing may cost 1.15 times a plain one. In the end each must cost no more than with the peers. */
function productBars(findings: Findings): Bar[] {
	return rows
		.filter((row) => row.rewrites !== undefined)
		.flatMap((row) => {
			const peers = atMost(`\`${row.name}\``, findings.ratio(row.name, US), null, 1);
			if (row.twin === undefined) return [peers];
			const ours = quotient(findings.cost(row.name, US), findings.cost(row.twin, US));
			return [atMost(`\`${row.name}\`, of our \`${row.twin}\``, ours, PRODUCT_LIMIT, null), peers];
		});
}

function throughput(findings: Findings, row: string): number | null {
	const rate = (peer: string): number | null => findings.of(row, peer, bytesPerSecond)?.median ?? null;
	return quotient(rate(US), rate("nginx"));
}

export function bytesPerSecond(measurement: Measurement): number {
	return measurement.bytes / measurement.seconds;
}

function kilobytes(findings: Findings, row: string): number | null {
	const bytes = findings.memory(row, US)?.median;
	return bytes === undefined ? null : bytes / 1000;
}

export function quotient(a: number | null, b: number | null): number | null {
	return a === null || b === null ? null : a / b;
}

function atMost(text: string, value: number | null, next: number | null, last: number | null, unit = ""): Bar {
	const shown = (limit: number | null): string => (limit === null ? "" : `≤ ${limit}${unit}`);
	const isWithin = (limit: number | null): boolean => value !== null && limit !== null && value <= limit;
	return {
		text,
		found: value === null ? null : `${value.toFixed(2)}${unit}`,
		next: shown(next),
		last: shown(last),
		pass: next === null ? isWithin(last) || null : isWithin(next),
	};
}

function atLeast(text: string, value: number | null, limit: number): Bar {
	return { text, found: value === null ? null : value.toFixed(2), next: `≥ ${limit}`, last: "", pass: value !== null && value >= limit };
}
