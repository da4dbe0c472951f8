import type { RoutePlan } from "../plan/route.ts";
import { nodeQuery } from "./queryValues.ts";

/** Lives as long as its snapshot. */
export class SessionFrames {
	static build(_plan: unknown): SessionFrames {
		return new SessionFrames();
	}

	/** As {@link nodeQuery}. */
	queryFor({ queryValues }: Pick<RoutePlan, "queryValues">, query: string): string {
		return nodeQuery(queryValues, query);
	}
}
