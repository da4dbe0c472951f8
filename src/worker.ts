/** Composition root of one worker thread: it accepts, parses, routes, balances and relays by itself. */
import { randomBytes } from "node:crypto";
import { totalmem } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { CounterRandom } from "./balance/counterRandom.ts";
import { averageLatency } from "./balance/peakEwma.ts";
import { systemClock } from "./clock.ts";
import type { PorticoError } from "./errors.ts";
import { httpDate } from "./http/date.ts";
import { HostKeys } from "./http/hostKeys.ts";
import { FrameBoundary, GOING_AWAY } from "./http/webSocketFrames.ts";
import { Listener } from "./listener/listener.ts";
import { AccessLog } from "./log/accessLog.ts";
import type { ExchangeRecord } from "./log/record.ts";
import { Proxy, type ProxyContext, type TunnelSides } from "./proxy.ts";
import { Scoreboard } from "./scoreboard/scoreboard.ts";
import { Snapshot } from "./snapshot.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./threads.ts";
import { Deadlines } from "./transport/deadlines.ts";
import { Tunnel } from "./transport/tunnel.ts";
import { UpstreamMember } from "./upstream/member.ts";

const start = workerData as WorkerStart;
const { plan, index } = start;
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");
const say = (message: FromWorker): void => port.postMessage(message);

const clock = systemClock;
const scoreboard = Scoreboard.attach(start.scoreboard, index);
const { counters } = scoreboard;
const deadlines = new Deadlines(clock);
const accessLog = AccessLog.open(plan.accessLogs, ({ path, reason, dropped }) =>
	say({ kind: "log", level: "error", event: "access_log_failed", fields: { path, cause: reason, dropped } }),
);
const tunnels = new Set<Tunnel>();

const members = plan.members.map((member, at) => {
	const pool = plan.pools.find(({ members }) => members.includes(at));
	const settings = {
		headBytes: plan.limits.responseHead,
		headerFields: plan.limits.headerFields,
		connect: plan.timeouts.connect,
		idle: pool?.keepAlive.idle ?? 0,
		maxRequests: pool?.keepAlive.maxRequests ?? 1,
	};
	return new UpstreamMember(member, start.slots[at] ?? at, settings, pool?.keepAlive.maxIdle ?? 0, deadlines);
});
const dice = new CounterRandom(randomBytes(4).readUInt32LE());
const snapshot = new Snapshot(plan, members, scoreboard, { random: () => dice.next(), wall: clock.wall });

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

const context: ProxyContext = {
	clock,
	snapshot,
	hostKeys: new HostKeys(),
	nextRequestId: () => `${idPrefix}-${(idCount++).toString(36)}`,
	date: () => httpDate(clock.wall()),
	attemptBegins: ({ slot }) => scoreboard.begin(slot),
	attemptEnds({ slot }, sent, received, latency) {
		scoreboard.end(slot);
		scoreboard.addTraffic(slot, sent, received);
		if (latency < 0) return;
		const wall = clock.wall();
		const average = averageLatency(scoreboard.latency(slot), wall - scoreboard.latencyAt(slot), latency);
		scoreboard.setLatency(slot, average, wall);
	},
	attemptJudged: ({ slot }, verdict) => scoreboard.addVerdict(slot, verdict),
	attemptFailed: (error) => report(error, "attempt_failed"),
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
const settings = {
	headBytes: plan.limits.requestHead,
	headerFields: plan.limits.headerFields,
	requestHead: plan.timeouts.requestHead,
	bodyIdle: plan.timeouts.bodyIdle,
	bodyMinRate: plan.timeouts.bodyMinRate,
	keepAlive: plan.timeouts.keepAlive,
	clientWrite: plan.timeouts.clientWrite,
	halfClosed: plan.timeouts.halfClosed,
	tlsHandshake: plan.timeouts.tlsHandshake,
	ticketKeys: Buffer.from(start.ticketKeys),
};
/** Share of the memory at which no more connections are taken. What is there already goes on, and gives memory back. */
const FULL = 0.95;
const MEMORY_LOOK_MS = 250;
const memory = plan.limits.memory || Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
let overloaded = false;
setInterval(() => {
	overloaded = process.memoryUsage.rss() > FULL * memory;
}, MEMORY_LOOK_MS).unref();

const gate = {
	open: (address: string) => {
		if (overloaded) return "overloaded";
		const result = scoreboard.openConnection(address, {
			connections: plan.limits.connections,
			perClient: plan.limits.connectionsPerClient,
		});
		return result === "ok" ? null : result;
	},
	close: (address: string) => scoreboard.closeConnection(address),
	refused(error: PorticoError) {
		counters.refused();
		report(error, "client_refused");
	},
};
const listeners = plan.listeners.map((listener) => new Listener(listener, settings, proxy, gate, () => snapshot.trustedProxies, deadlines));

const open = (): number => listeners.reduce((sum, { connections }) => sum + connections, tunnels.size);

/** Milliseconds that the last log lines get to be written. */
const LOG_CLOSE_MS = 2000;
/** Milliseconds that connections get to close, and their exchanges to be recorded, after they were cut. */
const CUT_MS = 500;

/** Looks again and again whether everything has ended: connections end in their own time. */
function drain(): void {
	draining = true;
	const until = clock.now() + plan.timeouts.drain;
	let cut = 0;
	for (const listener of listeners) listener.drain();
	for (const tunnel of tunnels) tunnel.leave();
	const look = setInterval(() => {
		const left = open();
		if (listeners.some(({ accepting }) => accepting) && clock.now() < until) return;
		if (left > 0 && clock.now() < (cut === 0 ? until : until + CUT_MS)) return;
		if (left > 0 && cut === 0) {
			cut = left;
			for (const listener of listeners) listener.cut();
			for (const tunnel of tunnels) tunnel.cut();
			return;
		}
		clearInterval(look);
		// A log whose reader is stuck must not keep the process alive.
		const giveUp = setTimeout(() => say({ kind: "drained", cut }), LOG_CLOSE_MS);
		void accessLog.close().then(() => {
			clearTimeout(giveUp);
			say({ kind: "drained", cut });
		});
	}, 20);
}

port.on("message", (message: ToWorker) => {
	if (message.kind === "drain") drain();
	else accessLog.reopen();
});

// Lines still in memory would die with the thread; the exception goes on to end it.
process.once("uncaughtExceptionMonitor", () => accessLog.flushSync());
deadlines.start();
try {
	for (const listener of listeners) await listener.listen();
	say({ kind: "listening" });
} catch (error) {
	say({ kind: "failed", problem: error instanceof Error ? error.message : String(error) });
}
