import type { PolicyName } from "../plan/pool.ts";
import { byBusyness } from "./byBusyness.ts";
import { byTraffic } from "./byTraffic.ts";
import { consistentHash, consistentHashBoundedBy } from "./consistentHash.ts";
import { leastConnections } from "./leastConnections.ts";
import { peakEwma } from "./peakEwma.ts";
import type { Policy } from "./picker.ts";
import { random } from "./random.ts";
import { roundRobin } from "./smoothRoundRobin.ts";
import { twoChoices } from "./twoChoices.ts";

/** All policies, by their names in portico.yaml. */
export const POLICIES: Readonly<Record<PolicyName, Policy>> = {
	roundRobin,
	leastConnections,
	twoChoices,
	peakEwma,
	byTraffic,
	byBusyness,
	consistentHash,
	random,
};

/** @param bound see {@link consistentHashBoundedBy}; the others have none */
export function policyOf(name: PolicyName, bound: number): Policy {
	return name === "consistentHash" ? consistentHashBoundedBy(bound) : POLICIES[name];
}
