/** What a preset says for one version of its product, as the compiler makes it of a file that says nothing more. Pure. */

import type { AffinityMode } from "../plan/affinity.ts";
import type { ProbePlan } from "../plan/health.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { Context, CookieSpec, HeadLimit } from "../products/product.ts";
import { PRODUCTS, type ProductName, productFor } from "../products/products.ts";
import { SOURCES, type SourceId } from "../products/sources.ts";
import { isIn, type Versioned } from "../products/version.ts";
import { compile } from "./compile.ts";
import { configSchema } from "./schema.ts";

export interface PresetTable {
	readonly product: ProductName;
	readonly version: string;
	/** Versions that can be asked for, beside `N.x`. */
	readonly versions: readonly string[];
	readonly pools: readonly PoolRow[];
	readonly contexts: readonly ContextRow[];
	readonly cookies: readonly CookieSpec[];
	/** How large a head its nodes take. */
	readonly heads: readonly HeadLimit[];
	/** Milliseconds, where the file says nothing else. */
	readonly timeouts: RoutePlan["timeouts"];
	/** What the rows' sources are. */
	readonly sources: Readonly<Partial<Record<SourceId, string>>>;
}

export interface PoolRow {
	readonly kind: string;
	/** Without offset. */
	readonly https: number;
	readonly http: number;
	/** Bytes; 0: no limit. */
	readonly maxBody: number;
	/** Checks, in the order in which they are asked. */
	readonly checks: readonly string[];
	/** Pool whose member on the same node must be up first. */
	readonly gatedBy: string | null;
	readonly source: SourceId | null;
}

export interface ContextRow extends Pick<RoutePlan, "access" | "upgrade" | "methods" | "timeouts"> {
	readonly path: string;
	/** The node's path for it, or null if that is the same. */
	readonly to: string | null;
	readonly pool: string;
	/** What keeps its clients on a node, or null. */
	readonly affinity: AffinityMode | null;
	/** Logins under way are kept on their node, also on a hop without cookies. */
	readonly flows: boolean;
	/** URLs in its pages and documents are rewritten. */
	readonly bodies: boolean;
	/** Whether a request may be sent again after bytes of it were. */
	readonly repeat: RoutePlan["retry"]["repeat"] | null;
	/** Also below `/t/{tenant}` and `/o/{org}`. */
	readonly qualified: boolean;
	/** Also below `/o`, without the organization's id. */
	readonly organization: boolean;
	readonly guarded: boolean;
	readonly health: boolean;
	readonly source: SourceId;
}

/** @param version one that is known; the product's default if none is given */
export function presetTable(product: ProductName, version: string = PRODUCTS[product].defaultVersion): PresetTable {
	const preset = productFor({ product, version });
	const plan = emptyPlan(product, version);
	const pools = preset.pools.map(({ kind, https, http, maxBody, source = null }): PoolRow => {
		const health = plan.pools.find((pool) => pool.kind === kind)?.health;
		const checks = (health?.check?.probes ?? []).map(probeText);
		return { kind, https, http, maxBody, checks, gatedBy: health?.gatedBy ?? null, source };
	});
	const contexts = preset.contexts.map((context) => contextRow(context, plan)).sort(byPath);
	const { firstByte, upstreamIdle, tunnelIdle } = plan.timeouts;
	return {
		product,
		version,
		versions: preset.versions,
		pools,
		contexts,
		cookies: preset.cookies,
		heads: preset.heads,
		timeouts: { firstByte, upstreamIdle, tunnelIdle },
		sources: sourcesOf([...pools, ...contexts, ...preset.cookies, ...preset.heads]),
	};
}

/** A service without prefix, so that public paths are the node's. */
function emptyPlan(product: ProductName, version: string): Plan {
	const config = configSchema.parse({
		public: "https://localhost",
		listeners: [{ address: "127.0.0.1:443" }],
		services: { s: { product, version, prefix: "/", nodes: [{ name: "n", host: "localhost" }] } },
	});
	return compile(config, { directory: "/", certificates: new Map(), cas: new Map(), htpasswd: new Map(), pages: new Map() }, 1).plan;
}

function contextRow(context: Context, plan: Plan): ContextRow {
	const { path, to = null, access, pool = "servlet", upgrade = null, qualified = true, source } = context;
	const { organization = false, guarded = false, health = false } = context;
	const isOfRow = (route: RoutePlan): boolean => (route.methods === null) === (context.methods === undefined);
	const route = plan.routes.find((each) => each.pattern === path && each.upgrade === upgrade && isOfRow(each));
	const { affinity = null, methods = null, timeouts = {} } = route ?? {};
	const kept = { affinity: affinity?.mode ?? null, flows: affinity?.flows ?? false };
	const more = { bodies: route?.rewriteBodies ?? false, repeat: route?.retry.repeat ?? null };
	const marks = { qualified, organization, guarded, health };
	return { path, to, pool, access, upgrade, ...kept, ...more, methods, timeouts, ...marks, source };
}

function byPath(a: ContextRow, b: ContextRow): number {
	return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function probeText(probe: ProbePlan): string {
	return probe.kind === "http" ? `${probe.method} ${probe.path}` : `${probe.kind} connect`;
}

function sourcesOf(rows: readonly { readonly source: SourceId | null }[]): PresetTable["sources"] {
	return Object.fromEntries(rows.flatMap(({ source }) => (source === null ? [] : [[source, SOURCES[source]]])));
}

function contextName({ path, methods, pool = "servlet" }: Context): string {
	return `${methods === undefined ? "" : `${methods.join(", ")} `}\`${path}\` → ${pool}`;
}

/** Something that some versions have and others do not. */
export interface Difference {
	readonly what: string;
	/** By span, whether it is there. */
	readonly there: readonly boolean[];
}

/** What differs between the versions of a product. Versions that do not differ make one span: `5.0 to 5.9`. */
export function presetDifferences(product: ProductName): { readonly spans: readonly string[]; readonly rows: readonly Difference[] } {
	const { versions, pools, contexts, cookies, heads } = PRODUCTS[product];
	const endpoints = pools.flatMap(({ kind, health }) => health.endpoints.map((endpoint) => ({ ...endpoint, kind })));
	const versioned: readonly (readonly [what: string, row: Versioned])[] = [
		...pools.map((row) => [`pool \`${row.kind}\``, row] as const),
		...contexts.map((row) => [contextName(row), row] as const),
		...endpoints.map((row) => [`health of ${row.kind}: ${row.path === null ? "connect" : `\`${row.path}\``}`, row] as const),
		...cookies.map((row) => [`cookie \`${row.name}\``, row] as const),
		...heads.map((row) => [`heads of ${(row.updated ?? row.bytes) / 1024} KiB`, row] as const),
	];
	const rows = versioned.filter(([, { since, until }]) => since !== undefined || until !== undefined);
	const has = (version: string): string => rows.map(([, row]) => Number(isIn(version, row))).join("");
	const spans = versions.reduce<string[][]>((found, version) => {
		const last = found.at(-1);
		if (last !== undefined && has(last[0] ?? "") === has(version)) last.push(version);
		else found.push([version]);
		return found;
	}, []);
	return {
		spans: spans.map((span) => (span.length === 1 ? (span[0] ?? "") : `${span[0]} to ${span.at(-1)}`)),
		rows: rows
			.map(([what, row]) => ({ what, there: spans.map(([version = ""]) => isIn(version, row)) }))
			.filter(({ there }) => there.includes(false)),
	};
}
