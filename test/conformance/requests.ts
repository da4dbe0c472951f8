/**
 * Requests that must not be served, class by class: what smuggling, splitting and evasion are made of. Sources: RFC 9112, RFC 9110, the
 * finds of the HTTP Garden, the mutations of smuggler and of HTTP Request Smuggler, llhttp's and HAProxy's test suites.
 */
export interface BadRequest {
	readonly name: string;
	/** The whole request, one character a byte. */
	readonly bytes: string;
	readonly status: number;
	/** Its error code in the access log. */
	readonly code: string;
}

export const HOST = "Host: localhost\r\n";

/** A request that is whole before the smuggled one, so that a server which reads it the other way would see a second request. */
const post = (fields: string, body: string, version = "1.1"): string => `POST /s0 HTTP/${version}\r\n${HOST}${fields}\r\n\r\n${body}`;
const CHUNKED_BODY = "0\r\n\r\nGET /s0/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Faults of framing and of a head's form: nobody can say where the next request begins. */
export const CLOSING: readonly string[] = [
	"ambiguous_framing",
	"transfer_coding_unsupported",
	"http_request_error",
	"http_version_unsupported",
];

const framing = (name: string, fields: string, body = CHUNKED_BODY, status = 400, code = "ambiguous_framing"): BadRequest => ({
	name,
	bytes: post(fields, body),
	status,
	code,
});

const TE = "Transfer-Encoding: chunked";

export const LENGTH_AGAINST_CODING: readonly BadRequest[] = [
	framing("CL.TE", `Content-Length: 5\r\n${TE}`, "0\r\n\r\nG"),
	framing("TE.CL", `${TE}\r\nContent-Length: 5`, "0\r\n\r\nG"),
	framing("CL 0 and TE", `Content-Length: 0\r\n${TE}`),
	{ name: "TE on HTTP/1.0", bytes: post(TE, CHUNKED_BODY, "1.0"), status: 400, code: "ambiguous_framing" },
];

export const CODINGS: readonly BadRequest[] = [
	framing("two TE lines", `${TE}\r\n${TE}`),
	framing("two TE lines, one odd", `${TE}\r\nTransfer-Encoding: identity`),
	framing("chunked, cow", "Transfer-Encoding: chunked, cow"),
	framing("chunked twice", "Transfer-Encoding: chunked, chunked"),
	framing("leading comma", "Transfer-Encoding: ,chunked"),
	framing("trailing comma", "Transfer-Encoding: chunked,"),
	framing("quoted", 'Transfer-Encoding: "chunked"'),
	framing("empty", "Transfer-Encoding:"),
	framing("parameter", "Transfer-Encoding: chunked;a=b"),
	framing("tab before", "Transfer-Encoding:\tchunked"),
	framing("NBSP before", "Transfer-Encoding: \xa0chunked"),
	framing("NEL after", "Transfer-Encoding: chunked\x85"),
	framing("xchunked", "Transfer-Encoding: xchunked", CHUNKED_BODY, 501, "transfer_coding_unsupported"),
	framing("identity", "Transfer-Encoding: identity", CHUNKED_BODY, 501, "transfer_coding_unsupported"),
	framing("gzip, chunked", "Transfer-Encoding: gzip, chunked", CHUNKED_BODY, 501, "transfer_coding_unsupported"),
	framing("vertical tab before", "Transfer-Encoding: \x0bchunked", CHUNKED_BODY, 400, "http_request_error"),
	framing("space before the colon", "Transfer-Encoding : chunked", CHUNKED_BODY, 400, "http_request_error"),
	framing("folded", "Transfer-Encoding:\r\n chunked", CHUNKED_BODY, 400, "http_request_error"),
	framing("bare LF before", `X: y\n${TE}`, CHUNKED_BODY, 400, "http_request_error"),
	framing("bare CR before", `X: y\r${TE}`, CHUNKED_BODY, 400, "http_request_error"),
	framing("NUL in the name", "Transfer-Encoding\0: chunked", CHUNKED_BODY, 400, "http_request_error"),
];

const LENGTH_VALUES = [
	"+5",
	"-5",
	"05",
	"010",
	"1e1",
	"0x5",
	"5 5",
	"5, 5",
	"5,",
	"",
	"5.0",
	"five",
	"9007199254740992",
	"99999999999999999999",
	"5\t",
	"5\xa0",
];

export const LENGTHS: readonly BadRequest[] = [
	...LENGTH_VALUES.map((value) => framing(`Content-Length "${value}"`, `Content-Length: ${value}`, "hello")),
	framing("two different lengths", "Content-Length: 1\r\nContent-Length: 0", "G"),
	framing("two equal lengths", "Content-Length: 5\r\nContent-Length: 5", "hello"),
	framing("space before the colon", "Content-Length : 5", "hello", 400, "http_request_error"),
	framing("VT before the value", "Content-Length: \x0b5", "hello", 400, "http_request_error"),
];

/** Broken after the head, so the head may reach a node; nothing behind the fault may. */
export const CHUNKS: readonly BadRequest[] = [
	"0x1\r\na\r\n",
	"+1\r\na\r\n",
	"-0x0\r\n\r\n",
	"0_2e\r\n",
	"1zz\r\na\r\n",
	"\r\na\r\n",
	" 1\r\na\r\n",
	"1 \r\na\r\n",
	"\t1\r\na\r\n",
	"11111111111111111\r\n",
	"ffffffffffffffff\r\n",
	"2;a\nx\r\nab\r\n",
	"5\r\r;ABCD\r\n",
	"41;a=b\r\rXXX\r\n",
	"1\na\r\n",
	"1\r\na\n",
	"1\r\nab\r\n",
	"1;\0\r\na\r\n",
	"0\r\n Folded: x\r\n",
	"0\r\nNo-Colon\r\n",
	"0\n\n",
].map((body) => ({
	name: `chunk ${JSON.stringify(body)}`,
	bytes: `POST /s1 HTTP/1.1\r\n${HOST}${TE}\r\n\r\n${body}${CHUNKED_BODY}`,
	status: 400,
	code: "http_request_error",
}));

export const head = (name: string, bytes: string, status = 400, code = "http_request_error"): BadRequest => ({ name, bytes, status, code });
const withField = (name: string, field: string): BadRequest => head(name, `GET /s0 HTTP/1.1\r\n${HOST}${field}\r\n\r\n`);

export const HEADS: readonly BadRequest[] = [
	head("bare LF lines", "GET /s0 HTTP/1.1\nHost: localhost\n\n"),
	head("bare LF after the request line", `GET /s0 HTTP/1.1\n${HOST}\r\n`),
	head("bare LF as the empty line", `GET /s0 HTTP/1.1\r\n${HOST}\n`),
	head("bare CR in the request line", `GET /s0\rHTTP/1.1\r\n${HOST}\r\n`),
	head("bare CR after the version", `GET /s0 HTTP/1.1\r${HOST}\r\n`),
	head("two spaces", `GET  /s0 HTTP/1.1\r\n${HOST}\r\n`),
	head("tab for a space", `GET\t/s0 HTTP/1.1\r\n${HOST}\r\n`),
	head("no version", `GET /s0\r\n${HOST}\r\n`),
	head("space before the method", ` GET /s0 HTTP/1.1\r\n${HOST}\r\n`),
	head("method with a colon", `GET: /s0 HTTP/1.1\r\n${HOST}\r\n`),
	head("lower-case http", `GET /s0 http/1.1\r\n${HOST}\r\n`),
	head("HTTP/1.10", `GET /s0 HTTP/1.10\r\n${HOST}\r\n`),
	head("HTTP/1,1", `GET /s0 HTTP/1,1\r\n${HOST}\r\n`),
	head("HTTP/2.0", `GET /s0 HTTP/2.0\r\n${HOST}\r\n`, 505, "http_version_unsupported"),
	head("HTTP/1.2", `GET /s0 HTTP/1.2\r\n${HOST}\r\n`, 505, "http_version_unsupported"),
	head("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version_unsupported"),
	head("TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
	head("folded first field", `GET /s0 HTTP/1.1\r\n X: y\r\n${HOST}\r\n`),
	withField("folded value", "X: y\r\n z"),
	withField("folded with a tab", "X: y\r\n\tz"),
	withField("space before the colon", "Name : v"),
	withField("empty name", ": v"),
	withField("tab in the name", "Na\tme: v"),
	withField("no colon", "Name"),
	withField("NUL in a value", "X: a\0b"),
	withField("CR in a value", "X: a\rb"),
	withField("control in a value", "X: a\x01b"),
	withField("DEL in a value", "X: a\x7fb"),
	withField("high octet in the name", "N\xe4me: v"),
	withField("NEL in the name", "Na\x85me: v"),
	withField("quoted name", '"Name": v'),
	withField("slash in the name", "Na/me: v"),
];
