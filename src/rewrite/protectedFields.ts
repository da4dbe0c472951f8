/**
 * End-to-end fields that a Connection field cannot take away. RFC 9110 section 7.6.1 forbids senders to nominate fields meant for all recipients;
 * obeying them all the same would let a client strip what nodes base decisions on (`Connection: Authorization, X-Forwarded-For`). Fields that
 * Portico sets itself need no mention: they are added after the nominated ones are gone.
 */
const PROTECTED: ReadonlySet<string> = new Set([
	// requests
	"host",
	"authorization",
	"cookie",
	"origin",
	"referer",
	"dpop",
	"via",
	"range",
	"if-match",
	"if-none-match",
	"if-modified-since",
	"if-unmodified-since",
	"if-range",
	"access-control-request-method",
	"access-control-request-headers",
	"sec-fetch-site",
	"sec-fetch-mode",
	"sec-fetch-dest",
	"sec-websocket-key",
	"sec-websocket-version",
	"sec-websocket-protocol",
	"sec-websocket-extensions",
	// both
	"cache-control",
	"content-encoding",
	"content-length",
	"content-range",
	"content-type",
	"date",
	"pragma",
	// responses
	"set-cookie",
	"location",
	"www-authenticate",
	"vary",
	"etag",
	"expires",
	"last-modified",
	"strict-transport-security",
	"content-security-policy",
	"x-frame-options",
	"x-content-type-options",
	"referrer-policy",
	"access-control-allow-origin",
	"access-control-allow-credentials",
	"sec-websocket-accept",
]);

/** Whether the field is dropped because Connection names it. `nominated`: what `connectionOptions` gave. */
export function isNominated(nominated: ReadonlySet<string> | null, key: string): boolean {
	return nominated?.has(key) === true && !PROTECTED.has(key);
}
