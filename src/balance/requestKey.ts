import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { KeySource } from "../plan/pool.ts";
import { keyHash } from "./hash.ts";
import { NO_KEY } from "./picker.ts";

/**
 * The key of a request for a balancer; NO_KEY where it has no such header or cookie, or more than one such cookie. Hot path.
 *
 * @param path without the query @param client verified address, in one spelling
 */
export function requestKey(source: KeySource, headers: HeaderList, path: string, client: string): number {
	switch (source.from) {
		case "client":
			return keyHash(client);
		case "path":
			return keyHash(path);
		case "header":
			return hashOr(headers.get(source.name));
		case "cookie":
			return hashOr(soleCookie(headers, source.name) ?? (source.older === undefined ? null : soleCookie(headers, source.older)));
	}
}

function hashOr(text: string | null | undefined): number {
	return text === null || text === undefined || text === "" ? NO_KEY : keyHash(text);
}
