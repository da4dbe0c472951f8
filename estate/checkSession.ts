import { allowsCallback, findClient } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { page } from "./html.ts";

const INVALID = "<html><body>Invalid OP IFrame Request</body></html>";

/**
 * `/oidc/checksession`: the iframe of OpenID Connect Session Management 1.0, which reads `opbs`. It heeds messages from the origin of the client's
 * callback alone. Callbacks are registered as expressions here, and with such a one the request has to say which it is (OIDCSessionIFrameServlet);
 * where that one is not registered the page has no script, and nobody is ever told anything.
 */
export async function checkSession(exchange: Exchange): Promise<void> {
	const client = await findClient(exchange.node.store, exchange.query.get("client_id") ?? "");
	const callback = URL.parse(exchange.query.get("redirect_uri") ?? "");
	const known = client !== undefined && callback !== null && allowsCallback(client, callback.href);
	exchange.send(200, "text/html", known ? page("OIDC check session", "", script(callback.origin)) : INVALID);
}

function script(clientOrigin: string): string {
	return `<script>
var clientOrigin = ${JSON.stringify(clientOrigin)};
function opbs() { var match = /(?:^|; )opbs=([^;]*)/.exec(document.cookie); return match ? match[1] : ""; }
window.addEventListener("message", async function (event) {
	if (event.origin !== clientOrigin) return;
	var parts = String(event.data).split(" ");
	if (parts.length !== 2) return event.source.postMessage("error", event.origin);
	var salt = parts[1].split(".")[1];
	var text = new TextEncoder().encode(parts[0] + " " + event.origin + " " + opbs() + " " + salt);
	var hash = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", text)), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
	event.source.postMessage(hash + "." + salt === parts[1] ? "unchanged" : "changed", event.origin);
});
</script>`;
}
