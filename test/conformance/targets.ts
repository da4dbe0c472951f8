/** Requests that must not be served for what they ask: target, Host and method. */
import { type BadRequest, HOST, head } from "./requests.ts";

const target = (text: string): BadRequest =>
	head(`target ${JSON.stringify(text)}`, `GET ${text} HTTP/1.1\r\n${HOST}\r\n`, 400, "request_target_refused");

export const TARGETS: readonly BadRequest[] = [
	...["s0", "admin", "?x", "/s0#fragment", "/s0\\x", "\\s0", "*", "localhost/s0", "http:", "http:/s0", "http:///s0"].map(target),
	...["ftp://localhost/s0", "http://user@localhost/s0", "http://user:pass@localhost/s0", "http://localhost:99999/s0"].map(target),
	...["/s\xe9", "/s\x00", "/s\x7f", "http://localhost#/s0", "http://localhost\\@evil/", "javascript:alert(1)"].map(target),
];

const host = (name: string, bytes: string, status = 400, code = "host_refused"): BadRequest => head(name, bytes, status, code);
const asHost = (value: string): BadRequest => host(`Host ${JSON.stringify(value)}`, `GET /s0 HTTP/1.1\r\nHost: ${value}\r\n\r\n`);

export const HOSTS: readonly BadRequest[] = [
	host("no Host", "GET /s0 HTTP/1.1\r\n\r\n"),
	host("two Hosts", `GET /s0 HTTP/1.1\r\n${HOST}Host: evil\r\n\r\n`),
	host("two equal Hosts", `GET /s0 HTTP/1.1\r\n${HOST}${HOST}\r\n`),
	host("Host against the target", `GET http://localhost/s0 HTTP/1.1\r\nHost: evil\r\n\r\n`),
	host("the target against Host", `GET http://evil/s0 HTTP/1.1\r\n${HOST}\r\n`),
	...[
		"",
		"a@localhost",
		"localhost:99999",
		"localhost:0",
		"localhost:x",
		"localhost, evil",
		"localhost evil",
		"localhost/s0",
		"[::1",
		"::1",
		"a..b",
		"local%68ost",
	].map(asHost),
	host("foreign Host", "GET /s0 HTTP/1.1\r\nHost: evil\r\n\r\n", 421, "misdirected_request"),
	host("foreign absolute-form", "GET http://evil/s0 HTTP/1.1\r\nHost: evil\r\n\r\n", 421, "misdirected_request"),
	host("our host on another port", "GET /s0 HTTP/1.1\r\nHost: localhost:81\r\n\r\n", 421, "misdirected_request"),
];

export const METHODS: readonly BadRequest[] = [
	head("CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 405, "method_refused"),
	head("CONNECT to another", "CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", 405, "method_refused"),
	head("CONNECT without a port", "CONNECT localhost HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "request_target_refused"),
	head("TRACE", `TRACE /s0 HTTP/1.1\r\n${HOST}\r\n`, 405, "method_refused"),
	head("TRACK", `TRACK /s0 HTTP/1.1\r\n${HOST}\r\n`, 405, "method_refused"),
	head("GET *", `GET * HTTP/1.1\r\n${HOST}\r\n`, 400, "request_target_refused"),
	head("a method of 100 letters", `${"A".repeat(100)} /s0 HTTP/1.1\r\n${HOST}\r\n`),
];
