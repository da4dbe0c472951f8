/** Cost of product routes compared with plain routes, for each build of Portico in the run. */

import { rows } from "../rows.ts";
import { quotient } from "./bars.ts";
import type { Findings } from "./statistics.ts";

const BUILDS = ["portico", "portico-base"];

const REWRITTEN = { nothing: "nothing", head: "Location and Set-Cookie", body: "the body" };

/** "" where no product row was measured. */
export function productSection(findings: Findings): string {
	const lines = BUILDS.flatMap((build) =>
		rows.flatMap((row) => {
			const cost = findings.cost(row.name, build);
			if (row.rewrites === undefined || cost === null) return [];
			const toPlain = quotient(cost, findings.cost("get-plain", build));
			const twin = row.twin === undefined ? null : findings.cost(row.twin, build);
			const cells = [
				build,
				`\`${row.name}\``,
				REWRITTEN[row.rewrites],
				cost.toFixed(1),
				ratio(toPlain),
				twin?.toFixed(1) ?? "",
				ratio(quotient(cost, twin)),
			];
			return [`| ${cells.join(" | ")} |`];
		}),
	);
	if (lines.length === 0) return "";
	return [
		"## Product routes and plain routes",
		"",
		"`get-plain` has one header field each way. The _same request_ has the same bytes as the product's, over a plain route of the same process: what its ratio shows is the product alone. Bar where nothing is rewritten: 1.15.",
		"",
		"| | row | rewritten | CPU µs | of `get-plain` | same request, plain route | ratio |",
		"| --- | --- | --- | ---: | ---: | ---: | ---: |",
		...lines,
	].join("\n");
}

function ratio(value: number | null): string {
	return value === null ? "" : value.toFixed(2);
}
