/** Rows over a plain `http` route: the data path and nothing else. */

import { handshakes } from "../load/handshakes.ts";
import { wrk } from "../load/wrk.ts";
import { LARGE_BYTES, SMALL_BODY } from "../origin/origin.ts";
import { pageText } from "../origin/page.ts";
import { PUBLIC_ORIGIN } from "../scene.ts";
import { all, body, bodyLength, coding, field, status } from "./expect.ts";
import type { RequestSpec, Row } from "./row.ts";

const small: RequestSpec = { method: "GET", path: "/is-small" };
const redirect: RequestSpec = { method: "GET", path: "/is-redirect" };
const sink: RequestSpec = {
	method: "POST",
	path: "/is-sink",
	headers: { "Content-Type": "application/octet-stream" },
	body: "x".repeat(10240),
};
const large: RequestSpec = { method: "GET", path: "/is-large" };
const page: RequestSpec = { method: "GET", path: "/is-page" };
const packedPage: RequestSpec = { ...page, headers: { "Accept-Encoding": "gzip" } };

const isSmall = all(status(200), body(SMALL_BODY));
const isLarge = all(status(200), bodyLength(LARGE_BYTES));
const isPage = all(status(200), body(pageText(`${PUBLIC_ORIGIN}/is-`, "/is-")));

const plain = { tls: false, routing: "few", needs: [], unit: "request" } as const;
const overTls = { ...plain, tls: true } as const;

export const plainRows: readonly Row[] = [
	{
		...plain,
		name: "get-plain",
		title: "Small GET, plain, 64 connections",
		load: wrk({ request: small, connections: 64 }),
		request: small,
		expect: isSmall,
	},
	{
		...plain,
		name: "routes-10k",
		title: "Small GET, plain, 10 000 routes",
		routing: "many",
		needs: ["manyRoutes"],
		load: wrk({ request: small, connections: 64 }),
		request: small,
		expect: isSmall,
	},
	{
		...overTls,
		name: "get-tls",
		title: "Small GET, TLS, 64 connections",
		load: wrk({ request: small, connections: 64 }),
		request: small,
		expect: isSmall,
	},
	{
		...plain,
		name: "redirect",
		title: "302 with Location rewritten, plain",
		load: wrk({ request: redirect, connections: 64 }),
		request: redirect,
		expect: all(status(302), field("location", `${PUBLIC_ORIGIN}/is-small?from=redirect`)),
	},
	{
		...plain,
		name: "post-10k",
		title: "POST of 10 KiB, plain",
		load: wrk({ request: sink, connections: 64 }),
		request: sink,
		expect: isSmall,
	},
	{
		...plain,
		name: "large-plain",
		title: "1 MiB download, plain",
		unit: "MiB",
		load: wrk({ request: large, connections: 16 }),
		request: large,
		expect: isLarge,
	},
	{
		...overTls,
		name: "large-tls",
		title: "1 MiB download, TLS",
		unit: "MiB",
		load: wrk({ request: large, connections: 16 }),
		request: large,
		expect: isLarge,
	},
	{
		...plain,
		name: "rewrite",
		title: "100 KiB of HTML with its links rewritten, plain",
		needs: ["rewritesBodies"],
		load: wrk({ request: page, connections: 16 }),
		request: page,
		expect: all(isPage, coding(undefined)),
	},
	{
		...plain,
		name: "rewrite-gzip",
		title: "The same, sent as gzip",
		needs: ["rewritesBodies"],
		load: wrk({ request: packedPage, connections: 16 }),
		request: packedPage,
		expect: all(isPage, coding("gzip")),
	},
	{
		...plain,
		name: "new-connection",
		title: "A new connection per request, plain",
		load: wrk({ request: small, connections: 64, close: true }),
		request: small,
		expect: isSmall,
	},
	{
		...overTls,
		name: "tls-full",
		title: "TLS 1.3 handshakes, full",
		unit: "handshake",
		load: handshakes("full"),
		request: small,
		expect: isSmall,
	},
	{
		...overTls,
		name: "tls-resumed",
		title: "TLS 1.3 handshakes, resumed",
		unit: "handshake",
		load: handshakes("resumed"),
		request: small,
		expect: isSmall,
	},
];
