import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import type { Switches } from "./switches.ts";

/**
 * Misbehaves as the switches say. True when that was the whole response and the request must not be handled any further.
 */
export async function misbehave(switches: Switches, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
	if (!(request.url ?? "").startsWith(switches.only)) return false;
	if (switches.halfDead) return true;
	if (switches.slow > 0) await delay(switches.slow, undefined, { ref: false });
	if (response.destroyed) return true;
	sendInformational(switches.informational, response);
	if (switches.garbage) {
		response.socket?.end("\u0000\u0001not http at all\r\n\r\n");
		return true;
	}
	if (switches.closeMidBody) {
		response.writeHead(200, "", { "Content-Type": "text/html;charset=UTF-8", "Content-Length": "1000" });
		response.write("<html><body>half of a page", () => cut(response.socket));
		return true;
	}
	if (switches.failing) {
		response.writeHead(500, "", { "Content-Type": "text/html;charset=utf-8", "Content-Length": "0" });
		response.end();
		return true;
	}
	return false;
}

/** A reset, or for TLS, which Node cannot reset, an end without its alert. */
function cut(socket: Socket | null): void {
	if (socket instanceof TLSSocket) socket.destroy();
	else socket?.resetAndDestroy();
}

function sendInformational(count: number, response: ServerResponse): void {
	for (let sent = 0; sent < count; sent++) {
		if (sent === 0) response.writeEarlyHints({ link: "</authenticationendpoint/css/app.css>; rel=preload; as=style" });
		else response.writeProcessing();
	}
}
