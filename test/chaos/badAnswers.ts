/** Answers that a node should not give, by the last part of the path that asks for them. */
import type { ServerResponse } from "node:http";

type BadAnswer = (response: ServerResponse) => void;

const HEAD = "HTTP/1.1 200 OK\r\n";

/** Writes the bytes as they are, then ends the connection. */
const raw =
	(bytes: string, ending: "end" | "reset" | "stall" = "end"): BadAnswer =>
	({ socket }) => {
		socket?.on("error", () => undefined);
		socket?.write(bytes, "latin1", () => {
			if (ending === "end") socket.end();
			else if (ending === "reset") socket.resetAndDestroy();
		});
	};

export const badAnswers: Readonly<Record<string, BadAnswer>> = {
	truncated: raw(`${HEAD}Content-Length: 5000\r\n\r\nabc`),
	"truncated-chunks": raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nab`),
	"truncated-gzip": raw(`${HEAD}Content-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00`),
	"no-gzip": raw(`${HEAD}Content-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd`),
	reset: raw("", "reset"),
	"reset-in-head": raw("HTTP/1.1 200 OK\r\nContent-Le", "reset"),
	"reset-in-body": raw(`${HEAD}Content-Length: 5000\r\n\r\nabc`, "reset"),
	garbage: raw("\x00\x01nonsense\x7f\r\n\r\n"),
	"two-lengths": raw(`${HEAD}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`),
	"length-and-chunks": raw(`${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
	"more-than-length": raw(`${HEAD}Content-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nunrelated`, "stall"),
	"large-head": raw(`${HEAD}X-Large: ${"x".repeat(100_000)}\r\n\r\n`),
	"many-fields": raw(`${HEAD}${"X-Field: x\r\n".repeat(1_000)}\r\n`),
	"odd-status": raw("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"),
	"switch-unasked": raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nabc"),
	interim: raw(`${"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(2_000)}${HEAD}Content-Length: 0\r\n\r\n`),
	"few-interim": raw(`${"HTTP/1.1 102 Processing\r\n\r\n".repeat(5)}${HEAD}Content-Length: 0\r\n\r\n`),
	stall: raw(`${HEAD}Content-Length: 5000\r\n\r\nabc`, "stall"),
	nothing: raw("", "stall"),
};
