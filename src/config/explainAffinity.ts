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
	"a login under way stays on its node without that too: by sessionDataKey, authorization code, SAML RelayState or artifact of a redirect";

function kept({ mode, name, maxIdle, maxLife, preserve, postOnly }: AffinityPlan): string {
	switch (mode) {
		case "cookie": {
			const notes = [
				...(maxIdle > 0 ? [`within ${minutes(maxIdle)} of its issue`] : []),
				...(maxLife > 0 ? [`for ${minutes(maxLife)} in all`] : []),
				...(postOnly ? ["set in responses to POST alone"] : []),
				...(preserve ? ["nodes may set it themselves"] : []),
			];
			return `cookie ${name}: a client that brings it stays on its node${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
		}
		case "jvmRoute":
			return `jvmRoute: what follows the last dot of the cookie ${name} names the node; Portico sets nothing`;
		case "prefix":
			return `prefix: an id before the value of the cookie ${name} names the node; nodes see the value without it`;
		case "learn":
			return `learn: the node that set the value of the cookie ${name} is remembered`;
		case "client":
			return "client: the client's address decides about the member; nobody is kept when members come or go";
		case "header":
			return `header: the header ${name} decides about the member; nobody is kept when members come or go`;
	}
}

function lost({ mode, onMemberLost, memberLostWait }: AffinityPlan): string[] {
	if (mode === "client" || mode === "header" || onMemberLost === "rebalance") return [];
	return [
		onMemberLost === "fail"
			? "when that node cannot serve: 503"
			: `when that node cannot serve: it has ${memberLostWait / 1000} s, then 503`,
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
