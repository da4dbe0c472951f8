import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { detached } from "./detached.ts";
import { misbehave } from "./faults.ts";
import type { NodeContext, PortName } from "./nodeContext.ts";
import type { SeenRequest } from "./requestLog.ts";

export interface ConnectorOptions {
	readonly name: PortName;
	/** 0 = any free port. */
	readonly port: number;
	readonly tls: boolean;
	/** Request line and header fields together; beyond it 400, as Tomcat answers. */
	readonly headerBytes: number;
	/** `maxKeepAliveRequests`: the last one is answered with `Connection: close`. 0 = no limit. */
	readonly requestsPerConnection: number;
	/** Traffic of the product: logged, and touched by the fault switches. */
	readonly traffic: boolean;
	readonly handle: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>;
}

export interface Connector {
	readonly server: http.Server;
	readonly port: number;
	close(): void;
}

const ADDRESS = "127.0.0.1";
const KEEP_ALIVE_MS = 20_000;
const BAD_REQUEST = "HTTP/1.1 400 \r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** One listener of a node. Rejects when the port is taken. */
export async function openConnector(node: NodeContext, options: ConnectorOptions): Promise<Connector> {
	const server = createServer(node, options);
	const requestsOn = new WeakMap<Socket, number>();
	server.keepAliveTimeout = KEEP_ALIVE_MS;
	server.requestTimeout = 0;
	server.on(
		"request",
		detached(async (request: http.IncomingMessage, response: http.ServerResponse) => {
			const onConnection = (requestsOn.get(request.socket) ?? 0) + 1;
			requestsOn.set(request.socket, onConnection);
			// Tomcat names a kept connection only to a client that asked for it by name.
			if (onConnection === options.requestsPerConnection || !response.shouldKeepAlive) response.setHeader("Connection", "close");
			else response.removeHeader("Connection");
			request.on("error", () => response.destroy());
			response.on("error", () => response.destroy());
			if (options.traffic && node.switches.clockSkew !== 0)
				response.setHeader("Date", new Date(Date.now() + node.switches.clockSkew).toUTCString());
			try {
				if (options.traffic) {
					node.requests.add(seen(request, options.name, onConnection));
					if (await misbehave(node.switches, request, response)) return;
				}
				await options.handle(request, response);
			} catch (error) {
				answerFailure(response, error);
			}
		}),
	);
	if (options.traffic) server.prependListener("connection", setup(server, node, options.headerBytes));
	server.on("clientError", (_error, socket) => {
		if (socket.writable) socket.end(BAD_REQUEST);
		else socket.destroy();
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port, ADDRESS, resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		server,
		port,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

function seen(request: http.IncomingMessage, port: PortName, onConnection: number): SeenRequest {
	return { port, method: request.method ?? "", target: request.url ?? "", rawHeaders: request.rawHeaders, onConnection };
}

function createServer(node: NodeContext, options: ConnectorOptions): http.Server {
	const limits = { maxHeaderSize: options.headerBytes };
	if (!options.tls) return http.createServer(limits);
	// `certificateVerification: want` (IS) and `SSLVerifyClient=optional` (gateway): a client certificate is asked for, not demanded.
	const { key, cert } = node.keystore;
	return https.createServer({ ...limits, key, cert, ALPNProtocols: ["http/1.1"], requestCert: true, rejectUnauthorized: false });
}

/** Makes the server what the switches say, before it handles a connection. */
function setup(server: http.Server & { maxHeaderSize?: number }, { switches, keystore }: NodeContext, headerBytes: number): () => void {
	const { key, cert, expiredCert = cert, expiringCert = cert } = keystore;
	let shown = cert;
	return () => {
		server.maxHeaderSize = switches.headerBytes || headerBytes;
		const wanted = switches.expiredCertificate ? expiredCert : switches.expiringCertificate ? expiringCert : cert;
		if (!(server instanceof https.Server) || wanted === shown) return;
		shown = wanted;
		server.setSecureContext({ key, cert: shown });
	};
}

function answerFailure(response: http.ServerResponse, error: unknown): void {
	if (response.headersSent || response.destroyed) {
		response.destroy();
		return;
	}
	const text = error instanceof Error ? error.message : String(error);
	response.writeHead(500, "", { "Content-Type": "text/plain;charset=UTF-8", "Content-Length": String(Buffer.byteLength(text)) });
	response.end(text);
}
