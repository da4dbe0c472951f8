/** Events of the control log, for docs/reference/log-events.md. generateDocs.test.ts compares the names with the sources. */

export interface EventRow {
	/** `error code`: the level of the error in docs/reference/errors.md. */
	readonly level: string;
	/** Besides `time`, `level` and `msg`. */
	readonly fields: readonly string[];
	readonly text: string;
}

const HEALTH = ["pool", "member", "from", "to", "cause", "text"] as const;
const ERROR = ["worker", "code", "member", "client", "detail", "cause"] as const;

export const EVENT_GROUPS: Readonly<Record<string, Readonly<Record<string, EventRow>>>> = {
	Process: {
		ready: {
			level: "info",
			fields: ["listeners", "admin", "workers", "public"],
			text: "All workers accept connections.",
		},
		draining: { level: "info", fields: ["signal"], text: "A signal arrived, and Portico drains." },
		drain_cut: {
			level: "warn",
			fields: ["worker", "connections"],
			text: "Number of connections that were still open at the end of `timeouts.drain` and were closed.",
		},
		stopped: { level: "info", fields: [], text: "Everything has ended; the process exits with 0." },
		logs_reopened: { level: "info", fields: [], text: "The log files were reopened after USR1." },
		limit_lowered: {
			level: "warn",
			fields: ["limit", "to", "cause"],
			text: "Portico lowered `limits.connections` because the process may not open enough files.",
		},
		memory_level: {
			level: "info, or warn if requests are refused before or after the change",
			fields: ["level", "before", "used_mib", "limit_mib", "live_mib"],
			text: "The memory level changed. [Memory](../explanation/memory.md) describes the levels.",
		},
		access_log_failed: {
			level: "error",
			fields: ["worker", "path", "cause", "dropped"],
			text: "An access log cannot be written. `dropped` counts the lost lines.",
		},
		event_log_failed: {
			level: "error",
			fields: ["path", "cause", "dropped"],
			text: "The syslog server of `eventLog` does not take events. `dropped` counts the lost ones.",
		},
		worker_died: {
			level: "error",
			fields: ["worker", "code", "cause"],
			text: "A worker ended because of an internal error. Please report the `cause`.",
		},
		worker_replaced: { level: "info", fields: ["worker"], text: "Another worker took the place of a dead one." },
		worker_not_replaced: { level: "error", fields: ["worker", "cause"], text: "The replacement of a worker failed." },
	},
	Requests: {
		attempt_failed: {
			level: "error code",
			fields: ERROR,
			text: "A node failed a request: `member` and [error code](errors.md). Logged at most every 10 s per member and code. The access log has every case.",
		},
		host_unknown: {
			level: "error code",
			fields: ERROR,
			text: "A request was for a host that is not served (421). `cause` contains the requested host and port, the listener, and the hosts that are served. Logged at most every 10 s. The access log has every case.",
		},
		client_refused: {
			level: "error code",
			fields: ERROR,
			text: "Portico refused a client connection before its first request: a limit was reached, no file descriptor was left, or the TLS handshake or PROXY protocol header was invalid. Logged at most every 10 s per code. The metrics count all.",
		},
		leak_found: {
			level: "warn",
			fields: ["route", "kind", "in", "url", "fix"],
			text: "A response to a client contained an internal address. Logged once per `route`, `kind` and location (`in`: a header name, or `body`), with the first `url` and its fix. See [Internal addresses](../explanation/body-rewriting.md#internal-addresses).",
		},
	},
	Nodes: {
		member_up: { level: "info", fields: HEALTH, text: "A member may get requests." },
		member_down: {
			level: "warn",
			fields: HEALTH,
			text: "A member gets no requests. `cause` is `check`, `gate` (the pool it depends on is down), `ejected` or `circuit`. `text` is the evidence as a sentence; `count`, `of`, `kind`, `probe`, `status`, `error`, `duration` (ms) and `time` (ms) have it as fields.",
		},
		member_unknown: {
			level: "info",
			fields: HEALTH,
			text: "A member gets requests although its health is uncertain. `cause` is `trial` (probation after an ejection) or `panic`.",
		},
		member_recovered: { level: "info", fields: HEALTH, text: "A member passed its probation." },
		ejection_skipped: {
			level: "warn",
			fields: HEALTH,
			text: "Passive checks did not eject a member because too few members remain.",
		},
		member_draining: { level: "info", fields: HEALTH, text: "A node's check response put the member in drain (`drainOn`)." },
		member_drain_over: { level: "info", fields: HEALTH, text: "A node's check response ended that drain." },
		pool_panic: {
			level: "error",
			fields: HEALTH,
			text: "All checks of a pool fail, and `health.panic` admits its members.",
		},
		pool_panic_over: { level: "info", fields: HEALTH, text: "A member of the pool is healthy again." },
	},
	"Changes by an operator": {
		config_reloaded: {
			level: "info, or warn if something needs a restart",
			fields: ["by", "from", "file", "changes", "restart", "warnings", "listeners"],
			text: "Another configuration is active. `by` is `SIGHUP`, `loopback` or the id of a token. `restart` lists changes that need a restart.",
		},
		config_refused: {
			level: "error",
			fields: ["by", "from", "file", "reason", "problems", "warnings"],
			text: "A reload changed nothing. `problems` lists the problems of the file.",
		},
		admin_changed: {
			level: "info",
			fields: ["by", "from", "node", "member", "admin_state", "drain", "deadline", "quiet", "weight"],
			text: "An operator changed a node or a member at run time.",
		},
		maintenance_changed: {
			level: "info",
			fields: ["by", "from", "service", "on"],
			text: "An operator switched maintenance of a service, or of the whole instance if no service is named.",
		},
		drain_empty: { level: "info", fields: ["member", "seconds"], text: "Nothing is left on a draining member." },
		drain_deadline: {
			level: "warn",
			fields: ["member", "in_flight", "sessions", "flows"],
			text: "A draining member was not empty at its deadline. Its clients move with their next request.",
		},
		admin_refused: {
			level: "warn",
			fields: ["code", "from", "method"],
			text: "The admin server refused a request: it had no token, or a foreign Host or Origin. Logged at most every 10 s.",
		},
		admin_failed: {
			level: "error",
			fields: ["cause"],
			text: "The admin server failed on a request. Please report the `cause`.",
		},
	},
};
