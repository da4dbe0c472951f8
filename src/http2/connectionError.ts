/**
 * What ends a whole connection (RFC 9113 section 5.4.1): its code goes into GOAWAY, its reason into the log, as a
 * short token.
 */
export class ConnectionError extends Error {
	readonly code: number;
	readonly reason: string;

	constructor(code: number, reason: string) {
		super(reason);
		this.name = "ConnectionError";
		this.code = code;
		this.reason = reason;
	}
}
