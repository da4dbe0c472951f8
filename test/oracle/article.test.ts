/**
 * The article's Apache configuration on a real Apache httpd beside examples/article.yaml on Portico: the same requests to both. Every
 * difference has to stand in articleDifferences.ts with its reason, and every one that stands there has to occur.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { peer } from "../harness/peers.ts";
import { ANY, DIFFERENCES } from "./articleDifferences.ts";
import { articlePage } from "./articlePage.ts";
import { type ArticleRequest, REQUESTS } from "./articleRequests.ts";
import { type ArticleRig, type Observation, startArticleRig } from "./articleRig.ts";

type Values = readonly [aspect: string, apache: string, portico: string];

const rowsOf = (name: string): Values[] =>
	DIFFERENCES.flatMap(({ rows }) => rows.filter(([request]) => request === name).map(([, ...values]) => values));
const general = rowsOf(ANY);
const used = new Set<Values>();

/** All that differs; of what the node is asked only what both of them asked it. */
function differences(apache: Observation, portico: Observation): Values[] {
	return Object.keys(apache)
		.filter((aspect) => aspect in portico && apache[aspect] !== portico[aspect])
		.map((aspect) => [aspect, apache[aspect] ?? "", portico[aspect] ?? ""]);
}

function sorted(values: readonly Values[]): string[] {
	return values.map((each) => JSON.stringify(each)).sort();
}

/** Checks one request and marks the general rows that it shows. */
async function check(rig: ArticleRig, request: ArticleRequest): Promise<void> {
	const { apache, portico } = await rig.compare(request);
	const own = rowsOf(request.name);
	const found: Values[] = [];
	for (const values of differences(apache, portico)) {
		const isOwn = own.some((row) => String(row) === String(values));
		const row = isOwn ? undefined : general.find((each) => String(each) === String(values));
		if (row === undefined) found.push(values);
		else used.add(row);
	}
	assert.deepEqual(sorted(found), sorted(own));
}

const { skip } = peer("apache");
const rig = skip === false ? await startArticleRig({ after }) : null;

for (const request of REQUESTS) {
	test(`${request.name}: ${request.line}`, { skip }, async () => {
		if (rig !== null) await check(rig, request);
	});
}

test("every difference that any request may show was seen", { skip }, () => {
	assert.deepEqual(
		general.filter((row) => !used.has(row)),
		[],
	);
});

test("names of requests are unique, and those of the table exist", () => {
	const names = REQUESTS.map(({ name }) => name);
	assert.equal(new Set(names).size, names.length);
	const listed = DIFFERENCES.flatMap(({ rows }) => rows.map(([request]) => request));
	assert.deepEqual(
		listed.filter((name) => name !== ANY && !names.includes(name)),
		[],
	);
});

test("docs/reference/apache-differences.md is up to date", () => {
	assert.equal(readFileSync(new URL("../../docs/reference/apache-differences.md", import.meta.url), "utf8"), articlePage());
});
