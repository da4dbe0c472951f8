/** `counter.ts NAME PORT FOLDER`: a node with `/x/count.jsp?ms=` and `/x/echo.jsp`, as the Tomcats of the tests have them. */

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [name = "", port = "", folder = ""] = process.argv.slice(2);

const server = createServer((request, response) => {
	void answer(request, response);
});
server.keepAliveTimeout = 15_000;
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? "/", "http://localhost");
	if (url.pathname !== "/x/count.jsp") {
		response.end(JSON.stringify({ node: name }));
		return;
	}
	await sleep(Number(url.searchParams.get("ms") ?? 0));
	const [, known] = /\bJSESSIONID=([0-9A-F]{32})/.exec(request.headers.cookie ?? "") ?? [];
	const before = known === undefined ? 0 : stored(known);
	const session = known !== undefined && before > 0 ? known : randomBytes(16).toString("hex").toUpperCase();
	writeFileSync(join(folder, session), String(before + 1));
	response.setHeader("Set-Cookie", `JSESSIONID=${session}.${name}; Path=/x; HttpOnly`);
	response.setHeader("Content-Type", "application/json");
	response.end(JSON.stringify({ node: name, session: `${session}.${name}`, count: before + 1 }));
}

/** 0 for a session that nobody knows. */
function stored(session: string): number {
	try {
		return Number(readFileSync(join(folder, session), "utf8"));
	} catch {
		return 0;
	}
}
