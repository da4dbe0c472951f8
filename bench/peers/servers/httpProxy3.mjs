import http from "node:http";
import https from "node:https";
import proxies from "http-proxy-3";
import { logAccess, mapLocation, settings, tls } from "./common.mjs";

const targets = new Map(settings.routes.map((name) => [`/is-${name}`, `/${name}`]));
const proxy = proxies.createProxyServer({
	target: settings.origin,
	agent: new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 256 }),
	xfwd: true,
});

proxy.on("proxyRes", (answer, request, response) => {
	if (answer.headers.location !== undefined) answer.headers.location = mapLocation(answer.headers.location);
	response.once("finish", () => logAccess(request, request.publicUrl, response.statusCode, answer.headers["content-length"] ?? "-"));
});
proxy.on("error", (_error, _request, response) => {
	if (!response.headersSent) response.writeHead?.(502);
	response.end();
});

function onRequest(request, response) {
	const mark = request.url.indexOf("?");
	const path = mark < 0 ? request.url : request.url.slice(0, mark);
	const target = targets.get(path);
	request.publicUrl = request.url;
	if (target === undefined) {
		response.writeHead(404).end();
		logAccess(request, request.publicUrl, 404, 0);
		return;
	}
	request.url = mark < 0 ? target : target + request.url.slice(mark);
	proxy.web(request, response);
}

for (const [server, port] of [
	[http.createServer(onRequest), settings.port],
	[https.createServer(tls, onRequest), settings.tlsPort],
]) {
	server.keepAliveTimeout = 600_000;
	server.listen(port, "127.0.0.1", 4096);
}
