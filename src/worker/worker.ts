/** One worker: it accepts, parses, routes, balances and relays by itself, and follows the plans that the control thread sends. */
import { randomBytes, randomFillSync } from "node:crypto";
import { sessionIds } from "../affinity/sessionIds.ts";
import { HashThread } from "../auth/hashThread.ts";
import { PasswordChecks } from "../auth/passwordChecks.ts";
import { ClientShares } from "../balance/clientShares.ts";
import { CounterRandom } from "../balance/counterRandom.ts";
import { decodeStart } from "../body/decodeStart.ts";
import { systemClock, TurnClock } from "../clock.ts";
import type { FromWorker, ToWorker, WorkerPlan, WorkerStart } from "../control/threads.ts";
import { HostKeys } from "../http/hostKeys.ts";
import { ByteBudget, type MemoryBudget } from "../limit/byteBudget.ts";
import { Listener, type ListenerSettings } from "../listener/listener.ts";
import { type ListenerChange, Listeners } from "../listener/listeners.ts";
import { ReadAhead } from "../listener/readAhead.ts";
import { AccessLog } from "../log/accessLog.ts";
import type { Plan } from "../plan/plan.ts";
import { Proxy, type ProxyContext } from "../proxy.ts";
import { LeakWatch } from "../rewrite/leakWatch.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { Snapshot } from "../snapshot.ts";
import { Deadlines } from "../transport/deadlines.ts";
import { NodeTransport } from "../transport/node/nodeTransport.ts";
import { WorkerGate } from "./connectionGate.ts";
import { drain } from "./drain.ts";
import { ErrorReports } from "./errorReports.ts";
import { ExchangeReports } from "./exchangeReports.ts";
import { type MemberChange, UpstreamMembers } from "./members.ts";
import { MemoryWatch } from "./memoryWatch.ts";
import type { ProcessMemory } from "./processMemory.ts";
import { Tunnels } from "./tunnels.ts";

/** How soon exchanges leave a member that was found to be down. */
const LOOK_MS = 100;
/** How often leaks are reported: never on the way of an exchange. */
const LEAK_REPORT_INTERVAL_MS = 1000;
/** Share of the memory for bodies that wait: of requests before they take a slot at a node, of responses for slow clients. */
const BODIES_SHARE = 0.125;
/** Share of the memory for large heads of requests. */
const HEADS_SHARE = 0.125;
/** Milliseconds that the last log lines get to be written: a log whose reader is stuck must not keep the process alive. */
const LOG_CLOSE_MS = 2000;

/** Another plan, with all that may fail done. */
interface PreparedPlan {
	readonly round: number;
	readonly snapshot: Snapshot;
	readonly members: MemberChange;
	readonly listeners: ListenerChange;
}

/** Lifetime: process. */
export class WorkerThread {
	readonly #start: WorkerStart;
	readonly #post: (message: FromWorker) => void;
	readonly #clock = systemClock;
	readonly #turn = new TurnClock();
	readonly #scoreboard: Scoreboard;
	readonly #deadlines: Deadlines;
	readonly #accessLog: AccessLog;
	readonly #leaks = new LeakWatch(decodeStart);
	readonly #errors: ErrorReports;
	readonly #tunnels: Tunnels;
	readonly #memory: ProcessMemory;
	readonly #memoryWatch: MemoryWatch;
	readonly #bodies = new ByteBudget(0);
	readonly #heads = new ByteBudget(0);
	readonly #members: UpstreamMembers;
	readonly #listeners: Listeners;
	readonly #random = new CounterRandom(randomBytes(4).readUInt32LE());
	readonly #passwords: PasswordChecks;
	readonly #sessionIds = sessionIds((pool) => randomFillSync(pool));
	/** What requests are decided by from now on. */
	readonly #active: { snapshot: Snapshot };
	/** Log lines that are counted as lost. */
	#lostLines = 0;
	#prepared: PreparedPlan | null = null;
	/** By the pool's name. */
	readonly #shares = new Map<string, ClientShares>();

	constructor(start: WorkerStart, memory: ProcessMemory, post: (message: FromWorker) => void) {
		this.#start = start;
		this.#post = post;
		this.#scoreboard = Scoreboard.attach(start.scoreboard, start.index);
		this.#deadlines = new Deadlines(this.#turn, start.tickMs);
		this.#accessLog = AccessLog.open(start.plan.accessLogs, ({ path, reason, dropped }) =>
			post({ kind: "log", level: "error", event: "access_log_failed", fields: { path, cause: reason, dropped } }),
		);
		this.#errors = new ErrorReports(this.#clock, post);
		this.#tunnels = new Tunnels(this.#deadlines);
		const transport = new NodeTransport(this.#turn);
		this.#memory = memory;
		this.#memoryWatch = this.#watch(memory, () => transport.trim());
		this.#members = new UpstreamMembers(transport, this.#scoreboard, this.#deadlines);
		const hashes = new HashThread();
		this.#passwords = new PasswordChecks((password, hash) => hashes.verify(password, hash), this.#clock.now);
		const first = this.#members.prepare(start);
		this.#active = { snapshot: this.#snapshotOf(start, first) };
		first.takeOver();
		this.#shareMemory(start.plan);
		const proxy = new Proxy(this.#context());
		const readAhead = new ReadAhead(this.#bodies);
		const gate = new WorkerGate(this.#scoreboard, this.#errors, this.#memoryWatch, () => this.#active.snapshot.plan.limits);
		const trusted = () => this.#active.snapshot.trustedProxies;
		this.#listeners = new Listeners(
			(plan, settings) => new Listener(transport, plan, settings, proxy, gate, this.#countedHeads(), trusted, this.#deadlines, readAhead),
			this.#clock.now,
		);
	}

	/** Starts to accept; the control thread is told how that went. */
	async run(): Promise<void> {
		this.#deadlines.start();
		this.#memoryWatch.start();
		setInterval(() => this.#look(), LOOK_MS).unref();
		setInterval(() => this.#reportLeaks(), LEAK_REPORT_INTERVAL_MS).unref();
		setInterval(() => this.#countLostLines(), LEAK_REPORT_INTERVAL_MS).unref();
		try {
			const { plan } = this.#start;
			const change = this.#listeners.prepare(plan.listeners, this.#settingsOf(plan));
			await change.open();
			await change.takeOver(0);
			this.#post({ kind: "listening" });
		} catch (error) {
			this.#post({ kind: "failed", problem: problemOf(error) });
		}
	}

	onMessage(message: ToWorker): void {
		switch (message.kind) {
			case "drain":
				return void this.#drain();
			case "reopenLogs":
				return this.#accessLog.reopen();
			case "prepare":
				return void this.#prepare(message.round, message);
			case "commit":
				if (this.#prepared?.round === message.round) void this.#commit(this.#prepared);
				return;
			case "abort":
				if (this.#prepared?.round === message.round) this.#discard();
		}
	}

	/** Lines still in memory would be lost with the thread. */
	flushLogs(): void {
		this.#accessLog.flushSync();
	}

	#context(): ProxyContext {
		const idPrefix = randomBytes(6).toString("hex");
		let idCount = 0;
		return {
			clock: this.#turn,
			active: this.#active,
			hostKeys: new HostKeys(),
			leaks: this.#leaks,
			bodies: this.#bodies,
			memory: this.#memoryWatch,
			observer: new ExchangeReports(this.#scoreboard, this.#accessLog, this.#errors, this.#turn),
			tunnels: this.#tunnels,
			nextRequestId: () => `${idPrefix}-${(idCount++).toString(36)}`,
		};
	}

	/** @param trim of the transport */
	#watch(memory: ProcessMemory, trim: () => void): MemoryWatch {
		let level = "normal";
		return new MemoryWatch({
			...{ memory, clock: this.#clock, limit: () => this.#active.snapshot.plan.limits.memory },
			liveElsewhere: () => this.#scoreboard.liveElsewhere,
			giveBack: (all) => {
				trim();
				if (!all) return;
				this.#members.closeIdle();
				this.#listeners.closeIdle();
			},
			onShed: (work) => this.#scoreboard.counters.shed(work),
			onLook: (figures) => {
				this.#scoreboard.setMemory(figures);
				if (figures.level !== level) this.#post({ kind: "memory" });
				level = figures.level;
			},
		});
	}

	#countedHeads(): MemoryBudget {
		const heads = this.#heads;
		const take = (bytes: number): boolean => {
			const fits = heads.take(bytes);
			if (!fits) this.#scoreboard.counters.shed("head");
			return fits;
		};
		return { take, release: (bytes) => heads.release(bytes) };
	}

	#shareMemory({ limits, workers }: Plan): void {
		const own = (limits.memory || this.#memory.available) / workers;
		this.#bodies.limit = BODIES_SHARE * own;
		this.#heads.limit = HEADS_SHARE * own;
	}

	/** @throws Error if something in the plan cannot be used */
	#snapshotOf({ plan, slots }: WorkerPlan, { members }: MemberChange): Snapshot {
		return new Snapshot(plan, members, slots.pools, this.#scoreboard, {
			random: () => this.#random.next(),
			wall: this.#clock.wall,
			clock: this.#turn,
			sharesOf: (pool) => this.#sharesOf(pool),
			newSession: this.#sessionIds,
			passwords: this.#passwords,
		});
	}

	#sharesOf(pool: string): ClientShares {
		const shares = this.#shares.get(pool) ?? new ClientShares();
		this.#shares.set(pool, shares);
		return shares;
	}

	#settingsOf({ limits, timeouts }: Plan): ListenerSettings {
		return {
			headBytes: limits.requestHead,
			headerFields: limits.headerFields,
			requestHead: timeouts.requestHead,
			bodyIdle: timeouts.bodyIdle,
			bodyMinRate: timeouts.bodyMinRate,
			keepAlive: timeouts.keepAlive,
			clientWrite: timeouts.clientWrite,
			halfClosed: timeouts.halfClosed,
			responseBuffer: limits.responseBuffer,
			tlsHandshake: timeouts.tlsHandshake,
			ticketKeys: Buffer.from(this.#start.ticketKeys),
		};
	}

	#look(): void {
		this.#turn.read();
		this.#members.look();
		this.#active.snapshot.look();
	}

	#countLostLines(): void {
		const { dropped } = this.#accessLog;
		this.#scoreboard.counters.logDropped(dropped - this.#lostLines);
		this.#lostLines = dropped;
	}

	#reportLeaks(): void {
		const found = this.#leaks.take();
		if (found.length > 0) this.#post({ kind: "leaks", found });
	}

	/** Does all that may fail; the active plan stays. */
	async #prepare(round: number, next: WorkerPlan): Promise<void> {
		this.#discard();
		try {
			const members = this.#members.prepare(next);
			const snapshot = this.#snapshotOf(next, members);
			const listeners = this.#listeners.prepare(next.plan.listeners, this.#settingsOf(next.plan));
			this.#prepared = { round, snapshot, members, listeners };
			await listeners.open();
			this.#post({ kind: "prepared", round, problem: null });
		} catch (error) {
			this.#post({ kind: "prepared", round, problem: problemOf(error) });
		}
	}

	/** From one request to the next the new plan is active; exchanges in flight end on the old one. Cannot fail. */
	async #commit({ round, snapshot, members, listeners }: PreparedPlan): Promise<void> {
		this.#prepared = null;
		this.#active.snapshot = snapshot;
		this.#shareMemory(snapshot.plan);
		members.takeOver();
		this.#accessLog.replace(snapshot.plan.accessLogs);
		this.#errors.clear();
		await listeners.takeOver(snapshot.plan.timeouts.drain);
		this.#post({ kind: "committed", round });
	}

	#discard(): void {
		this.#prepared?.listeners.discard();
		this.#prepared = null;
	}

	async #drain(): Promise<void> {
		const cut = await drain(this.#listeners, this.#tunnels, this.#clock, this.#active.snapshot.plan.timeouts.drain);
		const giveUp = setTimeout(() => this.#post({ kind: "drained", cut }), LOG_CLOSE_MS);
		await this.#accessLog.close();
		clearTimeout(giveUp);
		this.#reportLeaks();
		this.#post({ kind: "drained", cut });
	}
}

function problemOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
