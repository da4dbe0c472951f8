/** docs/doctor.md, from the table of checks. */
import { CHECKS } from "../src/doctor/catalogue.ts";
import type { Check } from "../src/doctor/check.ts";

const INTRODUCTION = `# The doctor

NOTE

\`portico doctor\` checks a running deployment: through Portico as a client sees it, and each node directly. For every problem it prints the evidence, why it matters, and the
lines that fix it: of \`deployment.toml\` (Identity Server from 5.9, API Manager from 3.0), of the XML files of older versions, or of portico.yaml. The lines suit the version that
the nodes report. If they report none, or different ones, the \`version\` of the service counts.

\`\`\`sh
portico doctor -c portico.yaml
portico doctor -c portico.yaml --json --skip hsts,session.local
portico doctor -c portico.yaml --resolve 10.0.0.5:443 --service is --only oidc
portico doctor -c portico.yaml --tenant acme.com --tenant beta.com
\`\`\`

Run it on the host of Portico, where the nodes' ports can be reached. It connects to the first TLS listener of the file. \`--resolve\` sets another address for the public side, such as that of a load
balancer in front of Portico. Set it if every listener requires the PROXY protocol.

- **It opens nothing and changes nothing.** It sends GET requests, without passwords or tokens. Nodes create what they create for any anonymous user: a session, and a login that is never finished. The first login at a portal
  registers the portal, even if it is the doctor's.
- **It is bounded.** It sends at most eight requests at a time, waits at most \`--timeout\` (5s) for each, and reads at most 512 KiB of a response. A port that accepts no connection in that time, or
  times out three times in a row, gets no further requests. Only redirects of a login are followed, one step, to the public side or the same node. The doctor ends whatever a node sends. What it skipped is listed at
  the end of the report, so a missing response never looks like health.
- **It shows no secrets.** Values of cookies and of query parameters are left out.
- Requests to nodes have the public \`Host\`, since WSO2 may keep the first one that it sees.

| exit code | means |
| --- | --- |
| 0 | nothing, or advice |
| 1 | warnings: it works, but will not always |
| 2 | errors: something does not work, or is publicly accessible |
| 3 | nothing could be checked: the configuration has problems, the arguments are wrong, or no target of the selected checks responded |

Accept findings that you know and cannot fix in the configuration. The report shows them last with their reason, and they do not count for the exit code:

\`\`\`yaml
doctor:
  accept:
    - { finding: hsts.missing, service: is, reason: "the load balancer in front adds it" }
\`\`\`

\`--json\` prints one object: \`version\` (1), \`file\`, \`public\`, \`time\`, \`exitCode\`, \`counts\` by severity, \`findings\` (worst first, each with \`id\`, \`severity\`, \`service\`, \`nodes\`, \`what\`, \`evidence\` as pairs of
\`request\` and \`result\`, \`why\`, \`remedies\` with \`file\`, \`lines\` and \`note\`, and \`accepted\`, the reason or null), \`skipped\` (what could not be checked: \`check\`, \`about\`, \`reason\`), and
\`byHand\` (what can only be checked on the nodes: \`check\`, \`service\`, \`nodes\`, \`what\`, \`why\`, \`lines\`). These fields stay; fields may be added.

\`--only\` and \`--skip\` take the id of a check or of a finding. \`--tenant NAME\` also checks what is below \`/t/NAME\`: issuer, endpoints, SAML metadata, login and recovery pages, their cookies.
`;

export function doctorPage(note: string): string {
	return [INTRODUCTION.replace("NOTE", note), "## Checks\n", ...CHECKS.map(section)].join("\n");
}

function section({ id, description, kinds }: Check): string {
	const rows = Object.entries(kinds).map(
		([kind, { severity, what, why, fix }]) => `| \`${kind}\` | ${severity} | ${cell(what)} ${cell(why)} | ${cell(fix)} |`,
	);
	if (rows.length === 0) return `### \`${id}\`\n\n${description}\n`;
	return `### \`${id}\`\n\n${description}\n\n| finding | severity | what and why | fix |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function cell(text: string): string {
	return text.replaceAll("|", "\\|");
}
