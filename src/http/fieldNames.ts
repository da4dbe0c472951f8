import { fieldNameOf } from "./headers.ts";

/** Names of fields that we set ourselves, made once. */
export const CACHE_CONTROL = fieldNameOf("Cache-Control");
export const CONNECTION = fieldNameOf("Connection");
export const CONTENT_LENGTH = fieldNameOf("Content-Length");
export const CONTENT_TYPE = fieldNameOf("Content-Type");
export const COOKIE = fieldNameOf("Cookie");
export const DATE = fieldNameOf("Date");
export const HOST = fieldNameOf("Host");
export const SET_COOKIE = fieldNameOf("Set-Cookie");
export const TE = fieldNameOf("TE");
export const TRANSFER_ENCODING = fieldNameOf("Transfer-Encoding");
export const UPGRADE = fieldNameOf("Upgrade");
export const VARY = fieldNameOf("Vary");
export const X_FORWARDED_FOR = fieldNameOf("X-Forwarded-For");
export const X_FORWARDED_HOST = fieldNameOf("X-Forwarded-Host");
export const X_FORWARDED_PORT = fieldNameOf("X-Forwarded-Port");
export const X_FORWARDED_PREFIX = fieldNameOf("X-Forwarded-Prefix");
export const X_FORWARDED_PROTO = fieldNameOf("X-Forwarded-Proto");
export const X_FORWARDED_SERVER = fieldNameOf("X-Forwarded-Server");
export const X_REQUEST_ID = fieldNameOf("X-Request-Id");
