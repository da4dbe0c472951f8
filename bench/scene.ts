/** What all peers are given alike: public name, routes, the origin behind them, the certificate. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Sent as Host by every load tool. */
export const PUBLIC_HOST = "bench.test";
export const PUBLIC_ORIGIN = `https://${PUBLIC_HOST}`;

/** The paths the rows use; all else in a routing table is filler. `/is-small` outside is `/small` at the origin. */
const USED_PATHS = ["small", "redirect", "sink", "large", "page"];
export const FEW_ROUTES = 10;
export const MANY_ROUTES = 10_000;

/** Node-side path names of a routing table with `count` entries. The used ones come last: an engine that searches from the top shows it. */
export function routeNames(count: number): string[] {
	const fillers = Array.from({ length: count - USED_PATHS.length }, (_, i) => `context${String(i).padStart(5, "0")}`);
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

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
	const server = createServer();
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))));
		});
	});
}
