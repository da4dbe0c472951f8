/** One address of a node. */

export interface MemberPlan {
	/** `is-1/servlet`. Also its identity across reloads. */
	readonly name: string;
	readonly node: string;
	/** The node's jvmRoute, for affinity mode `jvmRoute`. */
	readonly route: string;
	readonly host: string;
	readonly port: number;
	/** 1 to 1000. */
	readonly weight: number;
	readonly tls: MemberTlsPlan | null;
	/** Admin state wanted by the file. */
	readonly adminState: "enabled" | "draining" | "disabled";
	readonly zone: string | null;
	/** What the node does in a distributed deployment: `gateway`; `all` for everything. */
	readonly roles: readonly string[];
	/** Serves only while no other member does at full weight. */
	readonly standby: boolean;
}

export interface MemberTlsPlan {
	/** PEM bundle, or null for the system's roots. */
	readonly ca: string | null;
	/** Lower-case hex SHA-256 of the certificate (DER), or null. Replaces the chain check. */
	readonly pinnedSha256: string | null;
	readonly verify: boolean;
	/** Name for SNI and for the name check, or null for none. */
	readonly serverName: string | null;
}
