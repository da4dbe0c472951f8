import type { Pool } from "../balance/pool.ts";
import type { CompiledRoute } from "./compiledRoute.ts";

/** A route as exchanges get it. Lifetime: snapshot. */
export interface Route extends CompiledRoute {
	/** Null: the route is blocked. */
	readonly pool: Pool | null;
}
