/** Status of services, nodes and members, as the admin API reports it. */
import { isEligible } from "../balance/eligibility.ts";
import { turnsAway } from "../limit/memoryLevel.ts";
import type { AdminStates } from "./adminStates.ts";
import { isEmpty } from "./drainState.ts";
import { leakFix } from "./leakFix.ts";
import type { LeakRow } from "./leakLedger.ts";
import type { DrainReport, LeakReport, MemberReport, NodeReport, ServiceReport, StatusReport } from "./model.ts";
import type { ProcessView } from "./processView.ts";

export function isReady(view: ProcessView): boolean {
	const { configured, listening } = view.workers();
	return listening === configured && !view.draining && !turnsAway(view.memory.level);
}

/** Why it is not ready. */
export function unreadiness({ draining, memory }: ProcessView): string {
	if (draining) return "draining";
	return turnsAway(memory.level) ? `short of memory: ${memory.level}` : "starting";
}

/** @param now milliseconds since the epoch */
export function statusReport(view: ProcessView, states: AdminStates, now: number): StatusReport {
	return {
		time: iso(now),
		public: view.plan.publicOrigin,
		ready: isReady(view),
		draining: view.draining,
		maintenance: view.plan.maintenance,
		workers: view.workers(),
		connections: view.connections,
		memory: view.memory,
		services: view.plan.services.flatMap(({ front }, index) => (front === null ? [serviceReport(view, states, index)] : [])),
		leaks: view.leaks().map(leakReport),
	};
}

function leakReport(leak: LeakRow): LeakReport {
	const { service, route, where, kind, field, url, count } = leak;
	const [firstAt, lastAt] = [iso(leak.firstAt), iso(leak.lastAt)];
	return { service, route, where, kind, field, url, count, firstAt, lastAt, fix: leakFix(leak) };
}

function serviceReport(view: ProcessView, states: AdminStates, service: number): ServiceReport {
	const { plan } = view;
	const { name = "", product = "" } = plan.services[service] ?? {};
	const isMaintained = plan.maintenance || plan.services[service]?.maintenance.on === true;
	const pools = plan.pools.filter((pool) => pool.service === service);
	const members = pools.flatMap((pool) => pool.members).flatMap((index) => plan.members[index] ?? []);
	return {
		name,
		product,
		maintenance: isMaintained,
		pools: pools.map((pool) => ({
			name: pool.name,
			kind: pool.kind,
			policy: pool.policy,
			members: pool.members.length,
			eligible: pool.members.filter((index) => memberReport(view, states, index).eligible).length,
			waiting: view.waiting(plan.pools.indexOf(pool)),
		})),
		nodes: [...new Set(members.map(({ node }) => node))].flatMap((node) => nodeReport(view, states, node) ?? []),
	};
}

/** Null: there is no such node. */
export function nodeReport(view: ProcessView, states: AdminStates, name: string): NodeReport | null {
	const { plan } = view;
	const indexes = membersOfNode(view, name);
	const [first] = indexes;
	const pool = plan.pools.find(({ members }) => first !== undefined && members.includes(first));
	if (first === undefined || pool === undefined) return null;
	const members = indexes.map((index) => memberReport(view, states, index));
	const [state, ...others] = new Set(members.map(({ adminState }) => adminState));
	return {
		name,
		service: plan.services[pool.service]?.name ?? "",
		zone: plan.members[first]?.zone ?? null,
		roles: [...(plan.members[first]?.roles ?? [])],
		adminState: state === undefined || others.length > 0 ? "mixed" : state,
		drain: together(members.flatMap(({ drain }) => drain ?? [])),
		members,
	};
}

export function membersOfNode({ plan }: ProcessView, name: string): number[] {
	return plan.members.flatMap(({ node }, index) => (node === name ? [index] : []));
}

export function memberReport(view: ProcessView, states: AdminStates, index: number): MemberReport {
	const { plan, board } = view;
	const slot = view.slotOf(index);
	const member = plan.members[index];
	if (member === undefined) throw new RangeError(`there is no member ${index}`);
	const { name, node, host, port } = member;
	const watched = view.evidence(name);
	const health = board.health(slot);
	const latency = board.latency(slot);
	const selfDraining = watched?.selfDraining ?? false;
	return {
		name,
		node,
		pool: plan.pools.find(({ members }) => members.includes(index))?.name ?? "",
		address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
		health,
		healthSince: watched === null ? null : iso(watched.since),
		cause: watched?.cause ?? null,
		evidence: watched?.evidence.text ?? null,
		selfDraining,
		adminState: states.adminState(index),
		standby: member.standby,
		eligible: isEligible(health, board.adminState(slot), selfDraining),
		weight: board.weight(slot),
		inFlight: board.inFlight(slot),
		attempts: board.attempts(slot),
		latencyMs: latency === 0 ? null : Math.round(latency * 1000) / 1000,
		...sessionsAndFlows(view, name),
		drain: drainReport(states, index),
	};
}

function drainReport(states: AdminStates, index: number): DrainReport | null {
	const drain = states.drain(index);
	if (drain === null) return null;
	const { mode, since, deadline, overdue, quiet } = drain;
	const remains = states.progress(index);
	const { inFlight, sessions, flows, complete, quietFor } = remains;
	return {
		mode,
		since: iso(since),
		deadline: deadline === null ? null : iso(deadline),
		overdue,
		empty: isEmpty(drain, remains),
		quietMs: quiet,
		quietForMs: quietFor,
		inFlight,
		sessions,
		flows,
		counted: complete,
	};
}

function sessionsAndFlows(view: ProcessView, member: string): Pick<MemberReport, "sessions" | "flows"> {
	const { sessions, flows } = view.affinityCounts(member);
	return { sessions, flows };
}

/** What is left of all; a soft one among them makes it soft. */
function together(drains: readonly DrainReport[]): DrainReport | null {
	if (drains.length === 0) return null;
	const sum = (of: (drain: DrainReport) => number): number => drains.reduce((total, drain) => total + of(drain), 0);
	const deadlines = drains.map(({ deadline }) => deadline);
	return {
		mode: drains.some(({ mode }) => mode === "soft") ? "soft" : "hard",
		since: drains.map(({ since }) => since).sort()[0] ?? "",
		deadline: deadlines.includes(null) ? null : (deadlines.sort().at(-1) ?? null),
		overdue: drains.some(({ overdue }) => overdue),
		empty: drains.every(({ empty }) => empty),
		quietMs: Math.max(...drains.map(({ quietMs }) => quietMs)),
		quietForMs: Math.min(...drains.map(({ quietForMs }) => quietForMs)),
		inFlight: sum(({ inFlight }) => inFlight),
		sessions: sum(({ sessions }) => sessions),
		flows: sum(({ flows }) => flows),
		counted: drains.every(({ counted }) => counted),
	};
}

/** ISO 8601, UTC. @param wall milliseconds since the epoch */
function iso(wall: number): string {
	return new Date(wall).toISOString();
}
