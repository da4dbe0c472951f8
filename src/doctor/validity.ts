/** When certificates end. Pure. */
import type { X509Certificate } from "node:crypto";

export const DAY = 86_400_000;
/** Long enough for a renewal that goes wrong twice. */
export const SOON_DAYS = 30;

/** OpenSSL's words for a certificate out of its time. */
export const EXPIRED: ReadonlySet<string> = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);
export const WRONG_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/** Whole days that it is still valid; negative when it has expired. */
export function daysLeft(certificate: X509Certificate, now: number): number {
	return Math.floor((certificate.validToDate.getTime() - now) / DAY);
}
