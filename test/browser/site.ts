/** What a visitor's browser may know of an installation. */
export interface Site {
	/** Origins that browsers may ask: those of Portico and of relying parties. */
	readonly origins: readonly string[];
	/** Of the relying party, which is nobody's node though it is local: what it shows is its own. */
	readonly relyingParty: string;
	/** Whether no body of a response may name a node either. */
	readonly cleanBodies: boolean;
}

/** Addresses of this machine, plain or in a query, with a port or in a URL. */
const LOCAL = /(?:localhost|127\.0\.0\.1)(?:(?::|%3A|%253A)\d+)|(?:\/\/|%2F%2F|%252F%252F)(?:localhost|127\.0\.0\.1)/gi;
/** What clients compare with what they know: callbacks as they are registered, and the issuer that stands in signed tokens. */
const COMPARED = /redirect_uri(?:=|%3D)[^&"'\s<]*|"issuer"\s*:\s*"[^"]*"/g;

/** The first address in a text that browsers have no business to know; null = none. */
export function strangerIn(text: string, site: Site): string | null {
	const known = site.origins.map((origin) => new URL(origin).host);
	const plain = text.replace(COMPARED, "");
	for (const { 0: found, index } of plain.matchAll(LOCAL)) {
		const address = decoded(decoded(plain.slice(index, index + found.length + 12))).replace(/^\/\//, "");
		if (!known.some((host) => address.startsWith(host))) return plain.slice(Math.max(0, index - 60), index + found.length + 30);
	}
	return null;
}

/** Without what a cut has left of an escape. */
function decoded(text: string): string {
	return decodeURIComponent(text.replace(/%.?$/, ""));
}
