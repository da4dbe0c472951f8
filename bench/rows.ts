/** The rows of the table, in its order. */

import { plainRows } from "./rows/plain.ts";
import { productRows } from "./rows/products.ts";
import type { MemoryRow, Row } from "./rows/row.ts";

export const rows: readonly Row[] = [...plainRows, ...productRows];

/** Idle keep-alive connections held open, each after one small GET. */
export const memoryRows: readonly MemoryRow[] = [
	{ name: "memory-plain", title: "Memory of an idle connection, plain", tls: false, connections: 5000 },
	{ name: "memory-tls", title: "Memory of an idle connection, TLS", tls: true, connections: 2000 },
];

/** Rows that judge a change of the data path, in about ten minutes. */
export const DATA_PATH_ROWS: readonly string[] = [
	...["get-plain", "routes-10k", "get-tls", "redirect", "post-10k", "large-tls"],
	...productRows.map((row) => row.name).filter((name) => name !== "is-login-gzip"),
];
