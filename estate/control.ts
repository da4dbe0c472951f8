import type { IncomingMessage, ServerResponse } from "node:http";
import type { NodeContext } from "./nodeContext.ts";
import { setSwitches } from "./switches.ts";

/**
 * The node's control port, which no product has: `POST /__estate/switch` (JSON of switches to set; 400 changes nothing),
 * `GET /__estate/state`, `GET /__estate/requests` (the last ones received), `POST /__estate/clear`.
 */
export function control(node: NodeContext) {
	return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const chunks: Buffer[] = [];
		for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
		const [status, value] = answer(node, `${request.method} ${request.url}`, Buffer.concat(chunks).toString());
		const body = JSON.stringify(value);
		response.writeHead(status, { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) });
		response.end(body);
	};
}

function answer(node: NodeContext, asked: string, body: string): [status: number, value: unknown] {
	if (asked === "GET /__estate/state") {
		return [
			200,
			{
				name: node.name,
				product: node.product,
				version: node.version,
				requests: node.requests.count,
				switches: node.switches,
				ports: node.ports,
			},
		];
	}
	if (asked === "GET /__estate/requests") return [200, node.requests.last];
	if (asked === "POST /__estate/clear") {
		node.requests.clear();
		return [200, {}];
	}
	if (asked !== "POST /__estate/switch") return [404, { error: "unknown" }];
	try {
		setSwitches(node.switches, JSON.parse(body) as Record<string, unknown>);
		return [200, node.switches];
	} catch (error) {
		return [400, { error: error instanceof Error ? error.message : String(error) }];
	}
}
