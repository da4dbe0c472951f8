/** docs/reference/apache-differences.md, from the same tables that article.test.ts holds against a real Apache. */
import { ANY, DIFFERENCES, type DifferenceRow } from "./articleDifferences.ts";
import { type ArticleRequest, REQUESTS } from "./articleRequests.ts";

const INTRODUCTION = `# Differences to the article's Apache configuration

<!-- Generated from \`test/oracle/articleDifferences.ts\` by scripts/generateDocs.ts: change that, not this file. -->

The article's two Apache configurations (\`test/fixtures/article/\`) run on a real Apache httpd beside \`examples/article.yaml\` on Portico, in front
of the same nodes. ${REQUESTS.length} requests go to both. What comes back and what the nodes see is compared: status, Location, Set-Cookie, Content-Type and
other fields of the response; path, Host, forwarding fields and body of the request. Below is all that differs; \`test/oracle/article.test.ts\` fails for
a difference that is not here, and for one that is here and does not occur.

"from apim 8280" is the node's port that answered; a status alone is the proxy's own response.
`;

export function articlePage(): string {
	const sections = DIFFERENCES.map(({ title, why, rows }) => `## ${title}\n\n${why}\n\n${table(rows)}`);
	const differing = new Set(DIFFERENCES.flatMap(({ rows }) => rows.map(([request]) => request)));
	const same = REQUESTS.filter(({ name }) => !differing.has(name));
	return [INTRODUCTION, ...sections, `## The same in both\n\nBut for what differs in ${ANY}:\n\n${same.map(listed).join("\n")}\n`].join(
		"\n",
	);
}

function table(rows: readonly DifferenceRow[]): string {
	const lines = rows.map(([name, aspect, apache, portico]) => `| ${described(name)} | ${aspect} | ${cell(apache)} | ${cell(portico)} |`);
	return `| request | what | Apache | Portico |\n| --- | --- | --- | --- |\n${lines.join("\n")}\n`;
}

function described(name: string): string {
	const request = REQUESTS.find((each) => each.name === name);
	return request === undefined ? name : `${name}: ${code(request.line)}`;
}

function listed(request: ArticleRequest): string {
	return `- ${request.name}: ${code(request.line)}${request.answer?.[1] === undefined ? "" : `, node's response ${code(answered(request))}`}`;
}

function answered({ answer = [200] }: ArticleRequest): string {
	return answer.join("; ");
}

function cell(text: string): string {
	return text === "" ? "none" : code(text);
}

function code(text: string): string {
	return `\`${text.replaceAll("|", "\\|")}\``;
}
