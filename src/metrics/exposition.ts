import { Counter, Gauge, type Metric, Registry } from "prom-client";
import { MEMORY_LEVELS, type MemoryLevel } from "../limit/memoryLevel.ts";
import type { Histogram } from "./histogram.ts";
import { BUCKETS_MS, METRICS, type MetricName, type MetricRow } from "./metrics.ts";

/** What there is to tell at one moment. */
export interface MetricsView {
	readonly ready: boolean;
	readonly workers: { readonly configured: number; readonly listening: number; readonly deaths: number };
	readonly config: ConfigMetrics;
	readonly totals: {
		readonly connectionsOpen: number;
		readonly connectionsAccepted: number;
		readonly connectionsRefused: number;
		/** By class: `2xx`, `499`. */
		readonly byStatus: Readonly<Record<string, number>>;
		/** By error code. */
		readonly byCode: ReadonlyMap<string, number>;
		readonly bytesIn: number;
		readonly bytesOut: number;
		readonly retries: number;
		/** Refused for want of memory, by kind. */
		readonly shed: Readonly<Record<string, number>>;
		readonly logDropped: number;
		readonly abuse: Readonly<Record<string, number>>;
		readonly latency: Histogram;
	};
	readonly memory: MemoryMetrics;
	readonly certificates: readonly CertificateMetrics[];
	readonly maintenance: readonly { readonly service: string; readonly on: boolean }[];
	readonly pools: readonly PoolMetrics[];
	readonly members: readonly MemberMetrics[];
	readonly leaks: readonly LeakMetrics[];
	readonly usage: ProcessMetrics;
}

export interface CertificateMetrics {
	readonly listener: string;
	/** The first name in it. */
	readonly certificate: string;
	/** Milliseconds since the epoch. */
	readonly notAfter: number;
}

/** Bytes. */
export interface MemoryMetrics {
	readonly level: MemoryLevel;
	readonly used: number;
	readonly limit: number;
	readonly live: number;
}

export interface PoolMetrics {
	readonly service: string;
	readonly pool: string;
	readonly waiting: number;
}

export interface MemberMetrics {
	readonly service: string;
	readonly pool: string;
	readonly node: string;
	readonly member: string;
	readonly health: string;
	readonly adminState: string;
	readonly eligible: boolean;
	readonly weight: number;
	readonly inFlight: number;
	readonly sessions: number;
	readonly flows: number;
	readonly attempts: number;
	/** Bytes. */
	readonly sent: number;
	readonly received: number;
	/** Milliseconds; null: not known. */
	readonly latency: number | null;
}

export interface LeakMetrics {
	readonly service: string;
	readonly route: string;
	readonly where: string;
	readonly kind: string;
	readonly count: number;
}

export interface ConfigMetrics {
	/** The last reload was not refused. */
	readonly lastReloadOk: boolean;
	/** Milliseconds since the epoch. */
	readonly loadedAt: number;
}

export interface ProcessMetrics {
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly cpuSeconds: number;
	readonly residentBytes: number;
}

const HEALTHS = ["up", "down", "unknown"];
const ADMIN_STATES = ["enabled", "draining", "disabled"];

type Labels = Readonly<Record<string, string>>;

/** All metrics in the text format of Prometheus, version 0.0.4. */
export async function exposition(view: MetricsView): Promise<string> {
	const page = new Page();
	tellProcess(page, view);
	for (const { listener, certificate, notAfter } of view.certificates)
		page.add("portico_certificate_expiry_timestamp_seconds", notAfter / 1000, { listener, certificate });
	tellTotals(page, view.totals);
	tellMemory(page, view.memory);
	for (const { service, on } of view.maintenance) page.add("portico_service_maintenance", Number(on), { service });
	for (const { service, pool, waiting } of view.pools) page.add("portico_pool_waiting", waiting, { service, pool });
	for (const member of view.members) tellMember(page, member);
	for (const { count, service, route, where, kind } of view.leaks) page.add("portico_leaks_total", count, { service, route, where, kind });
	return page.text();
}

function tellProcess(page: Page, { ready, workers, config, usage }: MetricsView): void {
	page.add("portico_ready", Number(ready));
	page.add("portico_workers", workers.configured);
	page.add("portico_workers_listening", workers.listening);
	page.add("portico_worker_deaths_total", workers.deaths);
	page.add("portico_config_last_reload_successful", Number(config.lastReloadOk));
	page.add("portico_config_loaded_timestamp_seconds", config.loadedAt / 1000);
	page.add("process_start_time_seconds", usage.startedAt / 1000);
	page.add("process_cpu_seconds_total", usage.cpuSeconds);
	page.add("process_resident_memory_bytes", usage.residentBytes);
}

function tellTotals(page: Page, totals: MetricsView["totals"]): void {
	page.add("portico_client_connections", totals.connectionsOpen);
	page.add("portico_client_connections_accepted_total", totals.connectionsAccepted);
	page.add("portico_client_connections_refused_total", totals.connectionsRefused);
	for (const [status, count] of Object.entries(totals.byStatus)) page.add("portico_exchanges_total", count, { status });
	for (const [code, count] of totals.byCode) page.add("portico_errors_total", count, { code });
	page.add("portico_request_body_bytes_total", totals.bytesIn);
	page.add("portico_response_body_bytes_total", totals.bytesOut);
	page.add("portico_retries_total", totals.retries);
	for (const [reason, count] of Object.entries(totals.abuse)) page.add("portico_http2_abuse_total", count, { reason });
	for (const [kind, count] of Object.entries(totals.shed)) page.add("portico_memory_shed_total", count, { kind });
	page.add("portico_log_lines_dropped_total", totals.logDropped);
	page.addHistogram("portico_exchange_duration_seconds", totals.latency);
}

function tellMemory(page: Page, { level, used, limit, live }: MemoryMetrics): void {
	page.add("portico_memory_level", MEMORY_LEVELS.indexOf(level));
	page.add("portico_memory_used_bytes", used);
	page.add("portico_memory_limit_bytes", limit);
	page.add("portico_memory_live_bytes", live);
}

function tellMember(page: Page, metrics: MemberMetrics): void {
	const { service, pool, node, member, latency } = metrics;
	const labels = { service, pool, node, member };
	for (const health of HEALTHS) page.add("portico_member_health", Number(health === metrics.health), { ...labels, health });
	for (const state of ADMIN_STATES)
		page.add("portico_member_admin_state", Number(state === metrics.adminState), { ...labels, admin_state: state });
	page.add("portico_member_eligible", Number(metrics.eligible), labels);
	page.add("portico_member_weight", metrics.weight, labels);
	page.add("portico_member_in_flight", metrics.inFlight, labels);
	page.add("portico_member_sessions", metrics.sessions, labels);
	page.add("portico_member_logins", metrics.flows, labels);
	page.add("portico_member_attempts_total", metrics.attempts, labels);
	page.add("portico_member_sent_bytes_total", metrics.sent, labels);
	page.add("portico_member_received_bytes_total", metrics.received, labels);
	if (latency !== null) page.add("portico_member_latency_seconds", latency / 1000, labels);
}

/** The metrics of one scrape: everything is counted elsewhere, so nothing is kept from one to the next. */
class Page {
	readonly #registry = new Registry();
	readonly #metrics = new Map<MetricName, Counter | Gauge>();

	constructor() {
		for (const [name, { type, help, labels }] of Object.entries(METRICS) as [MetricName, MetricRow][]) {
			const settings = { name, help, labelNames: [...labels], registers: [this.#registry] };
			if (type === "counter") this.#metrics.set(name, new Counter(settings));
			else if (type === "gauge") this.#metrics.set(name, new Gauge(settings));
		}
	}

	add(name: MetricName, value: number, labels: Labels = {}): void {
		this.#metrics.get(name)?.inc(labels, value);
	}

	/** The library's own histogram can only count by itself; ours has counted already. */
	addHistogram(name: MetricName, histogram: Histogram): void {
		const { help } = METRICS[name];
		const bucket = (le: string, value: number) => ({ metricName: `${name}_bucket`, labels: { le }, value });
		const values = [
			...BUCKETS_MS.map((ms) => bucket(String(ms / 1000), histogram.countUpTo(ms))),
			bucket("+Inf", histogram.count),
			{ metricName: `${name}_sum`, labels: {}, value: histogram.sum / 1000 },
			{ metricName: `${name}_count`, labels: {}, value: histogram.count },
		];
		const metric = { name, help, type: "histogram", get: async () => ({ name, help, type: "histogram", values }) };
		this.#registry.registerMetric(metric as unknown as Metric);
	}

	text(): Promise<string> {
		return this.#registry.metrics();
	}
}
