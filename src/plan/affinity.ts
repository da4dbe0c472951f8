/** What keeps a client on a node. */

export interface AffinityKeyPlan {
	/** Unique; not a secret. */
	readonly id: string;
	/** Shared by all instances that serve the same clients. Never logged, never shown. */
	readonly secret: string;
}

/** `client` and `header` pick by a hash and keep nobody; the others keep a client on the node that it had. */
export type AffinityMode = "cookie" | "jvmRoute" | "prefix" | "learn" | "client" | "header";

/** Durations in milliseconds. */
export interface AffinityPlan {
	readonly mode: AffinityMode;
	/** Of the cookie; in mode `header` of the header, in lower case; in mode `client` empty. */
	readonly name: string;
	/** What a redirect of a node holds of a login under way keeps the hop that comes back without a cookie on that node. */
	readonly flows: boolean;
	/** Mode `cookie`: how old a cookie may be; 0 = any age. */
	readonly maxIdle: number;
	/** Mode `cookie`: how long a client may be kept from its first cookie on; 0 = for ever. */
	readonly maxLife: number;
	/** Mode `cookie`: nodes may set the cookie themselves. */
	readonly preserve: boolean;
	/** Mode `cookie`: it is set in responses to POST alone. */
	readonly postOnly: boolean;
	/** How long after it was last seen a client counts as a session. */
	readonly sessionIdle: number;
	/** When the node of a client cannot serve it: another one does, nobody does, or nobody but itself within {@link memberLostWait}. */
	readonly onMemberLost: "rebalance" | "fail" | "wait";
	readonly memberLostWait: number;
}
