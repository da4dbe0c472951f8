/**
 * Why a connection did not become ready. `refused`: nothing listens there, or it was reset before the first
 * byte of a request. `terminated`: closed in order, by either side. `local`: this machine has no descriptor, port or
 * memory for it, or its resolver does not respond; the member was not asked.
 */
export type DialFailureReason = "refused" | "timeout" | "dns" | "unroutable" | "tlsCertificate" | "tlsProtocol" | "terminated" | "local";

/** The same for every transport: nothing of a runtime's error codes is left in it but the cause, for logs. */
export class DialFailure extends Error {
	readonly reason: DialFailureReason;
	/** `pin`: the certificate is not the pinned one. */
	readonly detail: string | null;

	constructor(reason: DialFailureReason, message: string, detail: string | null = null, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.name = "DialFailure";
		this.reason = reason;
		this.detail = detail;
	}
}
