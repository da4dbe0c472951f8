/** docs/reference/apache-differences.md, from the same tables that article.test.ts holds against a real Apache. */
import { ANY, DIFFERENCES, type DifferenceRow } from "./articleDifferences.ts";
import { type ArticleRequest, REQUESTS } from "./articleRequests.ts";

const INTRODUCTION = `# Differences from the article's Apache configuration

<!-- Generated from \`test/oracle/articleDifferences.ts\` by scripts/generateDocs.ts: change that, not this file. -->

The article's two Apache configurations (\`test/fixtures/article/\`) run on a real Apache httpd, and \`examples/article.yaml\` runs on Portico, in front
of the same nodes. A test sends ${REQUESTS.length} requests to both. It compares the responses (status, Location, Set-Cookie, Content-Type and other
headers) and the requests at the nodes (path, Host, forwarding headers and body). This page lists all differences. \`test/oracle/article.test.ts\` fails for
a difference that is missing here, and for one that does not occur.

"from apim 8280" is the port of the node that responded. A bare status is the proxy's own response.
`;

export function articlePage(): string {
	const sections = DIFFERENCES.map(({ title, why, rows }) => `## ${title}\n\n${why}\n\n${table(rows)}`);
	const differing = new Set(DIFFERENCES.flatMap(({ rows }) => rows.map(([request]) => request)));
	const same = REQUESTS.filter(({ name }) => !differing.has(name));
	return [
		INTRODUCTION,
		...sections,
		`## The same in both\n\nExcept for the differences in ${ANY}:\n\n${same.map(listed).join("\n")}\n`,
	].join("\n");
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
