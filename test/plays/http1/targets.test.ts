/** Forms of the request target that are served, and Host values that mean us. What is refused stands in test/conformance. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, requestText, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const stage = await openStage({ after }, { services: 1 });
const { path } = stage.at(
	0,
	serve(({ target, headers }) => responseText(200, [], `${target} ${headers.find(([name]) => name === "Host")?.[1]}`)),
);
const ask = (target: string, host = "localhost", method = "GET"): string => requestText(method, target, { host });

for (const [name, request, seen] of [
	["absolute-form of our own host", ask(`http://localhost${path}/a?b=c`), `${path}/a?b=c localhost`],
	["absolute-form in capitals", ask(`HTTP://LOCALHOST${path}`), `${path} localhost`],
	["absolute-form with the default port", ask(`http://localhost:80${path}`), `${path} localhost`],
	["Host in capitals", ask(path, "LocalHost"), `${path} localhost`],
	["Host with the default port", ask(path, "localhost:80"), `${path} localhost`],
	["Host with a trailing dot", ask(path, "localhost."), `${path} localhost`],
	["a query with anything a URL may hold", ask(`${path}?a=%2F;b=/?@:!$&'()*+,~`), `${path}?a=%2F;b=/?@:!$&'()*+,~ localhost`],
] as const) {
	test(`${name} is served; the node gets path and canonical Host`, async (t) => {
		const response = await stage.exchange(t, request);
		assert.equal(response.status, 200);
		assert.equal(response.body.toString(), seen);
	});
}

test("OPTIONS with a path passes to the node: browsers ask it before they call an API", async (t) => {
	assert.equal((await stage.exchange(t, ask(path, "localhost", "OPTIONS"))).status, 200);
});

test("OPTIONS * asks about Portico itself, whatever host it names", async (t) => {
	for (const host of ["localhost", "10.0.0.1"]) {
		const response = await stage.exchange(t, ask("*", host, "OPTIONS"));
		assert.deepEqual([response.status, response.body.length], [200, 0]);
		assert.match(field(response, "allow") ?? "", /\bGET\b.*\bPOST\b/);
	}
});

test("an unknown method passes to the node", async (t) => {
	assert.equal((await stage.exchange(t, ask(path, "localhost", "REPORT"))).status, 200);
});

test("a refused method is told which ones there are", async (t) => {
	const response = await stage.exchange(t, ask(path, "localhost", "TRACE"));
	assert.equal(response.status, 405);
	assert.match(field(response, "allow") ?? "", /\bGET\b.*\bPOST\b/);
});

test("an empty line before a request is tolerated, as old clients end a body with one", async (t) => {
	const client = await stage.connect(t);
	await client.send(`${ask(path)}\r\n${ask(path)}`);
	assert.equal((await client.response()).status, 200);
	assert.equal((await client.response()).status, 200);
});

test("a refusal that leaves no doubt about bytes keeps the connection", async (t) => {
	const client = await stage.connect(t);
	await client.send(ask(path, "evil.example") + ask("/nowhere") + ask(path, "localhost", "TRACE") + ask(path));
	const statuses = [];
	for (let i = 0; i < 4; i++) statuses.push((await client.response()).status);
	assert.deepEqual(statuses, [421, 404, 405, 200]);
});
