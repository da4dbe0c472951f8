/** Pages of Portico's own when nodes are down, slow or broken: for browsers and for programs, and nothing in them about the inside. */
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { defaultSwitches } from "../../../estate/switches.ts";
import { field, type RawResponse } from "../../harness/message.ts";
import { startFront, startNodes } from "../routes/front.ts";

const BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const PROGRAM = "Accept: application/json";
/** Names and addresses of the inside: the node, its ports, loopback, the products. */
const INSIDE = /is-1|apim-1|localhost|127\.0\.0\.1|:\d{4,5}\b|servlet|wso2/i;

const nodes = await startNodes({ after });
const front = await startFront({ after }, nodes, {
	is: { routes: [{ path: "/samlsso", timeouts: { firstByte: "200ms" } }] },
	config: { responseHeaders: { "X-Frame-Options": "DENY" } },
});

beforeEach(() => {
	Object.assign(nodes.is.switches, defaultSwitches());
});

function assertError(response: RawResponse, status: number, code: string): void {
	assert.equal(response.status, status);
	assert.equal(field(response, "proxy-status"), `portico; error=${code}`);
	assert.equal(field(response, "cache-control"), "no-store");
	assert.equal(field(response, "server"), undefined);
	assert.doesNotMatch(response.raw.toString("latin1").replace(/^(?:Date|Proxy-Status):.*$/gm, ""), INSIDE);
}

test("a node that breaks off is an error page for a browser", async (t) => {
	nodes.is.switches.garbage = true;
	const { response } = await front.ask(t, "is", "/is-oauth2/token", { fields: [BROWSER] });
	assertError(response, 502, "http_protocol_error");
	assert.match(field(response, "content-type") ?? "", /^text\/html/);
	assert.match(response.body.toString(), /<title>502 Bad Gateway<\/title>/);
	assert.match(response.body.toString(), /http_protocol_error/);
});

test("and JSON for a program, with the same code and the id that the log has", async (t) => {
	nodes.is.switches.garbage = true;
	for (const fields of [[PROGRAM], [], ["Accept: */*"]]) {
		const { response } = await front.ask(t, "is", "/is-oauth2/token", { fields });
		assertError(response, 502, "http_protocol_error");
		assert.equal(field(response, "content-type"), "application/json");
		const { error, requestId } = JSON.parse(response.body.toString()) as { error: string; requestId: string };
		assert.equal(error, "http_protocol_error");
		const isLogged = () => front.accessLog.find((line) => line.request_id === requestId);
		const line = await front.portico.child.until(isLogged, "its line in the access log");
		assert.deepEqual([line.error, line.status, line.member], ["http_protocol_error", 502, "is-1/servlet"]);
	}
});

test("a node that does not answer in time is 504", async (t) => {
	nodes.is.switches.halfDead = true;
	const { response } = await front.ask(t, "is", "/is-samlsso", { fields: [BROWSER] });
	assertError(response, 504, "http_response_timeout");
});

test("a response that breaks off in its middle is cut, not made whole", async (t) => {
	nodes.is.switches.closeMidBody = true;
	const client = await front.connect(t);
	await client.send("GET /is-oauth2/token HTTP/1.1\r\nHost: sso.example.com\r\n\r\n");
	assert.match(await client.readUntil("\r\n\r\n"), /^HTTP\/1\.1 200 /);
	await client.ended();
	assert.ok(client.unread.length < 1000);
});

test("the node's own errors are the node's", async (t) => {
	nodes.is.switches.failing = true;
	const { response } = await front.ask(t, "is", "/is-oauth2/token");
	assert.deepEqual([response.status, field(response, "proxy-status"), response.body.length], [500, undefined, 0]);
});

test("refusals are pages of the same kind", async (t) => {
	for (const [path, status, code] of [
		["/is-carbon/", 403, "http_request_denied"],
		["/nothing", 404, "route_not_found"],
		["/is-samlsso;x", 400, "path_refused"],
	] as const) {
		const page = (await front.ask(t, "is", path, { fields: [BROWSER] })).response;
		assertError(page, status, code);
		assert.match(field(page, "content-type") ?? "", /^text\/html/);
		const json = (await front.ask(t, "is", path, { fields: [PROGRAM] })).response;
		assert.equal((JSON.parse(json.body.toString()) as { error: string }).error, code);
		const head = (await front.ask(t, "is", path, { method: "HEAD", fields: [PROGRAM] })).response;
		assert.deepEqual([head.status, head.body.length], [status, 0]);
		assert.equal(field(head, "content-length"), field(json, "content-length"));
	}
});

test("a product whose nodes are down is an error page at once; the other one goes on", async (t) => {
	await nodes.apim.close();
	for (const path of ["/apim-devportal/", "/apim-echo/1.0.0"]) {
		const { response } = await front.ask(t, "apim", path, { fields: [BROWSER] });
		assert.ok(response.status === 502 || response.status === 503, String(response.status));
		assertError(response, response.status, response.status === 502 ? "connection_refused" : "no_eligible_member");
	}
	assert.equal((await front.ask(t, "is", "/is-samlsso")).response.status, 302);
});
