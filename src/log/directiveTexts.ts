/**
 * What each directive of {@link DIRECTIVES} says, for docs/reference/log-events.md and for messages. An argument in braces is written `{name}`; a
 * test compares both tables.
 */

export interface DirectiveText {
	/** Arguments, each as it stands in braces; `Name` for any name, "" for none. */
	readonly arguments: readonly string[];
	readonly text: string;
}

const plain = (text: string): DirectiveText => ({ arguments: [""], text });

export const DIRECTIVE_TEXTS: Readonly<Record<string, DirectiveText>> = {
	"%": plain("a percent sign"),
	a: { arguments: ["", "c"], text: "client address; `c`: address of the TCP peer" },
	B: plain("bytes of the response body"),
	b: plain("bytes of the response body, `-` for 0"),
	C: { arguments: ["Name"], text: "value of a cookie of the request; `***` for those that hold a session" },
	D: plain("duration in microseconds"),
	e: { arguments: ["UNIQUE_ID", "HTTPS", "SSL_PROTOCOL"], text: "request ID; `on` over https; TLS version" },
	H: plain("protocol, such as `HTTP/1.1`"),
	h: { arguments: ["", "c"], text: "the same as `%a`: names are never looked up" },
	I: plain("bytes received, head and body"),
	i: { arguments: ["Name"], text: "field of the request, credentials masked" },
	k: plain("requests on this connection before this one"),
	L: plain("request ID, as in `X-Request-Id` and on error pages"),
	l: plain("always `-`"),
	m: plain("method"),
	n: {
		arguments: ["attempts", "error", "member", "phase", "request_id", "route", "rule", "service", "upstream_status"],
		text: "Portico's own: attempts made, error code, last member tried, phase reached, request ID, route, rule that refused the request, service, status of the node",
	},
	O: plain("bytes sent, head and body"),
	o: { arguments: ["Name"], text: "field of the response, credentials masked" },
	p: { arguments: ["", "canonical", "remote"], text: "port that the client asked for; `remote`: port of the client" },
	q: plain("query with its `?`, secrets masked"),
	r: plain("request line, secrets masked"),
	S: plain("bytes received and sent"),
	s: plain("status sent to the client; 499: the client left first"),
	T: { arguments: ["", "s", "ms", "us"], text: "duration in seconds, or in the unit" },
	t: {
		arguments: ["", "Name"],
		text: "time of the beginning; as in strftime(3), `sec`, `msec`, `usec` and their fractions; `end:` in front for the end",
	},
	U: plain("path, percent-decoded, without the query"),
	u: plain("user that signed in by `basicAuth`"),
	V: plain("host that the client asked for, without port"),
	v: plain("the same as `%V`"),
	X: plain("connection after the response: `+` kept open, `-` closed, `X` cut by the client"),
	x: { arguments: ["SSL_PROTOCOL", "HTTPS"], text: "TLS version; `on` or `off`" },
	"^FB": plain("time to the first byte of the response, in microseconds"),
};
