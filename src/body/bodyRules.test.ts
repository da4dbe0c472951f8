import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import type { PorticoError } from "../errors.ts";
import { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, type RequestHead, type ResponseHead } from "../http/message.ts";
import type { Plan } from "../plan/plan.ts";
import { BodyRules, type ResponsePlan, withoutFraming } from "./bodyRules.ts";

type Fields = readonly (readonly [string, string])[];

const route = routePlan({ rewriteBodies: true });
const planWith = (pagePaths: readonly string[]): Plan => planOf([servicePlan({ pagePaths })], [route, routePlan()]);
const rulesOf = (plan: Plan): BodyRules => BodyRules.build(plan).get(route) as BodyRules;
const rules = rulesOf(planWith(["/commonauth"]));

const request = (...fields: Fields): RequestHead => ({
	method: "GET",
	target: "/is-authenticationendpoint/login.do",
	version: 1,
	headers: HeaderList.of(...fields),
});
const response = (status: number, ...fields: Fields): ResponseHead => ({
	status,
	reason: "OK",
	version: 1,
	headers: HeaderList.of(...fields),
});
const HOST = "sso.example.com";
const HTML = ["Content-Type", "text/html"] as const;

function answer(head: ResponseHead, body = 5000, asked: RequestHead = request()): ResponsePlan {
	return rules.answer(head, body, asked, HOST, "/authenticationendpoint/login.do");
}

test("only routes that rewrite have rules", () => {
	const plan = planWith([]);
	assert.deepEqual([...BodyRules.build(plan).keys()], [route]);
});

test("a page is followed from the place of its own path", () => {
	const plan = answer(response(200, HTML));
	assert.equal(plan.body, BODY_CHUNKED);
	assert.equal(plan.rewriting?.push(Buffer.from('<form action="../commonauth">'))?.toString(), '<form action="/is-commonauth">');
});

test("a signed document keeps what was rewritten already, however late its signature comes", () => {
	const xml = '<a href="https://localhost:9443/commonauth"/>';
	const run = (text: string, size: number): string => {
		const { rewriting } = answer(response(200, ["Content-Type", "application/xml"]));
		const out: Buffer[] = [];
		for (let at = 0; at < text.length; at += size) out.push(Buffer.from(rewriting?.push(Buffer.from(text.slice(at, at + size))) ?? ""));
		return Buffer.concat([...out, rewriting?.end() ?? Buffer.alloc(0)]).toString();
	};
	const changed = '<a href="https://sso.example.com/is-commonauth"/>';
	for (const size of [1, 7, 1000]) {
		assert.equal(run(`<r>${xml}${xml}</r>`, size), `<r>${changed}${changed}</r>`);
		for (const signed of [
			`<r>${xml}<ds:Signature Id="a"/></r>`,
			`<EntityDescriptor>${xml}</EntityDescriptor>`,
			`<r>${xml}<Signature>x</Signature>${xml}</r>`,
		]) {
			assert.equal(run(signed, size), signed);
		}
	}
});

/** @returns what comes out for these chunks, or null where the document is broken off */
function sendXml(own: BodyRules, target: string, chunks: Iterable<string>): string | null {
	const { rewriting } = own.answer(response(200, ["Content-Type", "application/xml"]), BODY_CHUNKED, request(), HOST, target);
	let out = "";
	try {
		for (const chunk of chunks) out += rewriting?.push(Buffer.from(chunk)) ?? "";
	} catch (error) {
		assert.equal((error as PorticoError).code, "http_response_signed_late");
		return null;
	}
	return out + (rewriting?.end() ?? "");
}

test("a document of any size is rewritten, unless it names what signs documents", () => {
	const own = rulesOf(planWith(["/commonauth"]));
	const [from, to] = ['<a href="https://localhost:9443/commonauth"/>', '<a href="https://sso.example.com/is-commonauth"/>'];
	const long = (link: string, before: string): string[] => [before, link, ...Array(80).fill(" ".repeat(65_536)), link, "</r>"];
	assert.equal(sendXml(own, "/x", long(from, "<r>")), long(to, "<r>").join(""));
	for (const name of ["http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2009/xmldsig11#", "urn:oasis:names:tc:SAML:1.0:assertion"]) {
		const signed = [...long(from, `<r xmlns:x="${name}">`), "<x:Signature>", from];
		assert.equal(sendXml(own, "/x", signed), signed.join(""));
	}
});

test("a signature after the first MiB breaks the document off, and the next time it stays as it is", () => {
	const own = rulesOf(planWith(["/commonauth"]));
	const link = '<a href="https://localhost:9443/commonauth"/>';
	const document = ["<r>", link, ...Array(40).fill(" ".repeat(65_536)), "<Signa", "ture>", link];
	assert.equal(sendXml(own, "/late?a=1", document), null);
	assert.equal(sendXml(own, "/late?a=2", document), document.join(""));
	assert.equal(sendXml(own, "/other", document), null);
});

test("answers without a whole body that may be changed are left alone", () => {
	for (const plan of [
		answer(response(204, HTML), 0),
		answer(response(304, HTML), 0),
		answer(response(206, HTML, ["Content-Range", "bytes 0-9/10"])),
		answer(response(200, HTML), 0),
		answer(response(200, HTML), 0, { ...request(), method: "HEAD" }),
		answer(response(200, HTML, ["Cache-Control", "max-age=1, no-transform"])),
		answer(response(200, HTML, ["Content-Encoding", "gzip, br"])),
		answer(response(200, ["Content-Type", "image/png"])),
		answer(response(200)),
	]) {
		assert.equal(plan.rewriting, null);
	}
	assert.equal(answer(response(404, HTML)).rewriting === null, false);
});

test("the response to HEAD has the fields of that to GET, but for a length that is the node's", () => {
	const gzip = request(["Accept-Encoding", "gzip"]);
	const head: RequestHead = { ...gzip, method: "HEAD" };
	for (const length of ["5000", "500"]) {
		const page = response(200, HTML, ["Content-Length", length], ["ETag", '"a"'], ["Accept-Ranges", "bytes"]);
		const got = answer(page, Number(length), gzip);
		const asked = answer(page, 0, head);
		assert.deepEqual(asked.head.headers.toPairs(), got.head.headers.toPairs());
		assert.deepEqual([asked.body, asked.rewriting, asked.encode, asked.head.headers.has("content-length")], [0, null, null, false]);
	}
	const image = answer(response(200, ["Content-Type", "image/png"], ["Content-Length", "5"]), 0, head);
	assert.equal(image.head.headers.get("content-length"), "5");
	const unchanged = answer(response(304, ["Content-Length", "5000"]), 0, gzip);
	assert.equal(unchanged.head.headers.has("content-length"), false);
});

test("pages that tell nobody where they are tell it to their own origin, where requests may lack the prefix", () => {
	const page = Buffer.from('<head><meta name="referrer" content="no-referrer"></head>');
	const closed = ["Referrer-Policy", "no-referrer"] as const;
	const prefixed = routePlan({ rewriteBodies: true, bare: true });
	const bareRules = BodyRules.build(planOf([servicePlan()], [prefixed])).get(prefixed) as BodyRules;
	const seen = (own: BodyRules, type: string): unknown[] => {
		const { head, rewriting } = own.answer(response(200, ["Content-Type", type], closed), 5000, request(), HOST, "/myaccount/");
		const out = Buffer.concat([rewriting?.push(page) ?? page, rewriting?.end() ?? Buffer.alloc(0)]);
		return [head.headers.get("referrer-policy"), out.includes("same-origin")];
	};
	assert.deepEqual(seen(bareRules, "text/html"), ["same-origin", true]);
	assert.deepEqual(seen(bareRules, "text/javascript"), ["no-referrer", false]);
	assert.deepEqual(seen(rules, "text/html"), ["no-referrer", false]);
	const later = (own: BodyRules, status: number): string | undefined =>
		own.answer(response(status, closed, ["ETag", '"a"']), 0, request(), HOST, "/myaccount/").head.headers.get("referrer-policy");
	assert.deepEqual([later(bareRules, 304), later(bareRules, 204), later(rules, 304)], ["same-origin", "no-referrer", "no-referrer"]);
});

test("a client gets a coding that it takes, but not for a few bytes", () => {
	const gzip = request(["Accept-Encoding", "gzip, deflate"]);
	assert.equal(answer(response(200, HTML), 5000, gzip).encode, "gzip");
	assert.equal(answer(response(200, HTML), BODY_CHUNKED, gzip).encode, "gzip");
	assert.equal(answer(response(200, HTML), 500, gzip).encode, null);
	assert.equal(answer(response(200, HTML), 5000).encode, null);
	const coded = answer(response(200, HTML, ["Content-Encoding", "br"]), 500, gzip);
	assert.deepEqual([coded.decode, coded.encode], ["br", "gzip"]);
	assert.equal(coded.head.headers.get("content-encoding"), "gzip");
	assert.equal(answer(response(200, HTML, ["Content-Encoding", "br"]), 500).head.headers.get("content-encoding"), undefined);
});

test("Vary says Accept-Encoding once, and never less than the node said", () => {
	const vary = (value: string): string[] => answer(response(200, HTML, ["Vary", value])).head.headers.all("vary");
	assert.deepEqual(vary("Origin"), ["Origin", "Accept-Encoding"]);
	assert.deepEqual(vary("origin, accept-encoding"), ["origin, accept-encoding"]);
	assert.deepEqual(vary("*"), ["*"]);
});

test("fields about the very bytes go", () => {
	const fields: Fields = [
		["Content-MD5", "x"],
		["Digest", "x"],
		["Content-Digest", "x"],
		["Repr-Digest", "x"],
		["Accept-Ranges", "bytes"],
	];
	assert.deepEqual(
		answer(response(200, HTML, ...fields, ["X-Other", "y"]))
			.head.headers.toPairs()
			.map(([name]) => name),
		["Content-Type", "X-Other", "Vary"],
	);
});

test("the node sees its own tags again, and none from before a change of the rules", () => {
	const tag = answer(response(200, HTML, ["ETag", '"a"'])).head.headers.get("etag") ?? "";
	const weak = answer(response(200, HTML, ["ETag", 'W/"b"'])).head.headers.get("etag") ?? "";
	const sent = (own: BodyRules, ...fields: Fields): HeaderList => own.request(request(...fields)).headers;
	assert.equal(sent(rules, ["If-None-Match", `"x", ${tag}, ${weak}`]).get("if-none-match"), '"a", W/"b"');
	assert.equal(sent(rules, ["If-None-Match", "*"]).get("if-none-match"), "*");
	assert.equal(sent(rules, ["If-Match", `"x", ${tag}`]).get("if-match"), '"x", "a"');
	// Without its condition a change would be made that nobody asked for.
	assert.equal(sent(rules, ["If-Match", "8d2f"]).get("if-match"), "8d2f");
	assert.equal(sent(rules, ["If-None-Match", "8d2f"]).has("if-none-match"), false);
	const other = sent(rulesOf(planWith(["/samlsso"])), ["If-None-Match", tag], ["If-Modified-Since", "x"]);
	assert.deepEqual([other.has("if-none-match"), other.has("if-modified-since")], [false, false]);
	assert.equal(sent(rules, ["If-None-Match", tag], ["If-Modified-Since", "x"]).get("if-modified-since"), "x");
	assert.equal(sent(rules, ["If-Modified-Since", "x"]).has("if-modified-since"), false);
});

test("a response that has only a date is tagged by it, and the node is asked by it", () => {
	const stamp = "Sun, 22 Nov 2026 10:00:00 GMT";
	const dated = ["Last-Modified", stamp] as const;
	const tag = answer(response(200, HTML, dated)).head.headers.get("etag") ?? "";
	assert.match(tag, /^W\/"\d+~d\w+"$/);
	assert.equal(answer(response(200, ["Content-Type", "image/png"], dated)).head.headers.get("etag"), tag.replace("~d", "~D"));
	const later = ["Last-Modified", "Sun, 22 Nov 2026 10:00:01 GMT"] as const;
	assert.notEqual(answer(response(200, HTML, later)).head.headers.get("etag"), tag);
	const asks = (own: BodyRules, ...fields: Fields): (string | undefined)[] => {
		const { headers } = own.request(request(...fields));
		return [headers.get("if-none-match"), headers.get("if-modified-since")];
	};
	const since = ["If-Modified-Since", "x"] as const;
	assert.deepEqual(asks(rules, ["If-None-Match", tag], since), [undefined, stamp]);
	assert.deepEqual(asks(rules, ["If-None-Match", `"x", ${tag}`]), [undefined, stamp]);
	assert.deepEqual(asks(rulesOf(planWith(["/samlsso"])), ["If-None-Match", tag], since), [undefined, undefined]);
	const unchanged = answer(response(304, dated), 0, request(["If-None-Match", tag]));
	assert.equal(unchanged.head.headers.get("etag"), tag);
	assert.equal(answer(response(304), 0, request()).head.headers.has("etag"), false);
	for (const fields of [["Last-Modified", "yesterday"] as const, ["Last-Modified", "Sun, 22 Nov 1826 10:00:00 GMT"] as const])
		assert.equal(answer(response(200, HTML, fields)).head.headers.has("etag"), false);
	assert.equal(answer(response(404, HTML, dated)).head.headers.has("etag"), false);
});

test("an image's tag is marked too and stays strong; a 304 repeats what the client has", () => {
	const image = answer(response(200, ["Content-Type", "image/png"], ["ETag", '"a"'])).head.headers.get("etag") ?? "";
	const page = answer(response(200, HTML, ["ETag", '"a"'])).head.headers.get("etag") ?? "";
	assert.match(image, /^"a~S/);
	assert.equal(page, `W/${image.replace("~S", "~s")}`);
	for (const tag of [image, page]) {
		assert.equal(answer(response(304, ["ETag", '"a"']), 0, request(["If-None-Match", tag])).head.headers.get("etag"), tag);
	}
});

test("a 304 has the fields that its 200 had: tag, Vary, and the node's own (RFC 9110 section 15.4.5)", () => {
	const shared: Fields = [
		["Cache-Control", "max-age=60"],
		["Content-Location", "/x"],
		["Expires", "Sun, 22 Nov 2026 10:00:00 GMT"],
		["Vary", "Origin"],
	];
	const kept = ["etag", "vary", "cache-control", "content-location", "expires"];
	const seen = ({ head }: ResponsePlan): string[][] => kept.map((key) => head.headers.all(key));
	const types = [HTML, ["Content-Type", "image/png"], ["Content-Type", "text/css"]] as const;
	const validators: readonly Fields[] = [[["ETag", '"a"']], [["ETag", 'W/"a"']], [["Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT"]], []];
	for (const type of types) {
		for (const validator of validators) {
			const first = answer(response(200, type, ...validator, ...shared));
			const tag = first.head.headers.get("etag") ?? "";
			const asked = request(["If-None-Match", `"from-elsewhere", ${tag}`], ["Accept-Encoding", "gzip"]);
			if (tag !== "") assert.deepEqual(seen(answer(response(304, ...validator, ...shared), 0, asked)), seen(first), `${type[1]} ${tag}`);
			// A node may leave the tag out.
			if (tag !== "") assert.deepEqual(seen(answer(response(304, ...shared), 0, asked)), seen(first), `${type[1]} ${tag}, untold`);
		}
	}
	const page = answer(response(200, HTML, ["ETag", '"a"'])).head.headers.get("etag") ?? "";
	const digested = answer(
		response(304, ["ETag", '"a"'], ["Repr-Digest", "x"], ["Content-Length", "7"]),
		0,
		request(["If-None-Match", page]),
	);
	assert.deepEqual(
		digested.head.headers.toPairs().map(([name]) => name),
		["ETag", "Vary"],
	);
	const named = answer(response(304, ["ETag", '"a"'], ["Vary", "*"]), 0, request()).head.headers;
	assert.deepEqual(named.all("vary"), ["*"]);
});

test("a head that was framed can be framed again", () => {
	const head = withoutFraming(response(200, ["Transfer-Encoding", "chunked"], HTML, ["Connection", "close"]));
	assert.deepEqual(head.headers.toPairs(), [["Content-Type", "text/html"]]);
});
