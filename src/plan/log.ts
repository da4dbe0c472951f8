/** Access logs. */

export interface AccessLogPlan {
	/** File, or `-` for standard output. */
	readonly path: string;
	/** `combined`, `common`, `json` or an Apache LogFormat string. */
	readonly format: string;
	/** Names of the services it covers, or null for everything. */
	readonly services: readonly string[] | null;
	/** Lower-case query parameter names whose values are masked. */
	readonly mask: readonly string[];
}
