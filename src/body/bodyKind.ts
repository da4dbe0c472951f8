/** What a body is written in, as far as URLs in it are concerned. */
export type BodyKind = "html" | "script" | "json" | "xml" | "css";

const KINDS: ReadonlyMap<string, BodyKind> = new Map([
	["text/html", "html"],
	["application/xhtml+xml", "html"],
	["text/javascript", "script"],
	["application/javascript", "script"],
	["application/x-javascript", "script"],
	["text/ecmascript", "script"],
	["application/ecmascript", "script"],
	["application/json", "json"],
	["text/json", "json"],
	["text/xml", "xml"],
	["application/xml", "xml"],
	["text/css", "css"],
]);

/** Signed by their nature, or data that only looks like text. */
const NEVER: ReadonlySet<string> = new Set([
	"application/samlmetadata+xml",
	"application/samlassertion+xml",
	"application/jwk-set+json",
	"application/jose+json",
	"image/svg+xml",
]);

/** In these charsets bytes below 128 do not mean what they mean in ASCII. */
const NOT_ASCII = /^(?:utf-?(?:7|16|32)|ucs|unicode|iso-?10646|iso-2022|hz|cp?0?37|ebcdic|ibm)/i;

/**
 * By the Content-Type alone (no sniffing). Null: a body that is not looked into, because of its type, or its charset. Any charset that agrees
 * with ASCII is safe, since only bytes below 128 are looked at and written.
 */
export function bodyKind(contentType: string | undefined): BodyKind | null {
	if (contentType === undefined) return null;
	const semicolon = contentType.indexOf(";");
	const type = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
	const kind = KINDS.get(type) ?? bySuffix(type);
	if (kind === null || semicolon === -1) return kind;
	const charset = /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType.slice(semicolon))?.[1];
	return charset !== undefined && NOT_ASCII.test(charset) ? null : kind;
}

/** RFC 6839: `application/scim+json`, `application/soap+xml`. */
function bySuffix(type: string): BodyKind | null {
	if (NEVER.has(type)) return null;
	if (type.endsWith("+json")) return "json";
	return type.endsWith("+xml") ? "xml" : null;
}
