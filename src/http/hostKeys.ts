import { authorityKey } from "./uri.ts";

/** Hosts remembered at most; a client that sends ever new ones only makes us forget. */
const LIMIT = 256;

/** {@link authorityKey} with a memory: the same few hosts come with every request. */
export class HostKeys {
	readonly #http = new Map<string, string | null>();
	readonly #https = new Map<string, string | null>();
	/** The last answer: most requests have the host of the one before, and comparing two strings costs less than looking one up. */
	#lastHost: string | null = null;
	#lastScheme = "";
	#lastKey: string | null = null;

	of(host: string, scheme: "http" | "https"): string | null {
		if (host === this.#lastHost && scheme === this.#lastScheme) return this.#lastKey;
		const key = this.#find(host, scheme);
		this.#lastHost = host;
		this.#lastScheme = scheme;
		this.#lastKey = key;
		return key;
	}

	#find(host: string, scheme: "http" | "https"): string | null {
		const known = scheme === "https" ? this.#https : this.#http;
		const key = known.get(host);
		if (key !== undefined) return key;
		if (known.size >= LIMIT) known.clear();
		const fresh = authorityKey(host, scheme);
		known.set(host, fresh);
		return fresh;
	}
}
