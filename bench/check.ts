/**
 * Whether a proxy does what a row asks before it is timed: status, body, rewritten fields, the node that
 * serves, and the TLS it speaks.
 */

import { ask } from "./ask.ts";
import type { Target } from "./load/load.ts";
import { assertTls } from "./load/tlsClient.ts";
import { affinityCookie } from "./peers/products.ts";
import type { Reply } from "./rows/expect.ts";
import type { Affinity, Row } from "./rows/row.ts";

const KEPT_REQUESTS = 6;
/** Two nodes; so many requests find both, whatever random numbers decide. */
const SPREAD_REQUESTS = 32;

/** Throws an Error that says what is wrong. */
export async function checkRow(row: Row, target: Target): Promise<void> {
	if (row.tls) await assertTls(target.port);
	const reply = await ask(target, row.request);
	const difference = row.expect(reply) ?? (row.affinity === undefined ? null : await misplaced(row, row.affinity, target, reply));
	if (difference !== null) throw new Error(difference);
}

async function misplaced(row: Row, affinity: Affinity, target: Target, first: Reply): Promise<string | null> {
	const name = affinityCookie(row.name.startsWith("is-") ? "is" : "apim");
	const isSet = (first.headers["set-cookie"] ?? []).some((value) => value.startsWith(`${name}=`));
	if (isSet !== (affinity === "issued")) return `the cookie ${name} is ${isSet ? "set" : "not set"}`;
	if (isSet && isKept(first)) return `a cache may keep the response with ${name}`;
	const nodes = new Set([nodeOf(first)]);
	for (let count = 1; count < (affinity === "kept" ? KEPT_REQUESTS : SPREAD_REQUESTS); count++)
		nodes.add(nodeOf(await ask(target, row.request)));
	if (affinity === "kept") return nodes.size === 1 ? null : `a session is served by ${[...nodes].join(" and ")}`;
	return nodes.size === 2 ? null : `of two nodes only ${[...nodes].join()} serves`;
}

function nodeOf(reply: Reply): string {
	return String(reply.headers["x-served-by"] ?? "an unknown node");
}

/**
 * As HAProxy's `nocache` sees it: with a validator or a lifetime, and without a word against it. What a
 * shared cache keeps would give one client's cookie to others.
 */
function isKept({ headers }: Reply): boolean {
	const cacheControl = headers["cache-control"] ?? "";
	if (/\b(?:private|no-store)\b/.test(cacheControl)) return false;
	return (
		headers.etag !== undefined ||
		headers["last-modified"] !== undefined ||
		headers.expires !== undefined ||
		cacheControl.includes("max-age")
	);
}
