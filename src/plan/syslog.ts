/** A syslog server, and how messages to it look (RFC 5424). */
export interface SyslogPlan {
	/** As in the file: `udp://10.0.0.5:514`, `tcp://logs.internal:601`, `unix:/dev/log`. */
	readonly name: string;
	readonly target:
		| { readonly kind: "udp" | "tcp"; readonly host: string; readonly port: number }
		| { readonly kind: "unix"; readonly path: string };
	/** 0 to 23. */
	readonly facility: number;
	/** 0 to 7, of access log lines; events have one by their level. */
	readonly severity: number;
	readonly app: string;
}

/** Where the control log goes beside standard error. */
export interface EventLogPlan {
	readonly syslog: SyslogPlan;
	/** Least level. */
	readonly level: "debug" | "info" | "warn" | "error";
}
