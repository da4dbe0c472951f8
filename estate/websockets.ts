import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { detached } from "./detached.ts";
import { json } from "./gatewayApis.ts";
import type { NodeContext } from "./nodeContext.ts";
import { bearerGrant } from "./tokens.ts";

const MESSAGE_BYTES = 1024 * 1024;

/** Plain HTTP on the WebSocket ports: the health page, and nothing else. */
export function websocketHttp(node: NodeContext) {
	return async (request: IncomingMessage, response: Parameters<typeof json>[0]): Promise<void> => {
		const path = (request.url ?? "/").split("?", 1)[0];
		if (path === "/health")
			return json(response, node.switches.notReady ? 503 : 200, { status: node.switches.notReady ? "not ready" : "healthy" });
		return json(response, 404, { code: "404", message: "No matching WebSocket API" });
	};
}

/**
 * WebSocket APIs: `/echo/1.0.0` open, `/chat/1.0.0` with a token (header or `access_token` in the query), both also below `/t/{tenant}`.
 * Each sends back what it gets; the text `close` makes the server close with 1000, `who` answers the node's name.
 * Returns what ends every open one.
 */
export function serveWebsockets(node: NodeContext, server: Server): () => void {
	const sockets = new WebSocketServer({
		noServer: true,
		maxPayload: MESSAGE_BYTES,
		handleProtocols: (offered) => [...offered][0] ?? false,
	});
	server.on(
		"upgrade",
		detached(async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
			socket.on("error", () => socket.destroy());
			node.requests.add({ port: "websocket", method: "GET", target: request.url ?? "", rawHeaders: request.rawHeaders, onConnection: 1 });
			if (node.switches.halfDead) return;
			const refusal = await refusalOf(node, request);
			if (refusal !== null) return void socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
			sockets.handleUpgrade(request, socket, head, (client) => converse(node, client));
		}),
	);
	return () => {
		for (const client of sockets.clients) client.terminate();
		sockets.close();
	};
}

async function refusalOf(node: NodeContext, request: IncomingMessage): Promise<string | null> {
	if (node.switches.failing) return "500 Internal Server Error";
	const url = new URL(request.url ?? "/", "ws://gateway");
	const path = url.pathname.replace(/^\/t\/[^/]+/, "");
	if (path === "/echo/1.0.0" || path.startsWith("/echo/1.0.0/")) return null;
	if (path !== "/chat/1.0.0" && !path.startsWith("/chat/1.0.0/")) return "404 Not Found";
	const inQuery = url.searchParams.get("access_token");
	const header = request.headers.authorization ?? (inQuery === null ? undefined : `Bearer ${inQuery}`);
	return (await bearerGrant(node, header)) === null ? "401 Unauthorized" : null;
}

function converse(node: NodeContext, client: WebSocket): void {
	client.on("error", () => client.terminate());
	client.on("message", (data: RawData, isBinary: boolean) => {
		const text = isBinary ? null : String(data);
		if (text === "close") client.close(1000, "as asked");
		else if (text === "who") client.send(node.name);
		else client.send(data, { binary: isBinary });
	});
}
