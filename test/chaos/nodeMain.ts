/**
 * A node of the chaos, in a process of its own: `node nodeMain.ts NAME PORT`. It has sessions that count, and
 * answers of every bad kind. Its parent tells it to be slow or to refuse connections, and hears when a
 * request has come that nobody may have sent on.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { badAnswers } from "./badAnswers.ts";
import type { NodeOrder, NodeReport } from "./nodes.ts";
import { SMUGGLED } from "./requests.ts";

const [name = "", port = ""] = process.argv.slice(2);
/** Tells one run of the process from the next: sessions live as long as it does. */
const run = randomBytes(6).toString("hex");
const sessions = new Map<string, number>();
const MOST_SESSIONS = 10_000;
const LARGE = Buffer.alloc(4 * 1024 * 1024, "x");
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
let delay = 0;

const report = (message: NodeReport): void => {
	process.send?.(message);
};

function answer(request: IncomingMessage, response: ServerResponse): void {
	const url = new URL(request.url ?? "/", "http://node");
	if (request.url?.includes(SMUGGLED)) report({ kind: "smuggled", request: `${request.method} ${request.url}` });
	const what = url.pathname.split("/").at(-1) ?? "";
	if (what === "health" || what === "Version") return void response.end("up");
	if (what === "large") return void response.end(LARGE);
	if (what === "bomb") return void response.writeHead(200, { "Content-Type": "text/html", "Content-Encoding": "gzip" }).end(BOMB);
	const bad = badAnswers[what];
	if (bad !== undefined) return bad(response);
	request.resume().once("end", () => setTimeout(() => visit(request, response, url), delay));
}

/** A page with the state of the caller's session, and an address that no client should see. */
function visit(request: IncomingMessage, response: ServerResponse, url: URL): void {
	const given = /(?:^|; )JSESSIONID=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
	const session = given !== undefined && sessions.has(given) ? given : randomBytes(12).toString("hex");
	const count = (sessions.get(session) ?? 0) + 1;
	if (url.searchParams.has("session")) {
		const [oldest] = sessions.keys();
		if (sessions.size >= MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
		sessions.set(session, count);
		if (session !== given) response.setHeader("Set-Cookie", `JSESSIONID=${session}; Path=/; HttpOnly`);
	}
	const page = { node: name, run, session, count, visit: url.searchParams.get("visit") };
	response.setHeader("Content-Type", "text/html;charset=UTF-8");
	response.end(`<a href="https://localhost:9443/commonauth">login</a><p>${JSON.stringify(page)}</p>`);
}

const server = createServer({ keepAliveTimeout: 20_000, maxHeaderSize: 128 * 1024 }, answer);
server.on("upgrade", (_, socket) => {
	socket.on("error", () => undefined);
	socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
	socket.pipe(socket);
});
// As Tomcat does with what it does not understand.
server.on("clientError", (_, socket) => socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));

const listen = (): void => void server.listen(Number(port), "127.0.0.1", () => report({ kind: "listening" }));
listen();
// While it refuses connections, nothing else keeps it.
setInterval(() => undefined, 2 ** 30);
process.on("message", (order: NodeOrder) => {
	if (order.kind === "slow") delay = order.milliseconds;
	else if (order.kind === "listen") listen();
	else {
		server.close();
		server.closeAllConnections();
	}
});
