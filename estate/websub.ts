import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "./gatewayApis.ts";

/** The event receiver (9021, 8021): publishers post events to `…/webhooks_events_receiver_resource?topic=…`. */
export async function websubReceiver(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? "/", "http://websub");
	request.resume();
	if (!url.pathname.endsWith("/webhooks_events_receiver_resource")) return json(response, 404, { code: "404", message: "Not Found" });
	if (!url.searchParams.has("topic")) return json(response, 400, { code: "400", message: "topic is missing" });
	response.writeHead(200, "", { "Content-Length": "0" });
	response.end();
}
