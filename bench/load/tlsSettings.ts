/**
 * TLS as every client of the bench offers it: TLS 1.3, one cipher suite, one group. With a free choice
 * OpenSSL's servers take AES-256 and Go's take AES-128, and rows with two suites cannot be compared.
 * TLS_AES_128_GCM_SHA256 is the first choice of browsers.
 */

import { fileURLToPath } from "node:url";

export const TLS_VERSION = "TLSv1.3";
export const TLS_CIPHER = "TLS_AES_128_GCM_SHA256";
export const TLS_GROUP = "X25519";

/** For programs that use the system's OpenSSL: wrk, and `openssl` itself. */
export const TLS_ENVIRONMENT = { OPENSSL_CONF: fileURLToPath(new URL("openssl.cnf", import.meta.url)) };
