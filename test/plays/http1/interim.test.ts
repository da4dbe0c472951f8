/** Interim answers (1xx) and Expect. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, responseText } from "../../harness/message.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{ services: 16, config: { accessLog: { path: "-", format: "json" }, limits: STREAMED }, route: () => ({ maxBody: "1KiB" }) },
);
const twoNodes = await openStage({ after }, { services: 1, nodes: 2, route: () => ({ retry: { statuses: [503] } }) });
const OK = responseText(200, [], "ok");
const ask = (path: string, version = "1.1"): string => `GET ${path} HTTP/${version}\r\nHost: localhost\r\n\r\n`;
const expecting = (path: string, expectation = "100-continue", length = 5): string =>
	`POST ${path} HTTP/1.1\r\nHost: localhost\r\nExpect: ${expectation}\r\nContent-Length: ${length}\r\n\r\n`;

test("interim responses are relayed before the final one, without framing", async (t) => {
	const { path } = stage.service(serve(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: b\r\nServer: x\r\n\r\n${OK}`));
	const client = await stage.connect(t);
	await client.send(ask(path));
	const response = await client.response();
	assert.deepEqual(
		response.informational.map(({ status }) => status),
		[102, 103],
	);
	assert.deepEqual(response.informational[1]?.headers, [["X-A", "b"]]);
	assert.equal(response.body.toString(), "ok");
});

test("Link of 103 Early Hints is mapped to the public origin", async (t) => {
	const service = stage.service(
		serve(
			() => `HTTP/1.1 103 Early Hints\r\nLink: <http://127.0.0.1:${service.node.port}${service.path}/app.css>; rel=preload\r\n\r\n${OK}`,
		),
	);
	const client = await stage.connect(t);
	await client.send(ask(service.path));
	const [hints] = (await client.response()).informational;
	assert.equal(hints && field(hints, "link"), `<http://localhost${service.path}/app.css>; rel=preload`);
});

test("an interim response is relayed when it comes, not with the final one", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
		await connection.readUntil("never", 60_000);
	});
	const client = await stage.connect(t);
	await client.send(ask(path));
	assert.match(await client.readUntil("\r\n\r\n"), /^HTTP\/1\.1 103 /);
});

test("ten interim responses pass", async (t) => {
	const { path } = stage.service(serve("HTTP/1.1 102 Processing\r\n\r\n".repeat(10) + OK));
	const client = await stage.connect(t);
	await client.send(ask(path));
	const response = await client.response();
	assert.equal(response.status, 200);
	assert.equal(response.informational.length, 10);
});

test("the eleventh is a flood: 502, the node's connection is not used again, the client's is", async (t) => {
	const { path, node } = stage.service(
		serve((_request, _connection, number) => (number === 0 ? "HTTP/1.1 102 P\r\n\r\n".repeat(11) + OK : OK)),
	);
	const client = await stage.connect(t);
	await client.send(ask(`${path}/flood`));
	const response = await client.response();
	assert.equal(response.status, 502);
	assert.equal((await stage.logged(`${path}/flood`)).error, "informational_flood");
	await (await node.connection(0)).ended();
	await client.send(ask(path));
	assert.equal((await client.response()).status, 502);
	assert.equal(node.connections.length, 2);
});

test("the limit counts for each attempt: what a failed one sent is not held against the next", async (t) => {
	const six = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(6);
	let asked = 0;
	const both = serve(() => (asked++ === 0 ? six + responseText(503, [], "no") : six + OK));
	const { path } = twoNodes.service(both, both);
	const response = await twoNodes.exchange(t, ask(path));
	assert.equal(response.status, 200);
	assert.equal(response.informational.length, 12);
});

test("an HTTP/1.0 client gets no interim responses", async (t) => {
	const { path } = stage.service(serve(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`));
	const response = await stage.exchange(t, ask(path, "1.0"));
	assert.equal(response.status, 200);
	assert.equal(response.informational.length, 0);
});

test("100 Continue comes from Portico, once a member has the head; the node sees no Expect", async (t) => {
	const { path, node } = stage.service(serve(({ body }) => responseText(200, [], `got ${body}`)));
	const client = await stage.connect(t);
	await client.send(expecting(path));
	assert.equal(await client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
	const upstream = await node.connection(0);
	await client.send("hello");
	assert.equal((await client.response("POST")).body.toString(), "got hello");
	assert.ok(!/expect/i.test(upstream.received.toString("latin1")));
});

test("a node's own 100 does not reach the client a second time", async (t) => {
	const { path } = stage.service(serve(`HTTP/1.1 100 Continue\r\n\r\n${OK}`));
	const client = await stage.connect(t);
	await client.send(expecting(path));
	await client.readUntil("\r\n\r\n");
	await client.send("hello");
	const response = await client.response("POST");
	assert.equal(response.status, 200);
	assert.equal(response.informational.length, 0);
});

test("a body that did not wait gets no 100", async (t) => {
	const { path } = stage.service(serve(OK));
	const client = await stage.connect(t);
	await client.send(`${expecting(path)}hello`);
	const response = await client.response("POST");
	assert.equal(response.status, 200);
});

for (const [what, target, length, status] of [
	["an unknown path", "/nowhere", 5, 404],
	["a body over the route's limit", "", 2000, 413],
] as const) {
	test(`${what} is refused without 100, and the connection ends since the body may or may not come`, async (t) => {
		const { path, node } = stage.service(serve(OK));
		const client = await stage.connect(t);
		await client.send(expecting(target === "" ? path : target, "100-continue", length));
		const response = await client.response("POST");
		assert.equal(response.status, status);
		assert.equal(response.informational.length, 0);
		assert.equal(field(response, "connection"), "close");
		assert.equal(await client.ended(), "end");
		assert.equal(node.connections.length, 0);
	});
}

test("no member, no 100", async (t) => {
	const { path, node } = stage.service();
	await node.close();
	const response = await stage.exchange(t, expecting(path));
	assert.equal(response.status, 502);
	assert.equal(response.informational.length, 0);
});

for (const expectation of ["x-unknown", "y 100-continue", "100-continue, x", "100"]) {
	test(`Expect: ${expectation} is answered with 417 and reaches nobody`, async (t) => {
		const { path, node } = stage.at(0, serve(OK));
		const before = node.connections.map(({ received }) => received.length);
		const response = await stage.exchange(t, expecting(path, expectation));
		assert.equal(response.status, 417);
		assert.equal(field(response, "connection"), "close");
		assert.deepEqual(
			node.connections.map(({ received }) => received.length),
			before,
		);
	});
}
