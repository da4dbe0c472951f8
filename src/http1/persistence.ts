import type { HeaderList } from "../http/headers.ts";
import { trimOws } from "./chars.ts";

/**
 * Whether the connection stays open after this message (RFC 9112 section 9.3). `version` is the minor version of its sender. The
 * options of all Connection fields count; `close` beats `keep-alive`.
 */
export function keepsAlive(version: number, headers: HeaderList): boolean {
	const value = headers.connection;
	if (value === null) return version >= 1;
	if (value === "keep-alive") return true;
	if (value === "close") return false;
	let kept = version >= 1;
	for (const part of value.split(",")) {
		const option = trimOws(part).toLowerCase();
		if (option === "close") return false;
		if (option === "keep-alive") kept = true;
	}
	return kept;
}
