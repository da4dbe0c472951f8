import type { Pool } from "../balance/pool.ts";
import type { CompiledRoute } from "./compiledRoute.ts";
import type { FullGate } from "./fullGate.ts";

/** A route as exchanges get it. Lifetime: snapshot. */
export interface Route extends CompiledRoute {
	/** Null: the route is blocked. */
	readonly pool: Pool | null;
	/** Those that see the whole request. */
	readonly gates: readonly FullGate[];
}
