/** Parses Set-Cookie values as a browser does (RFC 6265 section 5.2). Pure. */
import type { HeaderList } from "../http/headers.ts";

export interface SetCookie {
	readonly name: string;
	readonly value: string;
	/** As sent, for evidence. */
	readonly text: string;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	/** Lower case; null: not said. */
	readonly sameSite: string | null;
	readonly path: string | null;
	readonly domain: string | null;
	/** Its value is gone, or its time is over: it deletes. */
	readonly deletes: boolean;
}

export function setCookies(headers: HeaderList): SetCookie[] {
	return headers.all("set-cookie").slice(0, 100).map(setCookieOf);
}

function setCookieOf(text: string): SetCookie {
	const [pair = "", ...rest] = text.split(";");
	const attributes = new Map(
		rest.map((part) => {
			const [name = "", ...value] = part.split("=");
			return [name.trim().toLowerCase(), value.join("=").trim()] as const;
		}),
	);
	const at = pair.indexOf("=");
	const value = pair.slice(at + 1).trim();
	return {
		name: at === -1 ? "" : pair.slice(0, at).trim(),
		value,
		text,
		secure: attributes.has("secure"),
		httpOnly: attributes.has("httponly"),
		sameSite: attributes.get("samesite")?.toLowerCase() ?? null,
		path: attributes.get("path") || null,
		domain: attributes.get("domain")?.replace(/^\./, "").toLowerCase() || null,
		deletes: attributes.get("max-age") === "0" || value === "",
	};
}

/** The value of the session cookie that a response sets, or null. */
export function sessionIdIn(headers: HeaderList): string | null {
	return setCookies(headers).find(({ name, deletes }) => name === "JSESSIONID" && !deletes)?.value ?? null;
}
