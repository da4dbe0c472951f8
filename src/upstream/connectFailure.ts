import type { ErrorCode } from "../errors.ts";
import { DialFailure, type DialFailureReason } from "../transport/dialFailure.ts";

const CODES: Readonly<Record<DialFailureReason, ErrorCode>> = {
	refused: "connection_refused",
	timeout: "connection_timeout",
	dns: "dns_error",
	unroutable: "destination_ip_unroutable",
	tlsCertificate: "tls_certificate_error",
	tlsProtocol: "tls_protocol_error",
	terminated: "connection_terminated",
	local: "socket_unavailable",
};

/** The code for a connection that closed before it was ready. */
export function connectFailure(error: Error | null): ErrorCode {
	return error instanceof DialFailure ? CODES[error.reason] : "connection_terminated";
}
