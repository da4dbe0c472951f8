import { type FieldName, HeaderList } from "../http/headers.ts";
import { relayableTrailers } from "../http1/trailers.ts";
import type { CodedName } from "./fieldNames.ts";
import { BAD_NAME, FORBIDDEN, METHOD } from "./fieldNames.ts";
import type { FieldSink } from "./hpackDecoder.ts";

/** Limits of a trailer section. */
export const TRAILER_LIMITS = { fields: 64, bytes: 8192 } as const;

/** Trailers (RFC 9113 section 8.1): malformed ones end the stream, those that must not be relayed are left out. */
export class TrailerReader implements FieldSink {
	readonly #names: FieldName[] = [];
	readonly #values: string[] = [];
	/** What makes them malformed, or null. */
	fault: string | null = null;

	onField({ field, role }: CodedName, value: string, isClean: boolean): void {
		if (role >= METHOD) this.fault ??= "pseudo-in-trailers";
		else if (role === BAD_NAME) this.fault ??= "trailer-name";
		else if (!isClean) this.fault ??= "trailer-value";
		else if (role === FORBIDDEN) this.fault ??= "connection-field";
		this.#names.push(field);
		this.#values.push(value);
	}

	/** Those that may be relayed; null: none. */
	get trailers(): HeaderList | null {
		return relayableTrailers(new HeaderList(this.#names, this.#values));
	}
}
