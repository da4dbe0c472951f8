/** Characters that Tomcat refuses in a request target unless `relaxedPathChars` names them. */
const REFUSED = /["<>[\\\]^`{|}\u0000-\u0020\u007f-\uffff]/;

/**
 * The path as Tomcat's mapper sees it (CoyoteAdapter.postParseRequest): parameters (`;x=y`) cut from each segment, decoded once, then
 * `//` collapsed and dot segments resolved. Null where Tomcat answers 400: encoded slash, backslash, NUL, bad escapes, or a climb above `/`.
 */
export function servletPath(rawPath: string): string | null {
	if (REFUSED.test(rawPath)) return null;
	const decoded = decodeOnce(rawPath.replace(/;[^/]*/g, ""));
	if (decoded === null || decoded.includes("\\") || decoded.includes("\0")) return null;
	const segments: string[] = [];
	const parts = decoded.split("/").slice(1);
	for (const [index, part] of parts.entries()) {
		const last = index === parts.length - 1;
		if (part === "..") {
			if (segments.pop() === undefined) return null;
		} else if (part !== "." && part !== "") {
			segments.push(part);
			continue;
		}
		if (last) segments.push("");
	}
	return `/${segments.join("/")}`;
}

function decodeOnce(text: string): string | null {
	if (!text.includes("%")) return text;
	if (/%2f/i.test(text)) return null;
	try {
		return decodeURIComponent(text);
	} catch {
		return null;
	}
}
