/**
 * Stages of a node. WSO2 opens its ports at different times: Axis2 answers long before APIs are deployed, and the API gateway before both. So the health of a servlet
 * member gates the coming up of the other members of its node; once up, each has a health of its own.
 */

import type { Health } from "../balance/eligibility.ts";
import type { CheckPlan } from "../plan/health.ts";
import type { ActiveResult } from "./activeCheck.ts";
import type { ProbeVerdict } from "./judge.ts";

/** `open`: the member that gates is up, or there is none. */
export type Gate = "open" | "unknown" | "shut";

export function gateOf(health: Health | null): Gate {
	if (health === null || health === "up") return "open";
	return health === "down" ? "shut" : "unknown";
}

/**
 * What a check's verdict means behind a gate; null: nothing yet.
 *
 * `absent` stands for a node that has none of the endpoints asked for. Then, if so configured, the gate is all that is known.
 */
export function resultBehind(gate: Gate, verdict: ProbeVerdict, onAbsent: CheckPlan["onAbsent"]): ActiveResult | null {
	if (verdict === "fail") return "fail";
	if (verdict === "drain") return "drain";
	if (verdict === "absent") {
		if (onAbsent === "fail" || gate === "shut") return "fail";
		return gate === "open" ? "pass" : null;
	}
	if (gate === "open") return "pass";
	return gate === "shut" ? "held" : null;
}

/** Nobody checks the endpoint for this long before it is believed that it went away. */
const ABSENT_FOR_GOOD_MS = 300_000;

/**
 * Whether a node has an endpoint. One that it had, and now does not find, is not deployed yet: that is no reason to fall back. Only after a long
 * time it is: an older version may have been put back.
 */
export interface EndpointPresence {
	/** It passed before. */
	readonly seen: boolean;
	/** Since when it has not been found; null while it is. */
	readonly absentSince: number | null;
}

export const NEVER_SEEN: EndpointPresence = { seen: false, absentSince: null };

/** @param found null: the node gave no response */
export function afterLooking(presence: EndpointPresence, found: boolean | null, passed: boolean, now: number): EndpointPresence {
	if (found === null) return presence;
	if (found) return presence.seen || passed ? { seen: true, absentSince: null } : NEVER_SEEN;
	if (!presence.seen) return presence;
	const absentSince = presence.absentSince ?? now;
	return now - absentSince >= ABSENT_FOR_GOOD_MS ? NEVER_SEEN : { seen: true, absentSince };
}
