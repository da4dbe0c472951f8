import type { MemberTlsPlan } from "../plan/member.ts";

/** TLS towards a node: data only, each transport builds its own contexts from it. */
export interface ClientTls extends MemberTlsPlan {
	/** ALPN names in order of preference. */
	readonly protocols: readonly string[];
}
