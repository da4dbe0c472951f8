/** The rows of the table: what is asked, by which tool, and how an answer must look before it is worth timing. */

import { handshakes } from "./load/handshakes.ts";
import type { Load } from "./load/load.ts";
import { wrk } from "./load/wrk.ts";
import { LARGE_BYTES, SMALL_BODY } from "./origin/origin.ts";
import { pageText } from "./origin/page.ts";
import { FEW_ROUTES, MANY_ROUTES, PUBLIC_ORIGIN } from "./scene.ts";

export interface Expected {
	readonly path: string;
	readonly method: "GET" | "POST";
	readonly status: number;
	readonly location?: string;
	readonly bodyBytes?: number;
	/** Content coding, which is asked for. */
	readonly coding?: "gzip";
}

export interface Row {
	readonly name: string;
	readonly title: string;
	readonly tls: boolean;
	readonly routes: number;
	/** What a peer must be able to do to have a place in this row. */
	readonly needs?: "manyRoutes" | "rewritesBodies";
	/** What one unit of the CPU figure is. */
	readonly unit: "request" | "handshake" | "MiB";
	readonly load: Load;
	readonly expected: Expected;
}

const small: Expected = { path: "/is-small", method: "GET", status: 200, bodyBytes: SMALL_BODY.length };
const redirect: Expected = { path: "/is-redirect", method: "GET", status: 302, location: `${PUBLIC_ORIGIN}/is-small?from=redirect` };
const sink: Expected = { path: "/is-sink", method: "POST", status: 200, bodyBytes: SMALL_BODY.length };
const large: Expected = { path: "/is-large", method: "GET", status: 200, bodyBytes: LARGE_BYTES };

const pageBytes = pageText(`${PUBLIC_ORIGIN}/is-`, "/is-").length;
const page: Expected = { path: "/is-page", method: "GET", status: 200, bodyBytes: pageBytes };
const packedPage: Expected = { path: "/is-page", method: "GET", status: 200, coding: "gzip" };

const keepAlive = wrk({ path: small.path, connections: 64 });

const plain = { tls: false, routes: FEW_ROUTES, unit: "request" } as const;
const overTls = { tls: true, routes: FEW_ROUTES, unit: "request" } as const;

export const rows: readonly Row[] = [
	{ ...plain, name: "get-plain", title: "Small GET, plain, 64 connections", load: keepAlive, expected: small },
	{
		...plain,
		name: "routes-10k",
		title: "Small GET, plain, 10 000 routes",
		routes: MANY_ROUTES,
		needs: "manyRoutes",
		load: keepAlive,
		expected: small,
	},
	{ ...overTls, name: "get-tls", title: "Small GET, TLS, 64 connections", load: keepAlive, expected: small },
	{
		...plain,
		name: "redirect",
		title: "302 with Location rewritten, plain",
		load: wrk({ path: redirect.path, connections: 64 }),
		expected: redirect,
	},
	{
		...plain,
		name: "post-10k",
		title: "POST of 10 KiB, plain",
		load: wrk({ path: sink.path, connections: 64, post: true }),
		expected: sink,
	},
	{
		...plain,
		name: "large-plain",
		title: "1 MiB download, plain",
		unit: "MiB",
		load: wrk({ path: large.path, connections: 16 }),
		expected: large,
	},
	{
		...overTls,
		name: "large-tls",
		title: "1 MiB download, TLS",
		unit: "MiB",
		load: wrk({ path: large.path, connections: 16 }),
		expected: large,
	},
	{
		...plain,
		name: "rewrite",
		title: "100 KiB of HTML with its links rewritten, plain",
		needs: "rewritesBodies",
		load: wrk({ path: page.path, connections: 16 }),
		expected: page,
	},
	{
		...plain,
		name: "rewrite-gzip",
		title: "The same, sent as gzip",
		needs: "rewritesBodies",
		load: wrk({ path: page.path, connections: 16, accept: "gzip" }),
		expected: packedPage,
	},
	{
		...plain,
		name: "new-connection",
		title: "A new connection per request, plain",
		load: wrk({ path: small.path, connections: 64, close: true }),
		expected: small,
	},
	{ ...overTls, name: "tls-full", title: "TLS 1.3 handshakes, full", unit: "handshake", load: handshakes("full"), expected: small },
	{
		...overTls,
		name: "tls-resumed",
		title: "TLS 1.3 handshakes, resumed",
		unit: "handshake",
		load: handshakes("resumed"),
		expected: small,
	},
];

export interface MemoryRow {
	readonly name: string;
	readonly title: string;
	readonly tls: boolean;
	readonly connections: number;
}

/** Idle keep-alive connections held open, each after one small GET. */
export const memoryRows: readonly MemoryRow[] = [
	{ name: "memory-plain", title: "Memory of an idle connection, plain", tls: false, connections: 5000 },
	{ name: "memory-tls", title: "Memory of an idle connection, TLS", tls: true, connections: 2000 },
];
