/** Composition root of the control thread: the workers, the health of the nodes, the admin server, and the plan that all of them follow. */

import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { AdminServer } from "../admin/adminServer.ts";
import { LeakLedger } from "../admin/leakLedger.ts";
import type { Initiator, ReloadOutcome } from "../admin/processView.ts";
import { systemClock } from "../clock.ts";
import { configChanges } from "../config/diff.ts";
import type { Loaded } from "../config/load.ts";
import { formatProblems, type Problem } from "../config/problem.ts";
import { HealthMonitor } from "../health/watch/monitor.ts";
import { systemTimers } from "../health/watch/timers.ts";
import { accessLogProblems } from "../log/accessLog.ts";
import { EventLog } from "../log/eventLog.ts";
import type { Log } from "../log/log.ts";
import type { ConfigMetrics } from "../metrics/exposition.ts";
import type { AffinityKeyPlan } from "../plan/affinity.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { Plan } from "../plan/plan.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { descriptorLimit, withinDescriptors } from "./descriptors.ts";
import { heapLimit, MemoryState } from "./memoryState.ts";
import { type ProcessUsage, processView } from "./processView.ts";
import { BoardSlots, type SlotChange } from "./reload/boardSlots.ts";
import { Coalesced } from "./reload/coalesced.ts";
import { MaintenanceSwitches } from "./reload/maintenance.ts";
import { nextPlan, type RunningPlan } from "./reload/nextPlan.ts";
import { tryBind } from "./reload/tryBind.ts";
import type { WorkerPlan, WorkerStart } from "./threads.ts";
import { watchedPools } from "./watchedPools.ts";
import { Workers } from "./workers.ts";

/** Where the configuration comes from. */
export interface ConfigSource {
	/** As it was named. */
	readonly file: string;
	/** Reads it again. */
	readonly load: () => Promise<Loaded>;
}

/** What the server needs of its process. */
export interface ServerOptions {
	readonly log: Log;
	readonly usage: () => ProcessUsage;
	/** Bytes of memory of the container, or of the machine. */
	readonly memory: number;
	readonly source: ConfigSource;
	/** For its workers. */
	readonly tickMs: WorkerStart["tickMs"];
}

const LOST_EVENTS_INTERVAL_MS = 1000;

type Running = RunningPlan & WorkerPlan;

/** Lifetime: process. */
export class Server {
	readonly #log: EventLog;
	/** Events that are counted as lost. */
	#lostEvents = 0;
	readonly #usage: () => ProcessUsage;
	readonly #memory: MemoryState;
	readonly #source: ConfigSource;
	readonly #file: string;
	readonly #scoreboard: Scoreboard;
	readonly #slots: BoardSlots;
	readonly #descriptors = descriptorLimit();
	readonly #ownKey: AffinityKeyPlan;
	readonly #monitor: HealthMonitor;
	readonly #workers: Workers;
	readonly #leaks = new LeakLedger();
	readonly #reloads = new Coalesced<Initiator, ReloadOutcome>((initiator) => this.#reload(initiator));
	/** Addresses are tried one after the other, also by two that ask at once. */
	#opening: Promise<unknown> = Promise.resolve();
	readonly #maintenance = new MaintenanceSwitches();
	/** Plans come into force one after the other. */
	#changing: Promise<unknown> = Promise.resolve();
	#running: Running;
	#config: ConfigMetrics = { lastReloadOk: true, loadedAt: systemClock.wall() };
	#admin: AdminServer | null = null;
	#draining: Promise<void> | null = null;

	private constructor(running: RunningPlan, ownKey: AffinityKeyPlan, { log: destination, usage, memory, source, tickMs }: ServerOptions) {
		const { plan } = running;
		const log = new EventLog(destination, systemClock.wall);
		this.#log = log;
		setInterval(() => this.#countLostEvents(), LOST_EVENTS_INTERVAL_MS).unref();
		this.#usage = usage;
		this.#source = source;
		this.#file = resolve(source.file);
		this.#ownKey = ownKey;
		this.#scoreboard = Scoreboard.create({ members: plan.members.length, workers: plan.workers });
		this.#memory = new MemoryState(this.#scoreboard, log);
		this.#slots = new BoardSlots(this.#scoreboard);
		const change = this.#slots.for(plan);
		if (change === null) throw new Error("there is no room for the members");
		change.takeOver();
		this.#running = { ...running, plan: this.#fitted(plan), slots: change.slots };
		this.#monitor = new HealthMonitor({
			board: this.#scoreboard,
			timers: systemTimers,
			random: Math.random,
			onEvent: ({ event, level, pool, member, from, to, cause, evidence }) =>
				log[level](event, { pool, member, from, to, cause, ...evidence }),
		});
		const ticketKeys = randomBytes(48);
		this.#workers = new Workers({
			count: plan.workers,
			log,
			startOf: (index) => ({
				index,
				plan: this.#running.plan,
				slots: this.#running.slots,
				scoreboard: this.#scoreboard.shared,
				ticketKeys,
				tickMs,
			}),
			onGone: (index) => {
				this.#scoreboard.reclaim(index);
				this.#memory.look();
			},
			onMemory: () => this.#memory.look(),
			heapLimit: () => heapLimit(this.#running.plan, memory),
			onLeaks: (found) => this.#leaks.add(found, log, systemClock.wall()),
		});
		this.#follow();
	}

	/**
	 * Resolves once every worker accepts.
	 * @throws Error whose message names the address or the log file that cannot be opened
	 */
	static async start(file: Plan, options: ServerOptions): Promise<Server> {
		const [logProblem] = accessLogProblems(file.accessLogs);
		if (logProblem !== undefined) throw new Error(logProblem);
		const listeners: ListenerPlan[] = [];
		for (const listener of file.listeners) listeners.push(await tryBind(listener));
		// Of this process alone: other instances and later runs cannot read its cookies.
		const ownKey = { id: "process", secret: randomBytes(32).toString("base64url") };
		const affinityKeys = file.affinityKeys.length > 0 ? file.affinityKeys : [ownKey];
		const server = new Server({ file, plan: { ...file, listeners, affinityKeys } }, ownKey, options);
		await server.#startAdmin();
		await server.#workers.start();
		server.#monitor.start();
		return server;
	}

	/** Where it listens, with real ports: `127.0.0.1:8443`. */
	get addresses(): string[] {
		return this.#running.plan.listeners.map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`));
	}

	/** Where the admin server listens, with its real port; null: there is none. */
	get adminAddress(): string | null {
		return this.#admin?.address ?? null;
	}

	/** The control log, and the syslog server that the plan names. */
	get log(): Log {
		return this.#log;
	}

	/** Resolves when every event is sent, or given up. The last thing before the end of the process. */
	closeLog(): Promise<void> {
		return this.#log.close();
	}

	#countLostEvents(): void {
		const { dropped } = this.#log;
		this.#scoreboard.counters.logDropped(dropped - this.#lostEvents);
		this.#lostEvents = dropped;
	}

	reopenLogs(): void {
		this.#workers.reopenLogs();
	}

	/**
	 * Reads the configuration again and puts it in force, or changes nothing. One reload at a time; those who ask meanwhile share the next. What became of it is logged
	 * too. Never rejects.
	 */
	reload(initiator: Initiator): Promise<ReloadOutcome> {
		return this.#reloads.ask(initiator);
	}

	/** No new connections, in-flight exchanges finish, then the workers end. Resolves when all are gone; the drain timeout bounds it. */
	drain(): Promise<void> {
		this.#draining ??= this.#workers.drain().then(() => {
			this.#monitor.stop();
			return this.#admin?.close();
		});
		return this.#draining;
	}

	/** Before the workers: who asks whether they are ready gets a response. */
	async #startAdmin(): Promise<void> {
		const plan = this.#running.plan.admin;
		if (plan === null) return;
		// Loaded only where it is wanted.
		const { AdminServer } = await import("../admin/adminServer.ts");
		const view = processView({
			current: () => this.#running,
			board: this.#scoreboard,
			workers: () => this.#workers.counts,
			draining: () => this.#draining !== null,
			evidence: (member) => this.#monitor.evidence(member),
			leaks: () => this.#leaks.rows,
			usage: this.#usage,
			configFile: this.#file,
			reload: (initiator) => this.reload(initiator),
			tryReload: () => this.#tryReload(),
			switchMaintenance: (service, on, initiator) => this.#inTurn(() => this.#switchMaintenance(service, on, initiator)),
			config: () => this.#config,
		});
		this.#admin = await AdminServer.start({ plan, view, clock: systemClock, log: this.#log });
	}

	#fitted(plan: Plan): Plan {
		const fitted = withinDescriptors(plan, this.#descriptors);
		const { connections } = fitted.limits;
		if (fitted !== plan)
			this.#log.warn("limit_lowered", { limit: "connections", to: connections, cause: `this process may open ${this.#descriptors} files` });
		return fitted;
	}

	/** Brings what the control thread does into line with the plan in force. */
	#follow(): void {
		const { plan, slots } = this.#running;
		this.#log.follow(plan.eventLog);
		this.#monitor.watch(watchedPools(plan, slots.members));
		this.#leaks.keep(plan.routes);
		if (this.#admin !== null) return this.#admin.reloaded(plan.admin);
		for (const [index, { adminState, weight }] of plan.members.entries()) {
			const slot = slots.members[index] ?? index;
			this.#scoreboard.setAdminState(slot, adminState);
			this.#scoreboard.setWeight(slot, weight);
		}
	}

	async #reload({ by, from }: Initiator): Promise<ReloadOutcome> {
		const file = this.#file;
		const outcome = await this.#inTurn(() => this.#takeUp()).catch(unforeseen);
		this.#config = outcome.ok ? { lastReloadOk: true, loadedAt: systemClock.wall() } : { ...this.#config, lastReloadOk: false };
		if (outcome.ok) {
			const { changes, restart, warnings } = outcome;
			const level = restart.length > 0 ? "warn" : "info";
			this.#log[level]("config_reloaded", { by, from, file, changes, restart, warnings: inLines(warnings), listeners: this.addresses });
		} else {
			const { reason, problems, warnings } = outcome;
			this.#log.error("config_refused", { by, from, file, reason, problems: inLines(problems), warnings: inLines(warnings) });
		}
		return outcome;
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#changing.then(work, work);
		this.#changing = turn.catch(() => undefined);
		return turn;
	}

	/** The same plan with another switch; exchanges that have begun end by the plan that they began with. @returns what is in the way, or null */
	async #switchMaintenance(service: string | null, on: boolean, { by, from }: Initiator): Promise<string | null> {
		const { file, plan, slots } = this.#running;
		const undo = this.#maintenance.set(service, on, file);
		const next: Running = { file, plan: this.#maintenance.applied(plan, file), slots };
		const problem = await this.#workers.change(next, () => {
			this.#running = next;
		});
		if (problem !== null) undo();
		else this.#log.info("maintenance_changed", { by, from, service: service ?? undefined, on });
		return problem;
	}

	/** What a reload would do, without doing it. Never rejects. */
	async #tryReload(): Promise<ReloadOutcome> {
		const prepared = await this.#prepare().catch(unforeseen);
		return "ok" in prepared ? prepared : { ok: true, ...prepared.report };
	}

	async #takeUp(): Promise<ReloadOutcome> {
		const prepared = await this.#prepare();
		if ("ok" in prepared) return prepared;
		const { next, slots, report } = prepared;
		const problem = await this.#workers.change(next, () => {
			slots.takeOver();
			this.#running = next;
			this.#maintenance.keep(next.file);
			this.#follow();
		});
		return problem === null ? { ok: true, ...report } : { ...refusal(problem), warnings: report.warnings };
	}

	/** All of a reload that changes nothing yet. */
	async #prepare(): Promise<Prepared | Refusal> {
		if (this.#draining !== null) return refusal("Portico is ending");
		const loaded = await this.#source.load();
		const { warnings } = loaded;
		if ("problems" in loaded) return { ...refusal("the configuration has problems", loaded.problems), warnings };
		const before = this.#running;
		const { plan: planned, file, added, restart } = nextPlan(before, loaded.plan, this.#ownKey);
		const slots = this.#slots.for(planned);
		if (slots === null)
			return { ...refusal(`there is no room for so many new nodes beside those they replace; reload in two steps, or restart`), warnings };
		const turn = this.#opening.then(() => openable(planned, added, before.plan.listeners));
		this.#opening = turn;
		const opened = await turn;
		if (typeof opened === "string") return { ...refusal(opened), warnings };
		const next: Running = {
			file,
			plan: this.#fitted(this.#maintenance.applied({ ...planned, listeners: opened }, file)),
			slots: slots.slots,
		};
		return { next, slots, report: { changes: configChanges(before.file, file), restart, warnings } };
	}
}

type Refusal = ReloadOutcome & { readonly ok: false };

/** A reload that only has to be put in force. */
interface Prepared {
	readonly next: Running;
	readonly slots: SlotChange;
	readonly report: Omit<ReloadOutcome & { readonly ok: true }, "ok">;
}

function unforeseen(error: unknown): Refusal {
	return refusal(error instanceof Error ? (error.stack ?? "") : String(error));
}

/** The listeners with real ports, or what cannot be opened. */
async function openable(plan: Plan, added: readonly ListenerPlan[], open: readonly ListenerPlan[]): Promise<ListenerPlan[] | string> {
	const listeners: ListenerPlan[] = [];
	try {
		for (const listener of plan.listeners) listeners.push(added.includes(listener) ? await tryBind(listener, open) : listener);
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
	const [problem] = accessLogProblems(plan.accessLogs);
	return problem ?? listeners;
}

function refusal(reason: string, problems: readonly Problem[] = []): Refusal {
	return { ok: false, reason, problems, warnings: [] };
}

/** `file:line:column: problem; hint` each, without the excerpt. */
function inLines(problems: readonly Problem[]): string[] {
	return problems.map(({ excerpt: _, ...problem }) => formatProblems([problem]).trimEnd());
}
