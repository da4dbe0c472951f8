/** Composes the view of the process that the admin server gets. */

import { idleTimes } from "../admin/idleTimes.ts";
import type { MemberReport } from "../admin/model.ts";
import type { AffinityCounts, MemberEvidence, ProcessView, WorkerCounts } from "../admin/processView.ts";
import { systemClock } from "../clock.ts";
import { type CertificateMetrics, type ConfigMetrics, exposition, type MemberMetrics, type ProcessMetrics } from "../metrics/exposition.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { Plan } from "../plan/plan.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import { SessionCounts } from "../scoreboard/sessionCounts.ts";
import type { WorkerPlan } from "./threads.ts";

export type ProcessUsage = Omit<ProcessMetrics, "startedAt">;

export interface ProcessViewSources {
	/** The active plan. */
	readonly current: () => WorkerPlan;
	readonly board: Scoreboard;
	readonly workers: () => WorkerCounts;
	/** The process is ending. */
	readonly draining: () => boolean;
	/** By the member's name; null: it is not watched. */
	readonly evidence: (member: string) => MemberEvidence | null;
	readonly leaks: ProcessView["leaks"];
	readonly usage: () => ProcessUsage;
	readonly configFile: string;
	readonly reload: ProcessView["reload"];
	readonly tryReload: ProcessView["tryReload"];
	readonly switchMaintenance: ProcessView["switchMaintenance"];
	readonly config: () => ConfigMetrics;
}

export function processView(sources: ProcessViewSources): ProcessView {
	const { current, board } = sources;
	const counts = new SessionCounts(board.memory, systemClock);
	return {
		get plan() {
			return current().plan;
		},
		board,
		slotOf: (member) => current().slots.members[member] ?? member,
		waiting: (pool) => board.waiting(current().slots.pools[pool] ?? pool),
		workers: sources.workers,
		get draining() {
			return sources.draining();
		},
		get connections() {
			return board.connections;
		},
		get memory() {
			return board.memoryFigures;
		},
		evidence: sources.evidence,
		leaks: sources.leaks,
		affinityCounts: (member) => affinityCountsOf(member, current().plan, counts),
		metrics: (status) =>
			exposition({
				ready: status.ready,
				workers: status.workers,
				config: sources.config(),
				certificates: current().plan.listeners.flatMap(certificatesOf),
				totals: board.totals(),
				memory: board.memoryFigures,
				maintenance: status.services.map(({ name, maintenance }) => ({ service: name, on: maintenance })),
				pools: status.services.flatMap(({ name, pools }) =>
					pools.map((pool) => ({ service: name, pool: pool.name, waiting: pool.waiting })),
				),
				members: status.services.flatMap(({ name, nodes }) =>
					nodes.flatMap(({ members }) => members.map((member) => memberMetrics(name, member, slotOf(current(), member.name), board))),
				),
				leaks: sources.leaks(),
				usage: { ...sources.usage(), startedAt: performance.timeOrigin },
			}),
		configFile: sources.configFile,
		reload: sources.reload,
		tryReload: sources.tryReload,
		switchMaintenance: sources.switchMaintenance,
	};
}

/** The first to expire of those with one first name. */
function certificatesOf({ name, tls }: ListenerPlan): CertificateMetrics[] {
	const first = new Map<string, number>();
	for (const { names, notAfter } of tls?.certificates ?? []) {
		const certificate = names[0] ?? "";
		first.set(certificate, Math.min(notAfter, first.get(certificate) ?? Number.POSITIVE_INFINITY));
	}
	return Array.from(first, ([certificate, notAfter]) => ({ listener: name, certificate, notAfter }));
}

const NO_CLIENTS: AffinityCounts = { sessions: 0, flows: 0, complete: true };

function affinityCountsOf(member: string, plan: Plan, counts: SessionCounts): AffinityCounts {
	const idle = idleTimes(plan).get(member);
	return idle === undefined ? NO_CLIENTS : { ...counts.of(member), complete: counts.age >= idle };
}

function slotOf({ plan, slots }: WorkerPlan, name: string): number {
	const index = plan.members.findIndex((member) => member.name === name);
	return slots.members[index] ?? index;
}

function memberMetrics(service: string, report: MemberReport, slot: number, board: Scoreboard): MemberMetrics {
	const { name: member, pool, node, health, adminState, eligible, weight, inFlight, sessions, flows, latencyMs: latency } = report;
	const { attempts, sent, received } = board.trafficOf(slot);
	return {
		service,
		pool,
		node,
		member,
		health,
		adminState,
		eligible,
		weight,
		inFlight,
		sessions,
		flows,
		attempts,
		sent,
		received,
		latency,
	};
}
