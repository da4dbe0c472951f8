/** Composes what the admin server sees of the process. */
import type { MemberReport } from "./admin/model.ts";
import type { AdminView, MemberEvidence, WorkerCounts } from "./admin/view.ts";
import { exposition, type MemberMetrics, type ProcessMetrics } from "./metrics/exposition.ts";
import type { Plan } from "./plan.ts";
import type { Scoreboard } from "./scoreboard/scoreboard.ts";

export type ProcessUsage = Omit<ProcessMetrics, "startedAt">;

export interface AdminSources {
	readonly plan: Plan;
	/** Scoreboard slot of each member, in the plan's order. */
	readonly slots: readonly number[];
	readonly board: Scoreboard;
	readonly workers: () => WorkerCounts;
	/** The process is ending. */
	readonly draining: () => boolean;
	/** By the member's name; null: nobody watches it. */
	readonly evidence: (member: string) => MemberEvidence | null;
	readonly usage: () => ProcessUsage;
}

export function adminView(sources: AdminSources): AdminView {
	const { plan, slots, board } = sources;
	return {
		plan,
		board,
		slotOf: (member) => slots[member] ?? member,
		workers: sources.workers,
		get draining() {
			return sources.draining();
		},
		get connections() {
			return board.connections;
		},
		evidence: sources.evidence,
		kept: () => ({ sessions: null, flows: null }),
		metrics: (status) =>
			exposition({
				ready: status.ready,
				workers: status.workers,
				totals: board.totals(),
				members: status.services.flatMap(({ name, nodes }) =>
					nodes.flatMap(({ members }) => members.map((member) => memberMetrics(name, member, slotOf(sources, member.name), board))),
				),
				usage: { ...sources.usage(), startedAt: performance.timeOrigin },
			}),
	};
}

function slotOf({ plan, slots }: AdminSources, name: string): number {
	const index = plan.members.findIndex((member) => member.name === name);
	return slots[index] ?? index;
}

function memberMetrics(service: string, report: MemberReport, slot: number, board: Scoreboard): MemberMetrics {
	const { name: member, pool, node, health, adminState, eligible, weight, inFlight, latencyMs: latency } = report;
	const { attempts, sent, received } = board.trafficOf(slot);
	return { service, pool, node, member, health, adminState, eligible, weight, inFlight, attempts, sent, received, latency };
}
