/** What the access log says about exchanges that did not go as planned. The formats themselves are tested beside their source. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import type { LogLine } from "../../harness/portico.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";

const stage = await openStage({ after }, { services: 9, config: { accessLog: { path: "-", format: "json" }, limits: STREAMED } });

/** What the line of the path must say; checked in the end, since the log is written in batches. */
const expected = new Map<string, LogLine>();

test("a plain exchange", async (t) => {
	const { path } = stage.service(serve(responseText(201, [], "hello")));
	await stage.exchange(t, `POST ${path} HTTP/1.1\r\nHost: LOCALHOST:80\r\nUser-Agent: x\r\nContent-Length: 3\r\n\r\nabc`);
	expected.set(path, {
		method: "POST",
		protocol: "HTTP/1.1",
		scheme: "http",
		host: "localhost",
		status: 201,
		bytes: 5,
		bytes_in: 3,
		service: "s0",
		member: "n0-0/http",
		attempts: 1,
		phase: "relayed",
		error: null,
		rule: null,
		upstream_status: 201,
		user_agent: "x",
		client: "127.0.0.1",
	});
});

test("a client that leaves before the response: 499", async (t) => {
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path));
	await (await node.connection(0)).request();
	client.reset();
	await (await node.connection(0)).ended();
	expected.set(path, { status: 499, error: "client_gone", upstream_status: null, phase: "sent", attempts: 1, bytes: 0 });
});

test("a client that leaves after a whole body, which had to wait for the node's connection: 499", async (t) => {
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody`);
	const upstream = await node.connection(0);
	await upstream.request();
	client.reset();
	await upstream.ended();
	expected.set(path, { status: 499, error: "client_gone", bytes_in: 4, phase: "sent" });
});

test("a client that leaves in its own request's body: 499", async (t) => {
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome`);
	await (await node.connection(0)).readUntil("some");
	client.end();
	await (await node.connection(0)).ended();
	expected.set(path, { status: 499, error: "client_gone", bytes_in: 4, phase: "connected" });
});

test("a client that leaves in the middle of the response: the status that was sent, and client_gone", async (t) => {
	const { path, node } = stage.service(serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("some");
	client.reset();
	await (await node.connection(0)).ended();
	expected.set(path, { status: 200, error: "client_gone", upstream_status: 200, bytes: 4 });
});

test("refusals of ours", async (t) => {
	const { path } = stage.service();
	await stage.exchange(t, get("/nowhere"));
	expected.set("/nowhere", { status: 404, error: "route_not_found", rule: "path.unknown", member: null, attempts: 0, phase: "admitted" });
	await stage.exchange(t, get(`${path}/a/..;/x`));
	expected.set(`${path}/a/..;/x`, { status: 400, error: "path_refused", service: "s5", attempts: 0 });
	const page = await stage.exchange(t, `GET ${path}/elsewhere HTTP/1.1\r\nHost: evil\r\n\r\n`);
	assert.match(page.body.toString(), /"This host is not served here\. The request was for evil:80\."/);
	const told = await stage.portico.event("host_unknown");
	assert.match(String(told.cause), /^request for evil:80; served here: localhost:80$/);
	assert.deepEqual([told.client, told.code], ["127.0.0.1", "misdirected_request"]);
	expected.set(`${path}/elsewhere`, { status: 421, error: "misdirected_request", rule: "host.unknown", host: "evil" });
});

test("a request that cannot be read is logged with its first line", async (t) => {
	await stage.exchange(t, "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n");
	const find = () => stage.portico.log.find((line) => line.request_line === "GET /a b HTTP/1.1");
	const line = await stage.portico.child.until(find, "the line of the bad request");
	assert.deepEqual([line.status, line.error, line.method, line.phase], [400, "http_request_error", null, "received"]);
});

test("secrets in the query are masked", async (t) => {
	const { path } = stage.service(serve(responseText(200)));
	await stage.exchange(t, get(`${path}?code=s3cr3t&x=1`));
	const find = () => stage.portico.log.find((line) => typeof line.path === "string" && line.path.startsWith(`${path}?`));
	const line = await stage.portico.child.until(find, "the line of the masked request");
	assert.ok(!JSON.stringify(line).includes("s3cr3t"));
	assert.match(String(line.path), /x=1$/);
});

test("every line says what was expected of it, and there is one for each exchange", async () => {
	for (const [path, fields] of expected) {
		const line = await stage.logged(path);
		const said = Object.fromEntries(Object.keys(fields).map((key) => [key, line[key]]));
		assert.deepEqual(said, { ...fields }, path);
		assert.equal(stage.portico.log.filter((each) => each.path === path).length, 1);
	}
});
