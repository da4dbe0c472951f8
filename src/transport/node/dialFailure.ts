import { DialFailure, type DialFailureReason } from "../dialFailure.ts";

const CONNECT_ERRORS: ReadonlyMap<string, DialFailureReason> = new Map([
	["ECONNREFUSED", "refused"],
	["ECONNRESET", "refused"],
	["EPIPE", "refused"],
	["ETIMEDOUT", "timeout"],
	["ENOTFOUND", "dns"],
	["EAI_AGAIN", "local"],
	["EHOSTUNREACH", "unroutable"],
	["EHOSTDOWN", "unroutable"],
	["ENETUNREACH", "unroutable"],
	["ENETDOWN", "unroutable"],
	["EADDRNOTAVAIL", "local"],
	["EADDRINUSE", "local"],
	["EMFILE", "local"],
	["ENFILE", "local"],
	["ENOBUFS", "local"],
	["ENOMEM", "local"],
]);

/** X.509 verification errors as OpenSSL names them, and Node's own codes for a wrong name. */
const CERTIFICATE_ERROR = /^(UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/**
 * What an error of `node:net` or `node:tls` before the connection was ready means; null: it was closed in
 * order. A reset while connecting is a refusal: nothing of a request had been sent.
 */
export function dialFailure(error: NodeJS.ErrnoException | null, secure: boolean): DialFailure {
	if (error === null) return new DialFailure("terminated", "closed before it was ready");
	return new DialFailure(reasonOf(error.code ?? "", secure), error.message, null, error);
}

function reasonOf(code: string, secure: boolean): DialFailureReason {
	if (CERTIFICATE_ERROR.test(code)) return "tlsCertificate";
	if (secure && (code.startsWith("ERR_SSL") || code === "EPROTO" || code.startsWith("ERR_TLS"))) return "tlsProtocol";
	return CONNECT_ERRORS.get(code) ?? "refused";
}
