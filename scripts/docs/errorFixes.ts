/** What an operator can do about each error code, for docs/reference/errors.md. Markdown, from that page. */
import type { ErrorCode } from "../../src/errors.ts";

const CONFIG = "config.md";
const CLIENT = "Fix the client. `rule` in the access log has the exact cause.";
const NODE = "Fix the node: look for restarts and errors in its log at that time.";

export const ERROR_FIXES: Readonly<Record<ErrorCode, string>> = {
	http_request_error: CLIENT,
	ambiguous_framing: `${CLIENT} A proxy in front may also send both Content-Length and Transfer-Encoding.`,
	host_refused: "Send exactly one Host header. Behind a proxy in `trustedProxies`, check its X-Forwarded-Host.",
	request_target_refused: CLIENT,
	transfer_coding_unsupported: "Send the body with Content-Length or with `Transfer-Encoding: chunked`.",
	http_version_unsupported: "Use HTTP/1.1.",
	expectation_failed: "Send no `Expect` header other than `100-continue`.",
	request_uri_too_long: `Shorten the URL, send long parameters in a POST body, or raise [\`limits.requestHead\`](${CONFIG}#limits.requestHead).`,
	request_header_section_size: `Delete cookies that accumulate, or raise [\`limits.requestHead\`](${CONFIG}#limits.requestHead).`,
	request_cookies_size: `The page and \`rule\` name the largest cookie: find out why it grows. Raise \`maxHttpHeaderSize\` on the nodes and [\`cookies.maxHeader\`](${CONFIG}#services.NAME.cookies.maxHeader) together.`,
	request_header_count: `Send fewer headers, or raise [\`limits.headerFields\`](${CONFIG}#limits.headerFields).`,
	request_body_size: `Raise [\`maxBody\`](${CONFIG}#services.NAME.maxBody) of the service or route, if the body is legitimate.`,
	request_head_timeout: `Usually a slow or idle client; nothing to do. For slow networks, raise [\`timeouts.requestHead\`](${CONFIG}#timeouts.requestHead).`,
	request_body_timeout: `For slow networks, raise [\`timeouts.bodyIdle\`](${CONFIG}#timeouts.bodyIdle) or lower [\`timeouts.bodyMinRate\`](${CONFIG}#timeouts.bodyMinRate).`,
	client_too_slow: `Check whether many clients are that slow, and whether [\`overload.maxRequests\`](${CONFIG}#services.NAME.overload.maxRequests) fits the nodes.`,
	proxy_protocol_error:
		"Switch the PROXY protocol on in the load balancer, and list its addresses in `trustedProxies`. `rule` has the exact cause.",
	tls_handshake_failed:
		"Check the client's TLS versions and ciphers, and whether it trusts the certificate. Scanners cause this error too.",
	http2_protocol_error: "Look at the client: its HTTP/2 library or a program in between is broken, or it is an attack.",
	http2_abuse: "See `portico_http2_abuse_total` for the reason. A good client that causes it sends very many resets, pings or settings.",
	client_gone: "Nothing, if it is rare. If many have the same duration, a client's timeout is shorter than the node's response time.",
	misdirected_request:
		"Add the host to `hosts`, or to the service. The event [`host_unknown`](log-events.md#host_unknown) has the details.",
	route_not_found: "Check the path and the prefix: `portico explain URL` shows the nearest routes.",
	path_refused: "Send a plain path. If an API needs this one, set `allowPath` on its route. See [Path rules](path-rules.md).",
	http_request_denied: "`portico explain URL --client ADDRESS` shows the rule. Change `access`, if the client should have access.",
	authentication_required: "Send the name and password of a user of the route's `basicAuth`.",
	authentication_throttled: "Wait, then send the right password. Many such errors from one address may be an attack: see the access log.",
	method_refused: "Use another method, or add this one to `methods` of the route or service.",
	client_connection_limit_reached: `Raise [\`limits.connectionsPerClient\`](${CONFIG}#limits.connectionsPerClient) if many users share the address, or list the load balancer in \`trustedProxies\`.`,
	tunnel_timeout: `Send pings, or raise [\`timeouts.tunnelIdle\`](${CONFIG}#timeouts.tunnelIdle).`,
	socket_unavailable: "Raise the limits of the machine: see [Tune](../how-to/tune.md).",
	dns_error: "Check the node's `host`, and the name servers of the machine.",
	connection_refused: "Start the node, or correct its `offset` or `ports`.",
	connection_timeout: "Check firewalls and whether the machine of the node runs.",
	destination_ip_unroutable: "Check the network of this machine, then the node's address.",
	tls_certificate_error:
		"Set `trust`, `tls.serverName` or `pin`: see [Certificates of the nodes](../how-to/certificates.md#certificates-of-the-nodes).",
	tls_protocol_error: "Check that the port serves TLS, and the TLS versions of the node. For plain HTTP, set `transport: http`.",
	connection_terminated: `${NODE} If it happens on idle connections, lower [\`keepAlive.idle\`](${CONFIG}#services.NAME.keepAlive.idle).`,
	member_down: "Find out why the node's checks failed: event `member_down`, and `portico status`.",
	http_response_status: "Find out why the node returns one of `retry.statuses`.",
	connection_write_timeout: `The node hangs, or is too busy to read: check its threads. [\`timeouts.upstreamIdle\`](${CONFIG}#timeouts.upstreamIdle) sets the limit.`,
	http_response_timeout: `Check why the node is slow. Raise \`firstByte\` in [\`timeouts\`](${CONFIG}#services.NAME.routes[].timeouts) of the route if the request takes so long.`,
	connection_read_timeout: `Check why the node stopped. Raise \`upstreamIdle\` in [\`timeouts\`](${CONFIG}#services.NAME.routes[].timeouts) of the route if it pauses that long.`,
	http_response_incomplete: NODE,
	http_protocol_error: `Check that the port serves HTTP and not TLS. ${NODE}`,
	http_response_header_section_size: `Raise [\`limits.responseHead\`](${CONFIG}#limits.responseHead), or make the node send fewer or shorter headers.`,
	http_response_content_coding: "Fix Content-Encoding on the node, or set `rewriteBodies: false` on the route.",
	http_response_signed_late:
		"Nothing: Portico does not rewrite that resource again. To avoid the first failure, set `rewriteBodies: false` on the route.",
	http_response_transfer_coding: "Fix Transfer-Encoding on the node.",
	http_upgrade_failed: "Check that the port is the one for WebSocket.",
	informational_flood: "Fix the node: it sends interim responses (1xx) without an end.",
	connection_limit_reached: `Raise [\`limits.connections\`](${CONFIG}#limits.connections), if memory and descriptors allow it.`,
	overloaded: "Find out what uses the memory, or give Portico more: see [Memory](../explanation/memory.md).",
	overloaded_upload: "As for `overloaded`. Clients may send the upload again later.",
	maintenance: `End the maintenance with \`portico maintenance\`, or add the client to [\`maintenance.allow\`](${CONFIG}#maintenance).`,
	queue_full: `As for \`queue_timeout\`. [\`overload.queue\`](${CONFIG}#services.NAME.overload.queue) sets the length of the queue.`,
	queue_timeout: "Check why the nodes are slow: `portico status` shows requests in flight and in the queue. Otherwise, add nodes.",
	affinity_member_lost: `Restore the node, or set [\`onMemberLost: rebalance\`](${CONFIG}#services.NAME.affinity.onMemberLost).`,
	no_eligible_member: "Enable, start or repair a node: `portico status` shows the reason for each member.",
	proxy_internal_error: "Report it as a bug, with the `cause` from the control log.",
};
