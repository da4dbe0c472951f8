/** docs/reference/metrics.md, from the table of metrics. */
import { BUCKETS_MS, METRICS, type MetricRow } from "../../src/metrics/metrics.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

export function metricsPage(): string {
	const rows = (Object.entries(METRICS) as [string, MetricRow][]).map(([name, { type, labels, help }]) => [
		anchored(name),
		type,
		labels.map((label) => `\`${label}\``).join(", "),
		cell(help),
	]);
	return `# Metrics

${NOTE}

The [admin server](admin-api.md) returns the metrics at \`/metrics\`, in the text format of Prometheus. Names and labels are stable; metrics may be added. Counters start with the process,
add up all worker threads, and survive the crash of a worker. [Monitor](../how-to/monitor.md) has queries and alerts.

${table(["metric", "type", "labels", "description"], rows)}
Upper bounds of the buckets of durations, in seconds: ${BUCKETS_MS.map((ms) => ms / 1000).join(", ")}.
`;
}
