/** docs/doctor.md, from the table of checks. */
import { CHECKS } from "../src/doctor/catalogue.ts";
import type { Check } from "../src/doctor/check.ts";

const INTRODUCTION = `# The doctor

NOTE

\`portico doctor\` examines a live estate: through Portico as a client sees it, and behind it, each node by itself. It tells what is wrong, what it saw, why it
matters, and the lines that mend it: of \`deployment.toml\` (Identity Server from 5.9, API Manager from 3.0), of the XML files of older versions, or of portico.yaml. Which, goes by the
version that the nodes say they are; where they do not, or differ, by the \`version\` of the service.

\`\`\`sh
portico doctor -c portico.yaml
portico doctor -c portico.yaml --json --skip hsts,session.local
portico doctor -c portico.yaml --resolve 10.0.0.5:443 --service is --only oidc
portico doctor -c portico.yaml --tenant acme.com --tenant beta.com
\`\`\`

Run it on the host of Portico, where the nodes' ports can be reached. It connects to the first TLS listener of the file; \`--resolve\` names another address for the public side, such as that of a load
balancer before Portico, or where the listeners take the PROXY protocol.

- **It opens nothing and changes nothing.** It sends GET requests, without passwords or tokens. Nodes make what they make for any visitor: a session, a login under way that nobody ends. The first login at a portal
  registers the portal, also where the doctor is the first.
- **It is bounded.** Eight questions at a time, each at most \`--timeout\` (5s), at most 512 KiB of an answer; a port that takes no connection in that time, or leaves three questions unanswered, is
  not asked again. Of redirects only those of a login are followed, one step, to the public side or the same node. Whatever a node answers, the doctor ends; what could not be asked stands at the end of the report, so
  silence is never taken for health.
- **It shows no secrets.** Values of cookies and of query parameters are left out.
- Requests to nodes have the public \`Host\`, since WSO2 may keep the first one that it sees.

| exit code | means |
| --- | --- |
| 0 | nothing, or advice |
| 1 | warnings: it works, but will not always |
| 2 | errors: something does not work, or stands open |
| 3 | it could not look: the configuration has problems, the arguments are wrong, or no check that was chosen had anybody who answered |

\`--json\` prints one object: \`version\` (1), \`file\`, \`public\`, \`time\`, \`exitCode\`, \`counts\` by severity, \`findings\` (worst first, each with \`id\`, \`severity\`, \`service\`, \`nodes\`, \`what\`, \`seen\` as pairs of
\`asked\` and \`got\`, \`why\`, and \`remedies\` with \`file\`, \`lines\` and \`note\`), \`unasked\` (\`check\`, \`about\`, \`reason\`), and
\`byHand\`: what only somebody on the nodes can find out (\`check\`, \`service\`, \`nodes\`, \`what\`, \`why\`, \`lines\`). These fields stay; more may come.

\`--only\` and \`--skip\` take the id of a check or of a finding. \`--tenant NAME\` has what is below \`/t/NAME\` looked at too: issuer, endpoints, SAML metadata, login and recovery pages, their cookies.
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
