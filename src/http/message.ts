import type { HeaderList } from "./headers.ts";

/** A request head, free of any wire format. */
export interface RequestHead {
	readonly method: string;
	/** Exactly as received: origin-form `/path?query`, absolute-form or `*`. */
	readonly target: string;
	/** 0 for HTTP/1.0, 1 for HTTP/1.1, 2 for HTTP/2. */
	readonly version: number;
	readonly headers: HeaderList;
}

/** A response head, free of any wire format. */
export interface ResponseHead {
	readonly status: number;
	readonly reason: string;
	/** As in {@link RequestHead.version}. */
	readonly version: number;
	readonly headers: HeaderList;
}

/**
 * How long a body is: a byte count (0 or more) or one of the two constants below. A number rather than a union of objects, since
 * every exchange carries two of them.
 */
export type BodyLength = number;
/** Length unknown until the final chunk. */
export const BODY_CHUNKED: BodyLength = -1;
/** Length unknown until the sender closes (responses only). */
export const BODY_UNTIL_CLOSE: BodyLength = -2;
