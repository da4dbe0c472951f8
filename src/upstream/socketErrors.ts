import type { ErrorCode } from "../errors.ts";

const CONNECT_CODES: ReadonlyMap<string, ErrorCode> = new Map([
	["ECONNREFUSED", "connection_refused"],
	["ECONNRESET", "connection_refused"],
	["EPIPE", "connection_refused"],
	["ETIMEDOUT", "connection_timeout"],
	["ENOTFOUND", "dns_error"],
	["EAI_AGAIN", "dns_error"],
	["EHOSTUNREACH", "destination_ip_unroutable"],
	["ENETUNREACH", "destination_ip_unroutable"],
	["EADDRNOTAVAIL", "destination_ip_unroutable"],
	["ENETDOWN", "destination_ip_unroutable"],
	["EHOSTDOWN", "destination_ip_unroutable"],
]);

/** X.509 verification errors as OpenSSL names them, beside Node's own codes for a wrong name. */
const CERTIFICATE_ERROR = /^(UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** What a failure before the connection was ready means. A reset while connecting is a refusal: nothing of a request had been sent. */
export function connectFailure(error: Error | null, secure: boolean): ErrorCode {
	const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
	if (CERTIFICATE_ERROR.test(code)) return "tls_certificate_error";
	if (secure && (code.startsWith("ERR_SSL") || code === "EPROTO" || code.startsWith("ERR_TLS"))) return "tls_protocol_error";
	return CONNECT_CODES.get(code) ?? (error === null ? "connection_terminated" : "connection_refused");
}
