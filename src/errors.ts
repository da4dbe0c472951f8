/**
 * The error table: one row for every way in which an exchange can fail. The code appears in the access log, as a metric label, in the
 * `Proxy-Status` header, on the error page and in docs/reference/errors.md (generated from this table; scripts/docs/errorFixes.ts has the
 * fixes).
 *
 * Codes are the proxy error types of RFC 9209 section 2.3 if one fits, and Portico's own otherwise.
 */

/** The phases of an exchange, in the order of its life (see proxy.ts and docs/explanation/request-life.md). */
export const PHASES = [
	"received",
	"admitted",
	"routed",
	"assigned",
	"prepared",
	"connected",
	"sent",
	"answered",
	"rewritten",
	"relayed",
	"recorded",
] as const;

export type Phase = (typeof PHASES)[number];

/** The side that caused the error. */
export type Side = "client" | "upstream" | "internal";

/**
 * Whether Portico may retry. `safe`: nothing of the request reached the member. `idempotent`: only if repeating the request does no
 * harm. `never`: another attempt would fail in the same way or could do harm.
 */
export type Retry = "safe" | "idempotent" | "never";

export interface ErrorRow {
	readonly side: Side;
	readonly retry: Retry;
	/** HTTP status sent to the client; 499 is only ever logged. */
	readonly status: number;
	/** The member caused the error: passive checks count it. */
	readonly countsAgainstMember: boolean;
	/** A client can provoke it at will, by what it sends or by reading slowly. If it counts against the member, it must come from two clients. */
	readonly byClient: boolean;
	readonly level: "debug" | "info" | "warn" | "error";
	/** Sentence for the error page and the log; never an internal address. */
	readonly text: string;
}

const client = (status: number, text: string): ErrorRow => ({
	side: "client",
	retry: "never",
	status,
	countsAgainstMember: false,
	byClient: true,
	level: "info",
	text,
});
const upstream = (status: number, retry: Retry, text: string): ErrorRow => ({
	side: "upstream",
	retry,
	status,
	countsAgainstMember: true,
	// An error before any byte of the request was sent does not depend on the request.
	byClient: retry !== "safe",
	level: "warn",
	text,
});
const internal = (status: number, level: ErrorRow["level"], text: string, byClient = true): ErrorRow => ({
	side: "internal",
	retry: "never",
	status,
	countsAgainstMember: false,
	byClient,
	level,
	text,
});

export const ERRORS = {
	// The client's request, on the wire
	http_request_error: client(400, "The request is malformed."),
	ambiguous_framing: client(400, "The end of the request body is ambiguous."),
	host_refused: client(400, "The request has no valid Host header."),
	request_target_refused: client(400, "The request target is malformed."),
	transfer_coding_unsupported: client(501, "The request uses a transfer coding other than chunked."),
	http_version_unsupported: client(505, "Only HTTP/1.0 and HTTP/1.1 are supported here."),
	expectation_failed: client(417, "Only Expect: 100-continue is supported."),
	request_uri_too_long: client(414, "The request line is longer than the limit."),
	request_header_section_size: client(431, "The request headers are larger than the limit."),
	request_cookies_size: client(431, "The request's cookies are larger than the nodes accept. Delete this site's cookies and try again."),
	request_header_count: client(431, "The request has more header fields than the limit."),
	request_body_size: client(413, "The request body is larger than this route allows."),
	request_head_timeout: client(408, "The request head did not arrive in time."),
	request_body_timeout: client(408, "The request body stopped arriving, or arrived too slowly."),
	client_too_slow: client(408, "The client was too slow while other clients were waiting."),
	proxy_protocol_error: client(400, "The connection did not begin with a valid PROXY protocol header."),
	tls_handshake_failed: client(400, "The TLS handshake failed."),
	http2_protocol_error: client(400, "The connection broke the rules of HTTP/2."),
	http2_abuse: client(400, "The connection cost more than its requests are worth."),
	client_gone: client(499, "The client disconnected before the response was complete."),

	// The client's request, by Portico's rules
	misdirected_request: client(421, "This host is not served here."),
	route_not_found: client(404, "Nothing is served at this path."),
	path_refused: client(400, "The path can be read in more than one way, so it is refused."),
	http_request_denied: client(403, "Access to this path is not allowed from here."),
	authentication_required: client(401, "This path is for users that sign in."),
	authentication_throttled: client(429, "Too many passwords from here were wrong. Wait a moment."),
	method_refused: client(405, "This method is not allowed here."),

	// Portico's capacity
	connection_limit_reached: internal(503, "warn", "The maximum number of client connections is reached."),
	client_connection_limit_reached: { ...client(503, "This client has too many connections."), level: "warn" },
	overloaded: internal(503, "error", "The server is short of memory."),
	overloaded_upload: internal(503, "warn", "The server is short of memory and accepts no large request bodies at the moment."),
	maintenance: internal(503, "info", "This service is in maintenance. Try again later.", false),
	queue_full: internal(503, "warn", "Too many requests are already queued for a node."),
	queue_timeout: internal(503, "warn", "No node had a free slot for this request in time."),
	affinity_member_lost: internal(503, "warn", "The node that has this session is unavailable.", false),
	no_eligible_member: internal(503, "error", "No node can serve this request at the moment.", false),
	proxy_internal_error: internal(500, "error", "An internal error occurred.", false),

	// Reaching the member
	// Nothing was sent to the member: this machine is out of descriptors, ports or memory.
	socket_unavailable: {
		...upstream(503, "safe", "The server cannot open another connection."),
		countsAgainstMember: false,
		byClient: true,
		level: "error",
	},
	dns_error: upstream(502, "safe", "The node's name cannot be resolved."),
	connection_refused: upstream(502, "safe", "The node refused the connection."),
	connection_timeout: upstream(504, "safe", "The node did not accept the connection in time."),
	// The network of this machine may be down instead: the member is avoided for a moment, and its checks decide.
	destination_ip_unroutable: { ...upstream(502, "safe", "There is no route to the node."), countsAgainstMember: false },
	tls_certificate_error: upstream(502, "safe", "The node's certificate is not trusted."),
	tls_protocol_error: upstream(502, "safe", "The TLS handshake with the node failed."),

	// Talking to the member
	connection_terminated: upstream(502, "idempotent", "The node closed the connection before it responded."),
	// The cause has already been counted against the member: by its checks or by its status.
	member_down: {
		...upstream(502, "idempotent", "The node went down before it responded."),
		countsAgainstMember: false,
		byClient: false,
	},
	http_response_status: {
		...upstream(502, "idempotent", "The node responded that it cannot serve at the moment."),
		countsAgainstMember: false,
	},
	connection_write_timeout: upstream(504, "never", "The node stopped reading the request."),
	http_response_timeout: upstream(504, "never", "The node did not begin its response in time."),
	connection_read_timeout: upstream(504, "never", "The node stopped in the middle of its response."),
	http_response_incomplete: upstream(502, "never", "The node's response ended too early."),
	http_protocol_error: upstream(502, "never", "The node's response is not valid HTTP."),
	// A client can cause large headers by what it sends, so they do not count against the node.
	http_response_header_section_size: {
		...upstream(502, "never", "The node's response has headers larger than the limit."),
		countsAgainstMember: false,
	},
	http_response_content_coding: upstream(502, "never", "The node's response is not in the content coding that it declares."),
	http_response_signed_late: {
		...upstream(
			502,
			"never",
			"The node's XML turned out to be signed after part of it had been rewritten. The next request gets it unchanged.",
		),
		countsAgainstMember: false,
	},
	http_response_transfer_coding: upstream(502, "never", "The node's response uses an unknown transfer coding."),
	http_upgrade_failed: upstream(502, "never", "The node switched protocols although the request did not ask for that."),
	informational_flood: upstream(502, "never", "The node sent too many interim responses."),
	tunnel_timeout: { ...client(499, "The tunnel was idle for too long."), level: "debug" },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

/** Options of a {@link PorticoError}. */
export interface PorticoErrorOptions {
	readonly cause?: unknown;
	/** Name of the member concerned, e.g. `is-1/servlet`. Logged, never shown to a client. */
	readonly member?: string;
	/** The exact cause, e.g. the rule id `path.dot-segment`. Logged; shown only by `explain`. */
	readonly detail?: string;
	/** Added to the text that the client reads; never an internal address, never a value that it sent. */
	readonly publicDetail?: string;
}

/** The one error class of the data path. Everything else about it comes from {@link ERRORS}. */
export class PorticoError extends Error {
	readonly code: ErrorCode;
	readonly member: string | undefined;
	readonly detail: string | undefined;
	readonly publicDetail: string | undefined;

	constructor(code: ErrorCode, options: PorticoErrorOptions = {}) {
		super(options.detail === undefined ? code : `${code}: ${options.detail}`, { cause: options.cause });
		this.name = "PorticoError";
		this.code = code;
		this.member = options.member;
		this.detail = options.detail;
		this.publicDetail = options.publicDetail;
	}

	get row(): ErrorRow {
		return ERRORS[this.code];
	}
}
