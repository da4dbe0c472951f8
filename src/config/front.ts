/** A front of a service: a set of public hosts that it has, and what it serves there. Pure. */
import type { PathMapping } from "../plan/service.ts";
import { publicOrigin, tenantHostKey } from "./hosts.ts";
import type { RouteSpec } from "./routeSpecs.ts";
import type { Config } from "./schema.ts";

export interface Front {
	/** Null: the service's own. `gateway`, `gateway@foo.com`. */
	readonly name: string | null;
	/** As `authorityKey` makes them; the first one is canonical. Empty if the file names no valid host. */
	readonly hosts: readonly string[];
	readonly mapping: PathMapping;
	/** Other mappings than that one, for a part of the paths. */
	readonly special: readonly PathMapping[];
	readonly specs: readonly RouteSpec[];
	/** The tenant that nodes get in `X-WSO2-Tenant` with every request, or null. */
	readonly tenant: string | null;
	/** Public hosts of the service that nodes name on pages of this front, because they know one `hostname`. */
	readonly elsewhere: readonly string[];
}

/** A front without anything special, at the root of its hosts. */
export const PLAIN_FRONT = { name: null, mapping: { from: "", to: "" }, special: [], tenant: null, elsewhere: [] } as const;

/** Hosts of the file in the one spelling that routes are found by. */
export function authorities(config: Config, written: readonly string[]): string[] {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	return [...new Set(written.flatMap((host) => tenantHostKey(host, scheme) ?? []))];
}
