/** Client connections that carry several requests: keep-alive, pipelining, HTTP/1.0. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Barrier } from "../../harness/barrier.ts";
import { field, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const stage = await openStage({ after }, { services: 15 });
const echoTarget = serve(({ target }) => responseText(200, [], target));
const get = (path: string, version = "1.1", ...fields: string[]): string =>
	[`GET ${path} HTTP/${version}`, "Host: localhost", ...fields, "", ""].join("\r\n");

test("an HTTP/1.1 connection serves one request after another", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	for (const leaf of ["/a", "/b", "/c"]) {
		await client.send(get(path + leaf));
		const response = await client.response();
		assert.equal(response.body.toString(), path + leaf);
		assert.equal(field(response, "connection"), undefined);
	}
	assert.equal(client.ending, null);
});

test("Connection: close is answered with the same, and the connection ends after the response", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	await client.send(get(path, "1.1", "Connection: close"));
	assert.equal(field(await client.response(), "connection"), "close");
	assert.equal(await client.ended(), "end");
});

test("a request after one that said close is not served", async (t) => {
	const { path, node } = stage.service(echoTarget);
	const client = await stage.connect(t);
	await client.send(get(path, "1.1", "Connection: close") + get(`${path}/second`));
	assert.equal((await client.response()).body.toString(), path);
	assert.equal(await client.ended(), "end");
	assert.equal(client.unread.length, 0);
	assert.ok(!node.connections.some(({ received }) => received.includes("/second")));
});

test("HTTP/1.0 without keep-alive ends after the response", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	await client.send(get(path, "1.0"));
	const response = await client.response();
	assert.equal(response.status, 200);
	assert.equal(response.body.toString(), path);
	assert.equal(await client.ended(), "end");
});

test("HTTP/1.0 with keep-alive goes on, and is told so", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	for (const leaf of ["/a", "/b"]) {
		await client.send(get(path + leaf, "1.0", "Connection: keep-alive"));
		const response = await client.response();
		assert.equal(response.body.toString(), path + leaf);
		assert.equal(field(response, "connection"), "keep-alive");
	}
});

test("an HTTP/1.0 client gets a chunked answer without chunks, ended by the connection", async (t) => {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	const { path, node } = stage.service(serve(chunked));
	const client = await stage.connect(t);
	await client.send(get(path, "1.0", "Connection: keep-alive"));
	const response = await client.response();
	assert.equal(response.body.toString(), "abcde");
	assert.equal(field(response, "transfer-encoding"), undefined);
	assert.equal(field(response, "connection"), "close");
	assert.equal(await client.ended(), "end");
	assert.match(node.connections[0]?.received.toString("latin1") ?? "", /^GET \/s\d+ HTTP\/1\.1\r\n/);
});

test("an HTTP/1.0 node's response is relayed, and its connection not used again", async (t) => {
	const { path, node } = stage.service(serve("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
	const client = await stage.connect(t);
	for (let i = 0; i < 2; i++) {
		await client.send(get(path));
		const response = await client.response();
		assert.equal(response.version, "HTTP/1.1");
		assert.equal(response.body.toString(), "ok");
	}
	assert.equal(node.connections.length, 2);
});

test("pipelined requests are answered in order", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	const leaves = Array.from({ length: 200 }, (_, index) => `${path}/${index}`);
	await client.send(leaves.map((leaf) => get(leaf)).join(""));
	for (const leaf of leaves) assert.equal((await client.response()).body.toString(), leaf);
});

test("pipelined requests beyond what is kept in memory are all served", async (t) => {
	const { path } = stage.service(serve(({ target }) => responseText(200, [], target.slice(-20))));
	const client = await stage.connect(t);
	const leaves = Array.from({ length: 400 }, (_, index) => `${path}/${"x".repeat(1000)}/${index}`);
	const sent = client.send(leaves.map((leaf) => get(leaf)).join(""));
	for (const leaf of leaves) assert.equal((await client.response()).body.toString(), leaf.slice(-20));
	await sent;
});

test("a slow first request holds the ones behind it back, also on the node's side", async (t) => {
	const barrier = new Barrier();
	const { path, node } = stage.service(
		serve(async ({ target }) => {
			if (target.endsWith("/slow")) await barrier.meet();
			return responseText(200, [], target);
		}),
	);
	const client = await stage.connect(t);
	await client.send(get(`${path}/slow`) + get(`${path}/fast`));
	const first = await node.connection(0);
	await first.read((unread) => (unread.length === 0 ? 0 : -1), "the slow request taken");
	assert.equal(client.received.length, 0);
	assert.ok(!first.received.includes("/fast"));
	await barrier.meet();
	assert.equal((await client.response()).body.toString(), `${path}/slow`);
	assert.equal((await client.response()).body.toString(), `${path}/fast`);
	assert.equal(node.connections.length, 1);
});

test("a request pipelined behind a body is told from the body, with a length and in chunks", async (t) => {
	const { path } = stage.service(serve(({ method, body }) => responseText(200, [], `${method} ${body}`)));
	const client = await stage.connect(t);
	const post = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n`;
	await client.send(
		`${post}Content-Length: 5\r\n\r\nGET /${get(path)}${post}Transfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n${get(path)}`,
	);
	const bodies = [];
	for (let i = 0; i < 4; i++) bodies.push((await client.response()).body.toString());
	assert.deepEqual(bodies, ["POST GET /", "GET ", "POST GET ", "GET "]);
});

test("a refusal among pipelined requests is answered in its place, and what follows it is served", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	await client.send(get(`${path}/a`) + get("/nowhere") + get(`${path}/b`));
	assert.equal((await client.response()).body.toString(), `${path}/a`);
	assert.equal((await client.response()).status, 404);
	assert.equal((await client.response()).body.toString(), `${path}/b`);
});

test("a client that ends its side after its requests gets all the responses", async (t) => {
	const { path } = stage.service(echoTarget);
	const client = await stage.connect(t);
	await client.send(get(`${path}/a`) + get(`${path}/b`) + get(`${path}/c`));
	client.end();
	for (const leaf of ["/a", "/b", "/c"]) assert.equal((await client.response()).body.toString(), path + leaf);
	assert.equal(await client.ended(), "end");
});

test("requests arrive whole however they are cut", async (t) => {
	const { path } = stage.service(serve(({ method, body }) => responseText(200, [], `${method} ${body}`)));
	const client = await stage.connect(t);
	const post = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
	await client.sendInPieces(post + get(path), 1);
	assert.equal((await client.response()).body.toString(), "POST abc");
	assert.equal((await client.response()).body.toString(), "GET ");
});

test("a POST that had to wait for the node's connection does not stop its own", async (t) => {
	const { path } = stage.service(serve(({ method }) => responseText(200, [], method)));
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc`);
	assert.equal((await client.response()).body.toString(), "POST");
	await client.send(get(path));
	assert.equal((await client.response()).body.toString(), "GET");
});
