/** The bars of the design, held against the findings. */

import type { Measurement } from "../stage.ts";
import type { Findings } from "./statistics.ts";

export interface Bar {
	readonly text: string;
	/** What was found, or null where something it needs was not measured. */
	readonly found: string | null;
	readonly pass: boolean;
}

export function judge(findings: Findings): Bar[] {
	const us = "portico";
	return [
		atMost("HTTP/1.1 plain: at most 1.3 × the better of nginx and HAProxy", findings.ratio("get-plain", us), 1.3, "×"),
		atMost("HTTP/1.1 over TLS: at most 1.6 ×", findings.ratio("get-tls", us), 1.6, "×"),
		atLeast(
			"Apache httpd at least 2.5 × dearer than us, plain",
			quotient(findings.cost("get-plain", "apache"), findings.cost("get-plain", us)),
			2.5,
		),
		atLeast("Large bodies, plain: at least 0.9 × nginx's bytes per second", throughput(findings, "large-plain"), 0.9),
		atLeast("Large bodies, TLS: at least 0.9 × nginx's bytes per second", throughput(findings, "large-tls"), 0.9),
		atMost(
			"10 000 routes cost at most 1.1 × what 10 cost",
			quotient(findings.cost("routes-10k", us), findings.cost("get-plain", us)),
			1.1,
			"×",
		),
		atMost("Idle keep-alive connection, plain: at most 12 KB", kilobytes(findings, "memory-plain"), 12, " KB"),
		atMost("Idle keep-alive connection, TLS: at most 60 KB", kilobytes(findings, "memory-tls"), 60, " KB"),
	];
}

function throughput(findings: Findings, row: string): number | null {
	const rate = (peer: string): number | null => findings.of(row, peer, bytesPerSecond)?.median ?? null;
	return quotient(rate("portico"), rate("nginx"));
}

export function bytesPerSecond(measurement: Measurement): number {
	return measurement.bytes / measurement.seconds;
}

function kilobytes(findings: Findings, row: string): number | null {
	const bytes = findings.memory(row, "portico")?.median;
	return bytes === undefined ? null : bytes / 1000;
}

function quotient(a: number | null, b: number | null): number | null {
	return a === null || b === null ? null : a / b;
}

function atMost(text: string, value: number | null, limit: number, unit: string): Bar {
	return {
		text,
		found: value === null ? null : `${value.toFixed(2)}${unit.startsWith(" ") ? "" : " "}${unit}`,
		pass: value !== null && value <= limit,
	};
}

function atLeast(text: string, value: number | null, limit: number): Bar {
	return { text, found: value === null ? null : `${value.toFixed(2)} ×`, pass: value !== null && value >= limit };
}
