/** What all peers are given alike: public name, routes, the origin behind them, the certificate. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../estate/freePorts.ts";

/** Sent as Host by every load tool. */
export const PUBLIC_HOST = "bench.test";
export const PUBLIC_ORIGIN = `https://${PUBLIC_HOST}`;

/**
 * What a proxy serves in one start: 10 or 10 000 plain routes to one origin, or the two WSO2 products with
 * two nodes each. A proxy that knows more than one of these is started once for each, so that none of them
 * changes the figures of another.
 */
export type Routing = "few" | "many" | "products";

/**
 * The paths the plain rows use; all else in a routing table is filler. `/is-small` outside is `/small` at the
 * origin.
 */
const USED_PATHS = ["small", "redirect", "sink", "large", "page"];
const ROUTES = { few: 10, many: 10_000 };

/**
 * Node-side path names of a plain routing table. The used ones come last: an engine that searches from the
 * top shows it.
 */
export function routeNames(routing: "few" | "many"): string[] {
	const fillers = Array.from({ length: ROUTES[routing] - USED_PATHS.length }, (_, i) => `context${String(i).padStart(5, "0")}`);
	return [...fillers, ...USED_PATHS];
}

export interface Certificate {
	readonly cert: string;
	readonly key: string;
	/** Certificate and key in one file, for HAProxy. */
	readonly pem: string;
}

/** A self-signed ECDSA P-256 certificate; the same one for every peer. */
export function makeCertificate(dir: string): Certificate {
	const cert = join(dir, "bench.crt");
	const key = join(dir, "bench.key");
	const pem = join(dir, "bench.pem");
	const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
	const names = ["-subj", `/CN=${PUBLIC_HOST}`, "-addext", `subjectAltName=DNS:${PUBLIC_HOST}`];
	execFileSync("openssl", ["req", "-x509", ...curve, "-nodes", "-days", "30", ...names, "-keyout", key, "-out", cert], { stdio: "pipe" });
	writeFileSync(pem, readFileSync(cert, "utf8") + readFileSync(key, "utf8"));
	return { cert, key, pem };
}

export { freePorts };

export async function freePort(): Promise<number> {
	const [port = 0] = await freePorts(1);
	return port;
}
