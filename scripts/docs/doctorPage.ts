/** docs/reference/doctor.md, from the table of checks. */
import { CHECKS } from "../../src/doctor/catalogue.ts";
import type { Check } from "../../src/doctor/check.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

const INTRODUCTION = `# Doctor checks

${NOTE}

\`portico doctor\` checks a running deployment: through Portico, as a client sees it, and each node directly. [Troubleshoot](../how-to/troubleshoot.md#run-the-doctor) shows how to use
it. [Commands](cli.md#portico-doctor) lists its options. This page lists every check and every finding.

For every problem, the doctor prints the evidence, the reason why it matters, and the lines that fix it: of \`deployment.toml\` (Identity Server from 5.9, API Manager from 3.0), of the
XML files of older versions, or of portico.yaml. The lines suit the version that the nodes report. If they report none, or different ones, the \`version\` of the service counts.

## Severities and exit codes

| severity | meaning | exit code |
| --- | --- | --- |
| advice | it works; something could be better | 0 |
| warning | it works, but will not always | 1 |
| error | something does not work, or is publicly accessible | 2 |

The worst finding decides the exit code. It is 0 if there is none. It is 3 if nothing could be checked: the configuration has problems, the arguments are wrong, or no target of the
selected checks responded.

Accept findings that you know and do not want to fix. The report shows them last with their reason, and they do not count for the exit code:

\`\`\`yaml
doctor:
  accept:
    - { finding: hsts.missing, service: is, reason: "the load balancer in front adds it" }
\`\`\`

## JSON report

\`--json\` prints one object. These fields are stable; fields may be added.

| field | value |
| --- | --- |
| \`version\` | 1 |
| \`file\`, \`public\`, \`time\` | the configuration file, the public origin, the time of the report |
| \`exitCode\`, \`counts\` | the exit code; the number of findings by severity |
| \`findings\` | the findings, worst first, each with \`id\`, \`severity\`, \`service\`, \`nodes\`, \`what\`, \`evidence\`, \`why\`, \`remedies\` and \`accepted\` (the reason, or null) |
| \`findings[].evidence\` | pairs of \`request\` and \`result\` |
| \`findings[].remedies\` | fixes, each with \`file\`, \`lines\` and \`note\` |
| \`skipped\` | checks that were not possible: \`check\`, \`about\`, \`reason\` |
| \`byHand\` | checks that are possible only on the nodes: \`check\`, \`service\`, \`nodes\`, \`what\`, \`why\`, \`lines\` |
`;

export function doctorPage(): string {
	return [INTRODUCTION, ...CHECKS.map(section)].join("\n");
}

function section({ id, description, kinds }: Check): string {
	const rows = Object.entries(kinds).map(([kind, { severity, what, why, fix }]) => [
		anchored(kind),
		severity,
		`${cell(what)} ${cell(why)}`,
		cell(fix),
	]);
	const findings = rows.length === 0 ? "" : `\n${table(["finding", "severity", "what and why", "fix"], rows)}`;
	return `## \`${id}\`\n\n${description}\n${findings}`;
}
