/** What keeps a client on its node, in words. Pure. */

import { NO_KEY } from "../balance/picker.ts";
import { requestKey } from "../balance/requestKey.ts";
import type { HeaderList } from "../http/headers.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { KeySource, PoolPlan } from "../plan/pool.ts";

/** One sentence a line. */
export function affinityLines(affinity: AffinityPlan): string[] {
	return [kept(affinity), ...(affinity.flows ? [FLOWS] : []), ...lost(affinity)];
}

const FLOWS =
	"a login in progress stays on its node even without that: by sessionDataKey, authorization code, SAML RelayState or artifact of a redirect";

function kept({ mode, name, maxIdle, maxLife, preserve, postOnly }: AffinityPlan): string {
	switch (mode) {
		case "cookie": {
			const notes = [
				...(maxIdle > 0 ? [`within ${minutes(maxIdle)} of its issue`] : []),
				...(maxLife > 0 ? [`for ${minutes(maxLife)} in total`] : []),
				...(postOnly ? ["set only in responses to POST"] : []),
				...(preserve ? ["nodes may set it themselves"] : []),
			];
			return `cookie ${name}: a client that sends it stays on its node${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
		}
		case "jvmRoute":
			return `jvmRoute: the part of the cookie ${name} after the last dot is the node's route; Portico sets nothing`;
		case "prefix":
			return `prefix: an id in front of the value of the cookie ${name} identifies the node; nodes get the value without it`;
		case "learn":
			return `learn: Portico remembers which node set the value of the cookie ${name}`;
		case "client":
			return "client: the client's address selects the member; clients move when members come or go";
		case "header":
			return `header: the header ${name} selects the member; clients move when members come or go`;
	}
}

function lost({ mode, onMemberLost, memberLostWait }: AffinityPlan): string[] {
	if (mode === "client" || mode === "header" || onMemberLost === "rebalance") return [];
	return [
		onMemberLost === "fail"
			? "if that node cannot serve: 503"
			: `if that node cannot serve: wait up to ${memberLostWait / 1000} s, then 503`,
	];
}

function minutes(ms: number): string {
	return `${ms / 60_000} minutes`;
}

/** The pool as it picks for a request whose affinity is by a hash; the same one for all others. */
export function hashedPool(pool: PoolPlan, affinity: AffinityPlan | null, headers: HeaderList): PoolPlan {
	const key = sourceOf(affinity);
	const isHashed = key !== null && requestKey(key, headers, "", "") !== NO_KEY;
	return isHashed || key?.from === "client" ? { ...pool, policy: "consistentHash", key, bound: 0 } : pool;
}

function sourceOf(affinity: AffinityPlan | null): KeySource | null {
	if (affinity?.mode === "client") return { from: "client" };
	return affinity?.mode === "header" ? { from: "header", name: affinity.name } : null;
}
