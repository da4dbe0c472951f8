/**
 * What a row of the table is: a request, the tool that repeats it, and what a response must look like before
 * it is worth timing.
 */

import type { Load } from "../load/load.ts";
import type { Routing } from "../scene.ts";
import type { Expectation } from "./expect.ts";

export interface RequestSpec {
	readonly method: "GET" | "POST";
	readonly path: string;
	/** Besides Host and Content-Length. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/**
	 * Paths that a browser visited before: the request carries the cookies that it got there, under the names
	 * that the proxy gave them.
	 */
	readonly visits?: readonly string[];
}

/**
 * What a proxy must be able to do to have a place in a row. `ownTwins`: it serves the same nodes on plain
 * routes too, beside its products.
 */
export type Ability = "manyRoutes" | "rewritesBodies" | "products" | "ownTwins";

/**
 * How responses reach the node that has the client's session. `kept`: the client has an affinity cookie, and
 * one node serves all its requests. `issued`: it has none and is given one. `none`: no cookie is needed, and
 * every node serves.
 */
export type Affinity = "kept" | "issued" | "none";

export interface Row {
	readonly name: string;
	readonly title: string;
	readonly tls: boolean;
	readonly routing: Routing;
	readonly needs: readonly Ability[];
	/** What one unit of the CPU figure is. */
	readonly unit: "request" | "handshake" | "MiB";
	readonly load: Load;
	readonly request: RequestSpec;
	readonly expect: Expectation;
	readonly affinity?: Affinity;
	/** What a proxy changes in a response of a product. */
	readonly rewrites?: "nothing" | "head" | "body";
	/** The row with the same request on a plain route of Portico. */
	readonly twin?: string;
}

export interface MemoryRow {
	readonly name: string;
	readonly title: string;
	readonly tls: boolean;
	readonly connections: number;
}
