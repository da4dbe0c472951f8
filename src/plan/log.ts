/** Access logs. */
import type { SyslogPlan } from "./syslog.ts";

export interface AccessLogPlan {
	/** File, or `-` for standard output; the server, where there is one. */
	readonly path: string;
	/** In place of a file, or null. */
	readonly syslog: SyslogPlan | null;
	/** `combined`, `common`, `json` or an Apache LogFormat string. */
	readonly format: string;
	/** Names of the services it covers, or null for everything. */
	readonly services: readonly string[] | null;
	/** Lower-case query parameter names whose values are masked. */
	readonly mask: readonly string[];
}
