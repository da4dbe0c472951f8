/** One worker and several answer the same, byte for byte except what differs from run to run. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fieldValues, requestText, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

/** A request, and the response that the node gives if it gets that far. */
interface Act {
	readonly what: string;
	readonly request: string;
	readonly answer?: string;
}

const head = (method: string, path: string, ...lines: string[]): string => requestText(method, path, { fields: lines });

const acts: readonly Act[] = [
	{ what: "a plain GET", request: head("GET", "/s0/a?b=c"), answer: responseText(200, ["Content-Type: text/plain"], "hello") },
	{ what: "HEAD", request: head("HEAD", "/s0/a"), answer: "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" },
	{ what: "POST with a length", request: `${head("POST", "/s0/p", "Content-Length: 3")}abc`, answer: responseText(201, [], "made") },
	{
		what: "POST in chunks",
		request: `${head("POST", "/s0/p", "Transfer-Encoding: chunked")}3\r\nabc\r\n0\r\n\r\n`,
		answer: responseText(200, [], "ok"),
	},
	{
		what: "a chunked answer",
		request: head("GET", "/s0/c"),
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
	},
	{ what: "no content", request: head("DELETE", "/s0/d"), answer: "HTTP/1.1 204 Gone\r\n\r\n" },
	{
		what: "a redirect of the node's own origin",
		request: head("GET", "/s0/r"),
		answer: responseText(302, ["Location: https://localhost/x"]),
	},
	{
		what: "cookies",
		request: head("GET", "/s0/k", "Cookie: a=b"),
		answer: responseText(200, ["Set-Cookie: S=1; Path=/; HttpOnly", "Set-Cookie: T=2"], "k"),
	},
	{ what: "an error of the node", request: head("GET", "/s0/e"), answer: responseText(500, [], "oops") },
	{ what: "nonsense from the node", request: head("GET", "/s0/n", "Accept: application/json"), answer: "nonsense\r\n\r\n" },
	{ what: "no route", request: head("GET", "/nowhere", "Accept: text/html") },
	{ what: "a foreign host", request: "GET /s0 HTTP/1.1\r\nHost: evil.test\r\n\r\n" },
	{ what: "a refused path", request: head("GET", "/s0/..;/x") },
	{ what: "TRACE", request: head("TRACE", "/s0") },
	{ what: "no Host", request: "GET /s0 HTTP/1.1\r\n\r\n" },
	{ what: "ambiguous framing", request: head("POST", "/s0", "Content-Length: 3", "Transfer-Encoding: chunked") },
	{ what: "garbage", request: "\x01\x02\x03\r\n\r\n" },
	{ what: "HTTP/1.0", request: "GET /s0 HTTP/1.0\r\nHost: localhost\r\n\r\n", answer: responseText(200, [], "old") },
];

const stages = await Promise.all([1, 2].map((workers) => openStage({ after }, { services: 1, config: { workers } })));
let answer = "";
for (const stage of stages) stage.service(serve(() => answer));

/** Times and ids differ from run to run; everything else must not. */
function steady(raw: Buffer, ids: readonly string[]): string {
	let text = raw.toString("latin1").replace(/^Date: .*$/m, "Date: -");
	for (const id of ids) text = text.replaceAll(id, "ID");
	return text.replaceAll(/[0-9a-f]{12}-[0-9a-z]+/g, "ID");
}

for (const act of acts) {
	test(`one worker and two answer the same: ${act.what}`, async (t) => {
		answer = act.answer ?? "";
		const texts: string[] = [];
		for (const stage of stages) {
			const response = await stage.exchange(t, act.request);
			texts.push(steady(response.raw, fieldValues(response, "x-request-id")));
		}
		assert.equal(texts[1], texts[0]);
		assert.match(texts[0] ?? "", /^HTTP\/1\.1 \d{3} /);
	});
}
