/** docs/reference/limits.md: every limit, its default, the error that follows from it, and the metric that counts it. */
import { QUEUE, QUEUE_TIMEOUT } from "../../src/config/overload.ts";
import { type JsonSchema, jsonSchema } from "../../src/config/schemaKeys.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { MOST_REQUESTS, MOST_STREAMS, MOST_TUNNELS, SETTINGS_MS } from "../../src/listener/http2/connection.ts";
import type { MetricName } from "../../src/metrics/metrics.ts";
import { NOTE, table } from "./markdown.ts";

interface LimitRow {
	/** Key of portico.yaml, or null: it is fixed. */
	readonly key: string | null;
	/** The default, if the schema does not have it or the limit is fixed. */
	readonly value?: string;
	readonly limits: string;
	/** What follows. */
	readonly effect: string;
	readonly codes: readonly ErrorCode[];
	readonly metrics: readonly MetricName[];
}

interface Group {
	readonly title: string;
	readonly rows: readonly LimitRow[];
}

const ERRORS_TOTAL: MetricName = "portico_errors_total";
const REFUSED: readonly MetricName[] = ["portico_client_connections_refused_total", ERRORS_TOTAL];

/** A limit whose error answers the request. */
const limit = (key: string | null, limits: string, effect: string, ...codes: ErrorCode[]): LimitRow => ({
	...{ key, limits, effect, codes },
	metrics: codes.length === 0 ? [] : [ERRORS_TOTAL],
});
const fixed = (value: string, limits: string, effect: string, ...codes: ErrorCode[]): LimitRow => ({
	...limit(null, limits, effect, ...codes),
	value,
});
const own = (key: string, value: string, limits: string, effect: string, ...codes: ErrorCode[]): LimitRow => ({
	...limit(key, limits, effect, ...codes),
	value,
});

const GROUPS: readonly Group[] = [
	{
		title: "Client connections",
		rows: [
			{
				...limit(
					"limits.connections",
					"Client connections in total, over all workers. Lowered to half of the available descriptors.",
					"From 90% on, each new connection closes the oldest idle one. At the limit, new ones are refused.",
					"connection_limit_reached",
				),
				metrics: ["portico_client_connections", ...REFUSED],
			},
			{
				...limit("limits.connectionsPerClient", "Connections of one address. 0: no limit.", "Refused.", "client_connection_limit_reached"),
				metrics: REFUSED,
			},
			{
				...limit("timeouts.tlsHandshake", "Time for the TLS handshake.", "Closed.", "tls_handshake_failed"),
				metrics: REFUSED,
			},
			limit("timeouts.keepAlive", "Time to keep an idle connection.", "Closed."),
		],
	},
	{
		title: "Requests",
		rows: [
			limit(
				"limits.requestHead",
				"Bytes of request line and headers.",
				"414 or 431.",
				"request_uri_too_long",
				"request_header_section_size",
			),
			limit("limits.headerFields", "Header fields of a request or response.", "431.", "request_header_count"),
			limit("timeouts.requestHead", "Time from the first byte of a head to its last.", "408.", "request_head_timeout"),
			own("services.NAME.routes[].maxBody", "the preset's", "Bytes of a body.", "413.", "request_body_size"),
			limit("timeouts.bodyIdle", "Maximum pause in a body.", "408.", "request_body_timeout"),
			limit(
				"timeouts.bodyMinRate",
				"Minimum rate of a body, over `timeouts.bodyIdle`. While the body holds a slot, the minimum doubles with each such period, up to 64 times.",
				"408.",
				"request_body_timeout",
			),
			limit("limits.requestBuffer", "Bytes of a body that are read before the request takes a slot at a node.", "The rest is streamed."),
		],
	},
	{
		title: "HTTP/2 connections",
		rows: [
			fixed(String(MOST_STREAMS), "Requests of one connection at a time.", "The stream is refused; clients send it again.", "http2_abuse"),
			fixed(String(MOST_TUNNELS), "WebSockets of one connection at a time.", "The stream is refused."),
			fixed(String(MOST_REQUESTS), "Requests of one connection in all.", "The client is asked to open another connection."),
			fixed(
				"1.5 × `limits.requestHead`",
				"Bytes of the fields of a head, 32 more for each. Four times as much ends the connection.",
				"431.",
				"request_header_section_size",
				"http2_abuse",
			),
			fixed(
				"400, or `limits.headerFields`",
				"Fields of a head, with each crumb of a Cookie field by itself. Joined, `limits.headerFields` applies.",
				"431.",
				"request_header_count",
			),
			fixed("64, and 8 KiB", "Trailer fields of a request, and their bytes.", "The stream is reset.", "http_request_error"),
			fixed("16", "CONTINUATION frames of a head.", "The connection ends.", "http2_abuse"),
			fixed(
				"64 KiB to 1 MiB",
				"Bytes of a request body on their way: a stream's window grows while its node keeps up. 1 to 8 MiB for the connection.",
				"The connection ends.",
				"http2_protocol_error",
			),
			fixed(
				"30 s",
				"Longest time in which a client opens no window for a response that waits, or `timeouts.clientWrite` if that is less.",
				"The stream is reset.",
				"client_gone",
			),
			fixed(`${SETTINGS_MS / 1000} s`, "Time to acknowledge Portico's SETTINGS.", "The connection ends.", "http2_protocol_error"),
			{
				...fixed(
					"1000 points",
					"What a connection may cost beyond its requests; 20 points a second are forgotten. A reset before the response costs 5, a malformed request 10, a refused stream 5, a stalled stream 5, each PING beyond 50 (then 2 a second) 2, each SETTINGS beyond 10 (then 1 a second) 10, an empty DATA frame beyond 10 costs 1, an empty CONTINUATION 5, PRIORITY and unknown frames a quarter, a WINDOW_UPDATE below 1 KiB a quarter beyond 2 for each DATA frame that the client got.",
					"From 750 on the client is asked to open another connection. At 1000 the connection ends with ENHANCE_YOUR_CALM.",
					"http2_abuse",
				),
				metrics: ["portico_http2_abuse_total", ERRORS_TOTAL],
			},
		],
	},
	{
		title: "Slots at the nodes",
		rows: [
			{
				...own("services.NAME.overload.maxRequests", "250, or none", "Requests in flight at one member.", "More are queued."),
				metrics: ["portico_member_in_flight"],
			},
			{
				...own(
					"services.NAME.overload.queue",
					String(QUEUE),
					"Requests in the queue of a pool.",
					"503. A client with many requests in the queue makes room for one with fewer.",
					"queue_full",
				),
				metrics: ["portico_pool_waiting", ERRORS_TOTAL],
			},
			own("services.NAME.overload.queueTimeout", `${QUEUE_TIMEOUT / 1000}s`, "Maximum time in the queue.", "503.", "queue_timeout"),
			fixed(
				"an eighth",
				"Slots of each member that a client leaves to others, if it holds more than an eighth of those in use and another client sent a request in the last minute.",
				"Its requests are queued.",
			),
			fixed(
				"32 KiB/s",
				"Rate, over 5 s, at which a client sends its body or reads its response while others are queued.",
				"A client with more slots than the queued one gives up its slowest request: 408, or the connection is reset. The client with the most slots comes first.",
				"client_too_slow",
			),
		],
	},
	{
		title: "Responses",
		rows: [
			limit("limits.responseHead", "Bytes of status line and headers.", "502.", "http_response_header_section_size"),
			fixed("10", "Interim responses (1xx) of one attempt.", "502.", "informational_flood"),
			limit("timeouts.connect", "Time to connect to a node.", "Another node, or 504.", "connection_timeout"),
			limit("timeouts.firstByte", "Time until the response begins.", "Another node, or 504.", "http_response_timeout"),
			limit("timeouts.upstreamIdle", "Maximum pause in a response.", "The response is aborted.", "connection_read_timeout"),
			limit(
				"timeouts.clientWrite",
				"Maximum time in which a client accepts nothing of its response.",
				"The connection is reset.",
				"client_gone",
			),
			limit("limits.responseBuffer", "Bytes of a response that are read ahead of a slow client.", "The node waits for the client."),
			limit("timeouts.tunnelIdle", "Maximum idle time of an upgraded connection.", "Closed.", "tunnel_timeout"),
			fixed(
				"10 s",
				"Idle time of an upgraded connection while requests of a client with fewer slots are queued.",
				"Closed.",
				"client_too_slow",
			),
		],
	},
	{
		title: "Memory",
		rows: [
			{
				...limit(
					"limits.memory",
					"Bytes of the process. 0: all memory of the machine or its container.",
					"From 80% on, new work is refused, by its class: see [Memory](../explanation/memory.md).",
					...(["overloaded", "overloaded_upload"] as const),
				),
				metrics: ["portico_memory_level", "portico_memory_shed_total", ...REFUSED],
			},
			{
				...fixed("an eighth of the memory", "Request heads above 4 KiB, and pipelined requests.", "503.", "overloaded"),
				metrics: ["portico_memory_shed_total", ERRORS_TOTAL],
			},
			fixed(
				"an eighth of the memory",
				"Buffered bodies: of requests before they take a slot, of responses for slow clients.",
				"Requests take their slots at once. Of the clients that read less than 32 KiB per second, the slowest is disconnected.",
				"client_too_slow",
			),
		],
	},
	{
		title: "Nodes",
		rows: [
			own(
				"services.NAME.overload.maxConnections",
				"as `maxRequests`",
				"Connections to one member, including idle ones.",
				"Idle ones are closed, then requests are queued.",
			),
			{
				...own("services.NAME.retry.budget", "20%", "Maximum retries, as a percentage of the requests of the last 10 s.", "No retry."),
				metrics: ["portico_retries_total"],
			},
			own("services.NAME.retry.attempts", "4", "Attempts for one request.", "The error of the last one."),
		],
	},
	{
		title: "Admin server",
		rows: [
			fixed("64", "Connections of one address.", "A new connection closes the oldest one without a request."),
			fixed("256", "Connections in total.", "A new connection closes the oldest one without a request."),
		],
	},
];

const INTRODUCTION = `# Limits

${NOTE}

This page lists every limit on what clients and nodes may use: its default, what happens at the limit, the [error code](errors.md) and the [metric](metrics.md).
\`${ERRORS_TOTAL}\` counts errors by code. [Configuration](config.md) describes the keys. A limit without a key is fixed.

A client is an IPv4 address or an IPv6 /64 network. Each worker thread counts the shares of its own clients. Behind a load balancer, the client is the one that a trusted proxy
names. If all clients have one address, no share limits them.
`;

export function limitsPage(): string {
	const schema = jsonSchema();
	const sections = GROUPS.map(
		({ title, rows }) =>
			`## ${title}\n\n${table(
				["limit", "default", "limits", "at the limit", "code", "metric"],
				rows.map((row) => line(row, schema)),
			)}`,
	);
	return [INTRODUCTION, ...sections].join("\n");
}

function line({ key, value, limits, effect, codes, metrics }: LimitRow, schema: JsonSchema): string[] {
	const name = key === null ? "fixed" : `[\`${key}\`](config.md#${key})`;
	const names = (page: string, list: readonly string[]): string =>
		list.map((each) => `[\`${each}\`](${page}.md#${each})`).join(", ") || "–";
	const initial = value ?? `\`${String(defaultAt(schema, key ?? ""))}\``;
	return [name, initial, limits, effect, names("errors", codes), names("metrics", metrics)];
}

/** @throws Error if the schema has no default there */
function defaultAt(schema: JsonSchema, key: string): unknown {
	let at: JsonSchema | undefined = schema;
	for (const part of key.split(".")) at = at?.properties?.[part];
	if (at?.default === undefined) throw new Error(`no default: ${key}`);
	return at.default;
}
