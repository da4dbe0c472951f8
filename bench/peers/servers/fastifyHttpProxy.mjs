import proxy from "@fastify/http-proxy";
import Fastify from "fastify";
import { logAccess, mapLocation, settings, tls } from "./common.mjs";

/** It would relay the origin's own Connection: keep-alive even where the client asked to close. */
function rewriteHeaders({ connection: _, ...headers }) {
	if (headers.location !== undefined) headers.location = mapLocation(headers.location);
	return headers;
}

function rewriteRequestHeaders(request, headers) {
	return { ...headers, "x-forwarded-for": request.ip, "x-forwarded-proto": request.protocol, "x-forwarded-host": request.host };
}

for (const [https, port] of [
	[null, settings.port],
	[tls, settings.tlsPort],
]) {
	const app = Fastify({ logger: false, https, keepAliveTimeout: 600_000, bodyLimit: 1 << 30 });
	app.addHook("onResponse", (request, reply, done) => {
		logAccess(request.raw, request.originalUrl, reply.statusCode, reply.getHeader("content-length") ?? "-");
		done();
	});
	for (const name of settings.routes) {
		app.register(proxy, {
			upstream: settings.origin,
			prefix: `/is-${name}`,
			rewritePrefix: `/${name}`,
			undici: { connections: 256, pipelining: 1, keepAliveTimeout: 600_000, keepAliveMaxTimeout: 600_000 },
			replyOptions: { rewriteHeaders, rewriteRequestHeaders },
		});
	}
	await app.listen({ port, host: "127.0.0.1", backlog: 4096 });
}
