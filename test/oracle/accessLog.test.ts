/** Our access-log lines against those of a real Apache httpd that served the same requests. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { HeaderList } from "../../src/http/headers.ts";
import { compileFormat } from "../../src/log/logFormat.ts";
import type { ExchangeRecord } from "../../src/log/record.ts";
import { type Apache, startApache } from "../harness/apache.ts";
import type { Scope } from "../harness/deadline.ts";
import { exchangeRecord } from "../harness/exchangeRecord.ts";
import { parseHead, type RawResponse } from "../harness/message.ts";
import { peer } from "../harness/peers.ts";
import { connectRaw } from "../harness/rawClient.ts";

/** As in Apache's own httpd.conf. */
const APACHE_COMBINED = '%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"';
/** All that does not depend on the clock. */
const EVERYTHING = [
	"%a %{c}a %h %l %u",
	"%r|%m|%U|%q|%H|%V|%v|%{remote}p",
	"%s|%>s|%<s|%b|%B|%I|%k|%X",
	"%{Host}i|%{X-Odd}i|%{x-twice}i|%{X-Empty}i|%{X-None}i",
	"%{Content-Type}o|%{X-Answer}o|%{ETag}o|%{X-None}o",
	"%{plain}C|%{QUOTED}C|%{none}C",
	"%400,404{User-Agent}i|%!200,304{Referer}i|%!404r|%200>s",
	"%%|\\t|\\\\|\\n|end",
].join("|");

const TIMES =
	"%{sec}t %{msec}t %{msec_frac}t %{begin:%F %T}t %t %{%A %a %B %b %C %D %d %e %H %h %I %j %k %l %M %m %p %R %r %S %s %u %w %X %x %Y %y %z %%}t";

const LONG_AGENT = `Agent/${"x".repeat(7000)}"\\`;

/** Requests without their last header lines (Host and Connection are added), one character per byte. */
const REQUESTS: Readonly<Record<string, string>> = {
	"nothing special": "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/8\r\nReferer: https://a.example/b?c=d",
	"no Referer and no User-Agent": "GET /hello.txt HTTP/1.1",
	"empty header values": "GET /hello.txt HTTP/1.1\r\nUser-Agent: \r\nReferer: \r\nX-Empty: ",
	"an empty body": "GET /empty.txt HTTP/1.1\r\nUser-Agent: a",
	HEAD: "HEAD /hello.txt HTTP/1.1\r\nUser-Agent: a",
	"304": "GET /hello.txt HTTP/1.1\r\nIf-None-Match: *\r\nReferer: r",
	"404": "GET /none?a=b&c=%22 HTTP/1.1\r\nUser-Agent: a\r\nReferer: r",
	"405": "TRACE /hello.txt HTTP/1.1\r\nUser-Agent: a",
	"quotes and backslashes in headers": 'GET /hello.txt HTTP/1.1\r\nUser-Agent: a"b\\c""\\\\\r\nReferer: \\"\\x41\\n',
	"bytes from 0x80 on in headers": "GET /hello.txt HTTP/1.1\r\nUser-Agent: caf\xc3\xa9 \x80\x9f\xa0\xff\r\nReferer: \xfe",
	"tabs in headers": "GET /hello.txt HTTP/1.1\r\nUser-Agent: a\tb\r\nReferer: tab \t tab",
	"control bytes in the decoded path": "GET /%01%07%08%09%0a%0b%0c%0d%1b%1f%7f%80%ff HTTP/1.1\r\nUser-Agent: a",
	"quotes, backslashes and odd bytes in the target": 'GET /hello.txt?"\\\xe9\xff HTTP/1.1\r\nUser-Agent: a',
	"percent-encoding in the path": "GET /a%20b%22%c3%a9%5c HTTP/1.1",
	"an absolute target": "GET http://localhost/hello.txt?x HTTP/1.1\r\nUser-Agent: a",
	"an asterisk": "OPTIONS * HTTP/1.1\r\nUser-Agent: a",
	"HTTP/1.0": "GET /hello.txt HTTP/1.0\r\nUser-Agent: a",
	"a header sent twice": "GET /hello.txt HTTP/1.1\r\nX-Twice: a\r\nX-Other: b\r\nX-Twice: c\r\nUser-Agent: one\r\nUser-Agent: two",
	cookies: 'GET /hello.txt HTTP/1.1\r\nCookie: a=b; plain=value ; quoted="x y"; plainer=no',
	"a long User-Agent": `GET /hello.txt HTTP/1.1\r\nUser-Agent: ${LONG_AGENT}`,
	"a body": "POST /hello.txt HTTP/1.1\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello",
	"an unknown method": "BREW /hello.txt HTTP/1.1\r\nUser-Agent: a",
};

const TIME = /\[\d\d\/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/g;

function withoutTime(line: string): string {
	return line.replace(TIME, "[time]");
}

function recordOf(request: string, response: RawResponse, port: number): ExchangeRecord {
	const [headText = "", body = ""] = request.split(/\r\n\r\n(.*)/s);
	const { startLine, headers } = parseHead(headText);
	const [, method = "", target = "", minor = "1"] = /^(\S+) (.*) HTTP\/1\.(\d)$/s.exec(startLine) ?? [];
	return exchangeRecord({
		startWall: Date.now(),
		clientAddress: "127.0.0.1",
		clientPort: port,
		peerAddress: "127.0.0.1",
		method,
		target,
		version: Number(minor),
		authority: "localhost:8080",
		status: response.status,
		bytesOut: response.body.length,
		bytesIn: body.length,
		requestHeaders: HeaderList.of(...headers),
		responseHeaders: HeaderList.of(...response.headers),
		keptAlive: false,
	});
}

async function startLogging(scope: Scope): Promise<Apache> {
	const config = [
		"HttpProtocolOptions Unsafe",
		"TraceEnable off",
		"UseCanonicalName Off",
		"DocumentRoot %{folder}",
		'Header always set X-Answer "quote \\" backslash \\\\ end"',
		`LogFormat "${APACHE_COMBINED}" combined`,
		"CustomLog %{folder}/logs/combined.log combined",
		'CustomLog %{folder}/logs/common.log "%h %l %u %t \\"%r\\" %>s %b"',
		`CustomLog %{folder}/logs/everything.log "${EVERYTHING.replaceAll('"', '\\"')}"`,
		`CustomLog %{folder}/logs/times.log "${TIMES}"`,
	].join("\n");
	const apache = await startApache(scope, { modules: ["headers"], config });
	writeFileSync(`${apache.folder}/hello.txt`, "hello world\n");
	writeFileSync(`${apache.folder}/empty.txt`, "");
	return apache;
}

function lastLines(apache: Apache, log: string, count: number): string {
	const lines = apache.read(`logs/${log}.log`).split("\n");
	return lines.slice(-1 - count, -1).join("\n");
}

test("the access log, line by line as Apache httpd writes it", { skip: peer("apache").skip }, async (t) => {
	const apache = await startLogging(t);
	for (const [name, text] of Object.entries(REQUESTS)) {
		await t.test(name, async (t) => {
			const [line = "", ...rest] = text.split("\r\n");
			const end = text.includes("\r\n\r\n") ? "" : "\r\n\r\n";
			const request = [line, "Host: localhost:8080", "Connection: close", ...rest].join("\r\n") + end;
			const client = await connectRaw(t, apache.port);
			const port = client.socket.localPort ?? 0;
			await client.send(request);
			const response = await client.response(line.slice(0, line.indexOf(" ")));
			await client.ended();
			const record = recordOf(request, response, port);

			for (const format of ["combined", "common"]) {
				const theirs = lastLines(apache, format, 1);
				assert.match(theirs, TIME);
				assert.equal(withoutTime(compileFormat(format, [])(record)), withoutTime(theirs));
			}
			assert.equal(compileFormat(EVERYTHING, [])(record), lastLines(apache, "everything", 2));
			const times = lastLines(apache, "times", 1);
			assert.equal(compileFormat(TIMES, [])({ ...record, startWall: Number(times.split(" ")[1]) }), times);
		});
	}
});
