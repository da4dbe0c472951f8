/** Composition root of one worker thread: it accepts, parses, routes, balances and relays by itself. */

import { randomBytes } from "node:crypto";
import { totalmem } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { CounterRandom } from "../balance/counterRandom.ts";
import { averageLatency } from "../balance/peakEwma.ts";
import { decodeStart } from "../body/decodeStart.ts";
import { systemClock } from "../clock.ts";
import type { FromWorker, ToWorker, WorkerPlan, WorkerStart } from "../control/threads.ts";
import type { PorticoError } from "../errors.ts";
import type { CidrSet } from "../http/cidr.ts";
import { httpDate } from "../http/date.ts";
import { HostKeys } from "../http/hostKeys.ts";
import { FrameBoundary, GOING_AWAY } from "../http/webSocketFrames.ts";
import { Listener, type ListenerSettings } from "../listener/listener.ts";
import { type ListenerChange, Listeners } from "../listener/listeners.ts";
import { AccessLog } from "../log/accessLog.ts";
import type { ExchangeRecord } from "../log/record.ts";
import type { Plan } from "../plan/plan.ts";
import { Proxy, type ProxyContext, type TunnelSides } from "../proxy.ts";
import { LeakWatch } from "../rewrite/leakWatch.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { Snapshot } from "../snapshot.ts";
import { Deadlines } from "../transport/deadlines.ts";
import { Tunnel } from "../transport/tunnel.ts";
import { type MemberChange, UpstreamMembers } from "./upstreamMembers.ts";

const start = workerData as WorkerStart;
const { index } = start;
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");
const say = (message: FromWorker): void => port.postMessage(message);

const clock = systemClock;
const scoreboard = Scoreboard.attach(start.scoreboard, index);
const { counters } = scoreboard;
const deadlines = new Deadlines(clock, start.tickMs);
const accessLog = AccessLog.open(start.plan.accessLogs, ({ path, reason, dropped }) =>
	say({ kind: "log", level: "error", event: "access_log_failed", fields: { path, cause: reason, dropped } }),
);
const tunnels = new Set<Tunnel>();

const upstreamMembers = new UpstreamMembers(scoreboard, deadlines);
const dice = new CounterRandom(randomBytes(4).readUInt32LE());
const chance = {
	random: () => dice.next(),
	wall: clock.wall,
	now: clock.now,
	newSession: () => randomBytes(8).toString("hex"),
};

/** A snapshot of the plan, and the change of members that goes with it. @throws Error when something in the plan cannot be used */
function snapshotOf(next: WorkerPlan): { readonly snapshot: Snapshot; readonly members: MemberChange } {
	const members = upstreamMembers.prepare(next);
	return { members, snapshot: new Snapshot(next.plan, members.members, next.slots.pools, scoreboard, chance) };
}
const first = snapshotOf(start);
first.members.takeOver();

/** How soon exchanges leave a member that was found to be down. */
const LOOK_MS = 100;
setInterval(() => {
	upstreamMembers.look();
	context.snapshot.look();
}, LOOK_MS).unref();

/** The same complaint about the same member is logged once in this time; the access log has every one. */
const REPEAT_MS = 10_000;
const lastReport = new Map<string, number>();

function report(error: PorticoError, event: string): void {
	const key = `${event} ${error.member} ${error.code}`;
	const now = clock.now();
	if (now - (lastReport.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
	lastReport.set(key, now);
	const cause = error.cause instanceof Error ? error.cause.message : undefined;
	const fields = { code: error.code, member: error.member, detail: error.detail, cause };
	say({ kind: "log", level: error.row.level, event, fields });
}

class WebSocketFarewell extends FrameBoundary {
	readonly words = GOING_AWAY;
}

const idPrefix = randomBytes(6).toString("hex");
let idCount = 0;

let draining = false;

const leaks = new LeakWatch(decodeStart);
/** How often what was found is told: never on the way of an exchange. */
const LEAKS_MS = 1000;
function tellLeaks(): void {
	const found = leaks.take();
	if (found.length > 0) say({ kind: "leaks", found });
}
setInterval(tellLeaks, LEAKS_MS).unref();

const context: ProxyContext & { snapshot: Snapshot } = {
	clock,
	snapshot: first.snapshot,
	hostKeys: new HostKeys(),
	nextRequestId: () => `${idPrefix}-${(idCount++).toString(36)}`,
	date: () => httpDate(clock.wall()),
	attemptEnds({ slot, removed }, sent, received, latency) {
		if (!removed) {
			scoreboard.addTraffic(slot, sent, received);
			if (latency >= 0) {
				const wall = clock.wall();
				const average = averageLatency(scoreboard.latency(slot), wall - scoreboard.latencyAt(slot), latency);
				scoreboard.setLatency(slot, average, wall);
			}
		}
		// Last: a slot at which nothing is in flight may be given to another member.
		scoreboard.end(slot);
	},
	attemptJudged({ slot, removed }, verdict) {
		if (!removed) scoreboard.addVerdict(slot, verdict);
	},
	attemptFailed: (error) => report(error, "attempt_failed"),
	leaks,
	retried: () => counters.retried(),
	openTunnel(sides: TunnelSides, idleMs, onEnd) {
		const farewell = sides.protocol === "websocket" ? new WebSocketFarewell() : null;
		const tunnel: Tunnel = new Tunnel(sides.client, sides.upstream, deadlines, idleMs, farewell, ({ fromClient, toClient, idle }) => {
			tunnels.delete(tunnel);
			onEnd(fromClient, toClient, idle);
		});
		tunnels.add(tunnel);
		tunnel.start(sides.fromClient, sides.fromUpstream, sides.clientEnded);
		if (draining) tunnel.leave();
	},
	record(record: ExchangeRecord) {
		accessLog.write(record);
		counters.exchange(record);
	},
};

const proxy = new Proxy(context);
const ticketKeys = Buffer.from(start.ticketKeys);
const settingsOf = ({ limits, timeouts }: Plan): ListenerSettings => ({
	headBytes: limits.requestHead,
	headerFields: limits.headerFields,
	requestHead: timeouts.requestHead,
	bodyIdle: timeouts.bodyIdle,
	bodyMinRate: timeouts.bodyMinRate,
	keepAlive: timeouts.keepAlive,
	clientWrite: timeouts.clientWrite,
	halfClosed: timeouts.halfClosed,
	tlsHandshake: timeouts.tlsHandshake,
	ticketKeys,
});
/** Share of the memory at which no more connections are taken. What is there already goes on, and gives memory back. */
const FULL = 0.95;
const MEMORY_LOOK_MS = 250;
const machineMemory = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
let overloaded = false;
setInterval(() => {
	overloaded = process.memoryUsage.rss() > FULL * (context.snapshot.plan.limits.memory || machineMemory);
}, MEMORY_LOOK_MS).unref();

const gate = {
	open: (address: string) => {
		if (overloaded) return "overloaded";
		const { connections, connectionsPerClient: perClient } = context.snapshot.plan.limits;
		const result = scoreboard.openConnection(address, { connections, perClient });
		return result === "ok" ? null : result;
	},
	close: (address: string) => scoreboard.closeConnection(address),
	refused(error: PorticoError) {
		counters.refused();
		report(error, "client_refused");
	},
};
const trusted = (): CidrSet => context.snapshot.trustedProxies;
const listeners = new Listeners((plan, settings) => new Listener(plan, settings, proxy, gate, trusted, deadlines), clock.now);

/** What would put another plan in force. */
interface Pending {
	readonly round: number;
	readonly snapshot: Snapshot;
	readonly members: MemberChange;
	readonly listeners: ListenerChange;
}
let pending: Pending | null = null;

/** Does all that may fail; what is in force stays. */
async function prepare(round: number, next: WorkerPlan): Promise<void> {
	abort();
	const { snapshot, members } = snapshotOf(next);
	pending = { round, snapshot, members, listeners: listeners.prepare(next.plan.listeners, settingsOf(next.plan)) };
	await pending.listeners.open();
}

/** From one request to the next the new plan counts; exchanges under way end on the old one. Cannot fail. */
async function commit({ round, snapshot, members, listeners }: Pending): Promise<void> {
	pending = null;
	context.snapshot = snapshot;
	members.takeOver();
	accessLog.replace(snapshot.plan.accessLogs);
	lastReport.clear();
	await listeners.takeOver(snapshot.plan.timeouts.drain);
	say({ kind: "committed", round });
}

function abort(): void {
	pending?.listeners.discard();
	pending = null;
}

/** Milliseconds that the last log lines get to be written. */
const LOG_CLOSE_MS = 2000;
/** Milliseconds that connections get to close, and their exchanges to be recorded, after they were cut. */
const CUT_MS = 500;

/** Looks again and again whether everything has ended: connections end in their own time. */
function drain(): void {
	draining = true;
	const until = clock.now() + context.snapshot.plan.timeouts.drain;
	let cut = 0;
	listeners.drain();
	for (const tunnel of tunnels) tunnel.leave();
	const look = setInterval(() => {
		const left = listeners.connections + tunnels.size;
		if (listeners.accepting && clock.now() < until) return;
		if (left > 0 && clock.now() < (cut === 0 ? until : until + CUT_MS)) return;
		if (left > 0 && cut === 0) {
			cut = left;
			listeners.cut();
			for (const tunnel of tunnels) tunnel.cut();
			return;
		}
		clearInterval(look);
		// A log whose reader is stuck must not keep the process alive.
		const giveUp = setTimeout(() => say({ kind: "drained", cut }), LOG_CLOSE_MS);
		void accessLog.close().then(() => {
			clearTimeout(giveUp);
			tellLeaks();
			say({ kind: "drained", cut });
		});
	}, 20);
}

port.on("message", (message: ToWorker) => {
	if (message.kind === "drain") drain();
	else if (message.kind === "reopenLogs") accessLog.reopen();
	else if (message.kind === "prepare") {
		const { round } = message;
		prepare(round, message).then(
			() => say({ kind: "prepared", round, problem: null }),
			(error: unknown) => say({ kind: "prepared", round, problem: error instanceof Error ? error.message : String(error) }),
		);
	} else if (pending?.round !== message.round) return;
	else if (message.kind === "commit") void commit(pending);
	else abort();
});

// Lines still in memory would die with the thread; the exception goes on to end it.
process.once("uncaughtExceptionMonitor", () => accessLog.flushSync());
deadlines.start();
try {
	const change = listeners.prepare(start.plan.listeners, settingsOf(start.plan));
	await change.open();
	await change.takeOver(0);
	say({ kind: "listening" });
} catch (error) {
	say({ kind: "failed", problem: error instanceof Error ? error.message : String(error) });
}
