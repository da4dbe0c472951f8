import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import { keyHash } from "./hash.ts";
import { NO_KEY } from "./picker.ts";

/** What a client is told by where members are picked by a hash. Names of headers are lower case. */
export type KeySource =
	| { readonly from: "client" }
	| { readonly from: "path" }
	| { readonly from: "header"; readonly name: string }
	/** `older`: the name that counts where there is none of the other. */
	| { readonly from: "cookie"; readonly name: string; readonly older?: string };

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
