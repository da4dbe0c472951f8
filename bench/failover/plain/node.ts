/**
 * `node.ts NAME PORT MS`: a node that answers every path after so many milliseconds, its checks at once. It starts in a fraction of the
 * time of a Tomcat.
 */

import { createServer } from "node:http";

const [name = "", port = "", ms = ""] = process.argv.slice(2);

const CHECKS = /^\/(?:services\/Version|api\/health-check|x\/check)/;

const server = createServer((request, response) => {
	request.resume();
	const { url = "" } = request;
	// The text is what Portico's check of an Identity Server looks for.
	if (CHECKS.test(url)) response.end("getVersionResponse");
	else setTimeout(() => response.end(name), Number(ms));
});
server.keepAliveTimeout = 0;
server.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 }, () => process.stdout.write("ready\n"));
