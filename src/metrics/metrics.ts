/**
 * The metrics for Prometheus. Names and labels are stable for dashboards and alerts. docs/reference/metrics.md is made from here. Base units: seconds and bytes.
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
	portico_ready: gauge(
		"1 if every worker accepts connections, no new client is refused because memory is short, and the process is not ending.",
	),
	portico_workers: gauge("Configured worker threads."),
	portico_workers_listening: gauge("Worker threads that accept connections."),
	portico_worker_deaths_total: counter("Worker threads that ended because of an error."),
	portico_config_last_reload_successful: gauge("1 if the last reload applied the file, or there was none; 0 if it was refused."),
	portico_config_loaded_timestamp_seconds: gauge("Time when the active configuration was loaded, in seconds since the epoch."),
	portico_certificate_expiry_timestamp_seconds: gauge(
		"Expiry of a listener's certificate, in seconds since the epoch; `certificate` is the first name in it.",
		...["listener", "certificate"],
	),
	portico_client_connections: gauge("Open client connections."),
	portico_client_connections_accepted_total: counter("Accepted client connections."),
	portico_client_connections_refused_total: counter(
		"Refused client connections: over a limit, or with an invalid TLS handshake or PROXY header.",
	),
	portico_http2_abuse_total: counter(
		"HTTP/2 connections that Portico ended because of their clients' behavior, by the last offence.",
		"reason",
	),
	portico_exchanges_total: counter("Requests, by class of the response status; 499: the client disconnected first.", "status"),
	portico_errors_total: counter("Requests and connections that ended with an error, by error code.", "code"),
	portico_request_body_bytes_total: counter("Bytes of request bodies."),
	portico_response_body_bytes_total: counter("Bytes of response bodies."),
	portico_retries_total: counter("Retries: attempts after a failed one."),
	portico_exchange_duration_seconds: histogram("Duration from the first byte of the request to the last byte of the response."),
	portico_memory_level: gauge("Memory level: 0 normal, 1 tight, 2 short, 3 scarce, 4 critical. From 2 on, Portico refuses new work."),
	portico_memory_used_bytes: gauge("Memory in use that the kernel cannot reclaim, of the process or its container."),
	portico_memory_limit_bytes: gauge("Available memory: `limits.memory`, or that of the container or machine."),
	portico_memory_live_bytes: gauge("Objects and buffers of the workers, including garbage that is not collected yet."),
	portico_memory_shed_total: counter(
		"Work refused because memory was short, by kind: `handshake`, `upload`, `connection`, `request`, `login`, or a large head (`head`).",
		"kind",
	),
	portico_log_lines_dropped_total: counter(
		"Lines of access logs and events that a disk, pipe or syslog server did not take in time. Counted once a second.",
	),
	portico_service_maintenance: gauge("1 while clients of the service get a maintenance page.", "service"),
	portico_pool_waiting: gauge("Requests in the queue of a pool.", "service", "pool"),
	portico_member_health: gauge("1 for the current health, 0 for the others.", ...MEMBER, "health"),
	portico_member_admin_state: gauge("1 for the current admin state, 0 for the others.", ...MEMBER, "admin_state"),
	portico_member_eligible: gauge("1 if the member may get new clients.", ...MEMBER),
	portico_member_weight: gauge("Current weight.", ...MEMBER),
	portico_member_in_flight: gauge("Attempts in progress.", ...MEMBER),
	portico_member_sessions: gauge("Clients with affinity to the member, seen within their idle time.", ...MEMBER),
	portico_member_logins: gauge("Logins in progress with affinity to the member.", ...MEMBER),
	portico_member_attempts_total: counter("Finished attempts.", ...MEMBER),
	portico_member_sent_bytes_total: counter("Bytes sent to the member.", ...MEMBER),
	portico_member_received_bytes_total: counter("Bytes received from the member.", ...MEMBER),
	portico_member_latency_seconds: gauge("Average latency; absent while unknown.", ...MEMBER),
	portico_leaks_total: counter(
		"Responses that contained an internal address, by route. Only some bodies are inspected.",
		...["service", "route", "where", "kind"],
	),
	process_start_time_seconds: gauge("Start time of the process, in seconds since the epoch."),
	process_cpu_seconds_total: counter("CPU time of all threads."),
	process_resident_memory_bytes: gauge("Memory of the process."),
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;

/** Upper ends of the buckets of durations, in milliseconds: from a cached response to a slow import. */
export const BUCKETS_MS: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000];
