/**
 * What Prometheus is told: names and labels are a promise to dashboards and alerts. docs/reference/metrics.md is made from here. Base units: seconds and bytes.
 */

export interface MetricRow {
	readonly type: "counter" | "gauge" | "histogram";
	readonly help: string;
	readonly labels: readonly string[];
}

const counter = (help: string, ...labels: string[]): MetricRow => ({ type: "counter", help, labels });
const gauge = (help: string, ...labels: string[]): MetricRow => ({ type: "gauge", help, labels });
const histogram = (help: string, ...labels: string[]): MetricRow => ({ type: "histogram", help, labels });

/** Of every metric about one member. */
const MEMBER = ["service", "pool", "node", "member"] as const;

export const METRICS = {
	portico_ready: gauge("1 if every worker accepts, no new client is refused for want of memory, and the process is not ending."),
	portico_workers: gauge("Worker threads that there should be."),
	portico_workers_listening: gauge("Worker threads that accept."),
	portico_worker_deaths_total: counter("Worker threads that ended by an error."),
	portico_config_last_reload_successful: gauge("1 if the last reload put the file in force, or there was none; 0 if it was refused."),
	portico_config_loaded_timestamp_seconds: gauge("When the configuration in force was loaded, in seconds since the epoch."),
	portico_certificate_expiry_timestamp_seconds: gauge(
		"When a certificate of a listener expires, in seconds since the epoch; `certificate` is the first name in it.",
		...["listener", "certificate"],
	),
	portico_client_connections: gauge("Open connections of clients."),
	portico_client_connections_accepted_total: counter("Connections of clients that were accepted."),
	portico_client_connections_refused_total: counter(
		"Connections of clients that were turned away: over a limit, or without a good TLS handshake or PROXY header.",
	),
	portico_http2_abuse_total: counter("HTTP/2 connections that were ended for what their clients did, by what they did last.", "reason"),
	portico_exchanges_total: counter("Requests and their responses, by class of the status; 499: the client left first.", "status"),
	portico_errors_total: counter("Requests and connections that ended with an error, by error code.", "code"),
	portico_request_body_bytes_total: counter("Bytes of request bodies."),
	portico_response_body_bytes_total: counter("Bytes of the bodies of responses."),
	portico_retries_total: counter("Attempts that followed a failed one."),
	portico_exchange_duration_seconds: histogram("How long exchanges took, from the first byte of the request to the last of the response."),
	portico_memory_level: gauge("How short memory is: 0 normal, 1 tight, 2 short, 3 scarce, 4 critical. From 2 on new work is refused."),
	portico_memory_used_bytes: gauge("Memory in use that the kernel cannot take back: of the process, or of its container."),
	portico_memory_limit_bytes: gauge("Memory that there is: `limits.memory`, or the container's or the machine's."),
	portico_memory_live_bytes: gauge("Objects and buffers of the workers, with garbage that is not collected yet."),
	portico_memory_shed_total: counter(
		"What was refused for want of memory: new work by its kind (`handshake`, `upload`, `connection`, `request`, `login`), and large heads (`head`).",
		"kind",
	),
	portico_pool_waiting: gauge("Requests that wait until a member has room.", "service", "pool"),
	portico_member_health: gauge("1 for the health that is observed, 0 for the others.", ...MEMBER, "health"),
	portico_member_admin_state: gauge("1 for the admin state that is wanted, 0 for the others.", ...MEMBER, "admin_state"),
	portico_member_eligible: gauge("1 if the member may be given new clients.", ...MEMBER),
	portico_member_weight: gauge("Weight in force.", ...MEMBER),
	portico_member_in_flight: gauge("Attempts that go on now.", ...MEMBER),
	portico_member_sessions: gauge("Clients that affinity keeps there, seen within their idle time.", ...MEMBER),
	portico_member_logins: gauge("Logins under way that are kept there.", ...MEMBER),
	portico_member_attempts_total: counter("Attempts that have ended.", ...MEMBER),
	portico_member_sent_bytes_total: counter("Bytes sent to the member.", ...MEMBER),
	portico_member_received_bytes_total: counter("Bytes received from the member.", ...MEMBER),
	portico_member_latency_seconds: gauge("Average latency; absent while it is not known.", ...MEMBER),
	portico_leaks_total: counter(
		"Answers that named a place behind Portico, by route; of bodies only some are looked at.",
		...["service", "route", "where", "kind"],
	),
	process_start_time_seconds: gauge("When the process started, in seconds since the epoch."),
	process_cpu_seconds_total: counter("Processor time of all threads."),
	process_resident_memory_bytes: gauge("Memory of the process."),
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;

/** Upper ends of the buckets of durations, in milliseconds: from a cached response to a slow import. */
export const BUCKETS_MS: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000];
