/** Error pages of the file: by status and service, for browsers and API clients, also in place of what nodes send. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { field, fieldValues, requestText, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const HTML = "Accept: text/html,*/*;q=0.8";
const files = {
	"404.html": '<h1>{status} {reason}</h1><style>p{color:red}</style><p title="{requestId}">{code} at {host}: {message} {unknown}</p>',
	"5xx.html": "<p>file {status}</p>",
	"5xx.json": '{"status":{status},"code":"{code}","id":"{requestId}"}',
	"own.html": "<p>service {status}</p>",
};
const stage = await openStage(
	{ after },
	{
		services: 2,
		service: (index) =>
			index === 0
				? { errorPages: { "503": "own.html", "4xx": "own.html" }, interceptErrors: [404, "5xx"], affinity: { mode: "cookie" } }
				: {},
		node: (_, service) => (service === 1 ? { state: "disabled" } : {}),
		config: {
			trustedProxies: ["127.0.0.0/8"],
			accessLog: { path: "-", format: "json" },
			errorPages: { "404": "404.html", "5xx": { html: "5xx.html", json: "5xx.json" } },
		},
		portico: { files },
	},
);
const PAGE = "<p>a long page of the node</p>".repeat(20);
const { node } = stage.at(
	0,
	serve(({ target, method }) => {
		const status = Number(target.split("/").at(-1));
		const fields = [
			"Content-Type: text/plain",
			'ETag: "x"',
			"Cache-Control: public",
			"Content-Language: de",
			"Set-Cookie: a=b; Path=/",
			"X-Kept: yes",
		];
		return responseText(status, [...fields, "WWW-Authenticate: Basic"], method === "HEAD" ? "" : PAGE);
	}),
);

async function ask(scope: Scope, target: string, fields: readonly string[] = [HTML], method = "GET") {
	return stage.exchange(scope, requestText(method, target, { host: "localhost", fields }));
}

test("Portico's own errors get the page of the status, then of its class; API clients get JSON", async (t) => {
	const id = 'a"b<script>';
	const unknown = await ask(t, "/nowhere", [HTML, `X-Request-Id: ${id}`]);
	assert.equal(unknown.status, 404);
	assert.deepEqual(
		["content-type", "cache-control", "proxy-status"].map((name) => field(unknown, name)),
		["text/html; charset=utf-8", "no-store", "portico; error=route_not_found"],
	);
	assert.match(
		unknown.body.toString(),
		/^<h1>404 Not Found<\/h1><style>p\{color:red\}<\/style><p title="[\w-]+">route_not_found at localhost: Nothing is served at this path\. \{unknown\}<\/p>$/,
	);
	const lost = await ask(t, "/s1");
	assert.deepEqual([lost.status, lost.body.toString(), field(lost, "retry-after")], [503, "<p>file 503</p>", "5"]);
	const json = JSON.parse((await ask(t, "/s1", ["Accept: application/json", "X-Request-Id: id-7"])).body.toString());
	assert.deepEqual(json, { status: 503, code: "no_eligible_member", id: "id-7" });
	const plain = JSON.parse((await ask(t, "/nowhere", [])).body.toString());
	assert.equal(plain.error, "route_not_found");
	const head = await ask(t, "/nowhere", [HTML], "HEAD");
	assert.deepEqual([head.status, head.body.length, Number(field(head, "content-length")) > 100], [404, 0, true]);
	// Of a service: refused by its rule.
	assert.equal((await ask(t, "/s0/x;y")).body.toString(), "<p>service 400</p>");
});

test("statuses of nodes that are intercepted get the page, if there is one for the client; the rest of the head and the connection stay", async (t) => {
	for (const [status, body] of [
		[404, "<p>service 404</p>"],
		[503, "<p>service 503</p>"],
		[500, "<p>file 500</p>"],
		[403, PAGE],
		[200, PAGE],
	] as const) {
		const response = await ask(t, `/s0/${status}`);
		assert.deepEqual([response.status, response.body.toString()], [status, body]);
		assert.equal(field(response, "x-kept"), "yes");
		assert.ok(fieldValues(response, "set-cookie").length > 0);
		const own = body !== PAGE;
		assert.deepEqual(
			["etag", "content-language", "content-type", "cache-control"].map((name) => field(response, name)),
			own ? [undefined, undefined, "text/html; charset=utf-8", "no-store"] : ['"x"', "de", "text/plain", "public"],
		);
	}
	const json = await ask(t, "/s0/404", ["Accept: application/json"]);
	assert.deepEqual([json.body.toString(), field(json, "etag")], [PAGE, '"x"']);
	const api = await ask(t, "/s0/500", ["Accept: application/json"]);
	assert.equal(JSON.parse(api.body.toString()).code, "http_response_status");
	const head = await ask(t, "/s0/404", [HTML], "HEAD");
	assert.deepEqual([head.status, field(head, "content-length"), head.body.length], [404, String("<p>service 404</p>".length), 0]);
	assert.equal(node.connections.length, 1);
	const line = await stage.logged("/s0/500");
	assert.deepEqual([line.status, line.upstream_status, line.error], [500, 500, null]);
});
