/** Composition root of the control thread: starts the workers, replaces one that dies, ends them in order. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { Worker } from "node:worker_threads";
import type { AdminServer } from "./admin/adminServer.ts";
import type { WorkerCounts } from "./admin/view.ts";
import { adminView, type ProcessUsage } from "./adminView.ts";
import { systemClock } from "./clock.ts";
import type { ErrorCode } from "./errors.ts";
import { HealthMonitor } from "./health/watch/monitor.ts";
import { systemTimers } from "./health/watch/timers.ts";
import { accessLogProblems } from "./log/accessLog.ts";
import type { Log } from "./log/log.ts";
import type { AffinityKeyPlan, ListenerPlan, Plan } from "./plan.ts";
import { Scoreboard } from "./scoreboard/scoreboard.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./threads.ts";
import { watchedPools } from "./watchedPools.ts";

/** From source in development, from `dist/` otherwise. */
const WORKER_FILE = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/** A worker that dies sooner than this after its start is started again only after a pause. */
const QUICK_DEATH_MS = 1000;

interface Seat {
	readonly index: number;
	worker: Worker | null;
	startedAt: number;
	listening: boolean;
}

export class Server {
	readonly #plan: Plan;
	readonly #log: Log;
	readonly #scoreboard: Scoreboard;
	readonly #slots: readonly number[];
	readonly #ticketKeys = randomBytes(48);
	readonly #seats: Seat[];
	readonly #usage: () => ProcessUsage;
	readonly #monitor: HealthMonitor;
	#admin: AdminServer | null = null;
	#deaths = 0;
	#draining: Promise<void> | null = null;

	private constructor(plan: Plan, log: Log, usage: () => ProcessUsage) {
		this.#plan = plan;
		this.#log = log;
		this.#usage = usage;
		this.#scoreboard = Scoreboard.create({ members: plan.members.length, workers: plan.workers });
		this.#slots = plan.members.map((_, slot) => slot);
		plan.members.forEach((member, slot) => {
			this.#scoreboard.setAdminState(slot, member.adminState);
			this.#scoreboard.setWeight(slot, member.weight);
		});
		this.#monitor = new HealthMonitor({
			board: this.#scoreboard,
			timers: systemTimers,
			random: Math.random,
			onEvent: ({ event, level, pool, member, from, to, cause, evidence }) =>
				log[level](event, { pool, member, from, to, cause, ...evidence }),
		});
		this.#monitor.watch(watchedPools(plan, this.#slots));
		this.#seats = Array.from({ length: plan.workers }, (_, index) => ({ index, worker: null, startedAt: 0, listening: false }));
	}

	/**
	 * Resolves once every worker accepts.
	 * @throws Error whose message names the address or the log file that cannot be opened
	 */
	static async start(plan: Plan, log: Log, usage: () => ProcessUsage): Promise<Server> {
		const [logProblem] = accessLogProblems(plan.accessLogs);
		if (logProblem !== undefined) throw new Error(logProblem);
		const listeners: ListenerPlan[] = [];
		for (const listener of plan.listeners) listeners.push(await claim(listener));
		const server = new Server({ ...plan, listeners, affinityKeys: withAffinityKey(plan) }, log, usage);
		await server.#startAdmin();
		await Promise.all(server.#seats.map((seat) => server.#startWorker(seat)));
		server.#monitor.start();
		return server;
	}

	/** Where it listens, with real ports: `127.0.0.1:8443`. */
	get addresses(): string[] {
		return this.#plan.listeners.map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`));
	}

	/** Where the admin server listens, with its real port; null: there is none. */
	get adminAddress(): string | null {
		return this.#admin?.address ?? null;
	}

	reopenLogs(): void {
		for (const seat of this.#seats) this.#tell(seat, { kind: "reopenLogs" });
	}

	/** No new connections, in-flight exchanges finish, then the workers end. Resolves when all are gone; the drain timeout bounds it. */
	drain(): Promise<void> {
		this.#draining ??= Promise.all(this.#seats.map((seat) => this.#drainWorker(seat))).then(() => {
			this.#monitor.stop();
			return this.#admin?.close();
		});
		return this.#draining;
	}

	/** Before the workers: who asks whether they are ready gets an answer. */
	async #startAdmin(): Promise<void> {
		const plan = this.#plan.admin;
		if (plan === null) return;
		// Loaded only where it is wanted.
		const { AdminServer } = await import("./admin/adminServer.ts");
		const view = adminView({
			plan: this.#plan,
			slots: this.#slots,
			board: this.#scoreboard,
			workers: () => this.#workerCounts(),
			draining: () => this.#draining !== null,
			evidence: (member) => this.#monitor.evidence(member),
			usage: this.#usage,
		});
		this.#admin = await AdminServer.start({ plan, view, clock: systemClock, log: this.#log });
	}

	#workerCounts(): WorkerCounts {
		const listening = this.#seats.filter((seat) => seat.listening).length;
		return { configured: this.#seats.length, listening, deaths: this.#deaths };
	}

	#startWorker(seat: Seat): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const start: WorkerStart = {
			index: seat.index,
			plan: this.#plan,
			scoreboard: this.#scoreboard.shared,
			slots: this.#slots,
			ticketKeys: this.#ticketKeys,
		};
		const worker = new Worker(WORKER_FILE, { workerData: start, name: `portico-${seat.index}` });
		seat.worker = worker;
		seat.startedAt = performance.now();
		worker.on("message", (message: FromWorker) => {
			if (message.kind === "listening") {
				seat.listening = true;
				resolve();
			} else if (message.kind === "failed") {
				// A worker that does not listen is of no use; its end leads to the next try.
				reject(new Error(message.problem));
				void worker.terminate();
			} else if (message.kind === "log") this.#log[message.level](message.event, { worker: seat.index, ...message.fields });
		});
		worker.on("error", (error) => {
			this.#deaths++;
			this.#log.error("worker_died", {
				worker: seat.index,
				code: "proxy_internal_error" satisfies ErrorCode,
				cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
			});
			reject(error);
		});
		worker.on("exit", () => this.#onWorkerExit(seat));
		return promise;
	}

	#onWorkerExit(seat: Seat): void {
		seat.worker = null;
		seat.listening = false;
		this.#scoreboard.reclaim(seat.index);
		if (this.#draining !== null) return;
		const lived = performance.now() - seat.startedAt;
		// Not unref: when the only worker died, nothing else keeps the process going.
		setTimeout(
			() => {
				if (this.#draining !== null) return;
				this.#startWorker(seat).then(
					() => this.#log.info("worker_replaced", { worker: seat.index }),
					(error: unknown) => this.#log.error("worker_not_replaced", { worker: seat.index, cause: String(error) }),
				);
			},
			lived < QUICK_DEATH_MS ? QUICK_DEATH_MS : 0,
		);
	}

	async #drainWorker(seat: Seat): Promise<void> {
		const { worker } = seat;
		if (worker === null) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		worker.on("message", (message: FromWorker) => {
			if (message.kind !== "drained") return;
			if (message.cut > 0) this.#log.warn("drain_cut", { worker: seat.index, connections: message.cut });
			resolve();
		});
		worker.on("exit", () => resolve());
		this.#tell(seat, { kind: "drain" });
		await promise;
		await worker.terminate();
	}

	#tell(seat: Seat, message: ToWorker): void {
		seat.worker?.postMessage(message);
	}
}

/** A key of this process alone serves where none is configured: other instances and later runs cannot read its cookies. */
function withAffinityKey({ affinityKeys }: Plan): readonly AffinityKeyPlan[] {
	return affinityKeys.length > 0 ? affinityKeys : [{ id: "process", secret: randomBytes(32).toString("base64url") }];
}

/** Makes sure that nobody else listens there (`reusePort` would share the address in silence), and turns port 0 into a real one. */
async function claim(listener: ListenerPlan): Promise<ListenerPlan> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const probe = createServer();
	probe.once("error", (error: NodeJS.ErrnoException) => reject(new Error(explainListen(listener, error))));
	probe.listen({ host: listener.host, port: listener.port, ipv6Only: listener.ipv6Only, exclusive: true }, () => {
		const address = probe.address();
		const port = typeof address === "object" && address !== null ? address.port : listener.port;
		probe.close(() => resolve(port));
	});
	return { ...listener, port: await promise };
}

function explainListen({ name }: ListenerPlan, error: NodeJS.ErrnoException): string {
	switch (error.code) {
		case "EADDRINUSE":
			return `cannot listen on ${name}: the port is in use; stop the other program or choose another port`;
		case "EACCES":
			return `cannot listen on ${name}: not allowed; ports below 1024 need root or CAP_NET_BIND_SERVICE`;
		case "EADDRNOTAVAIL":
			return `cannot listen on ${name}: this machine does not have that address`;
		default:
			return `cannot listen on ${name}: ${error.message}`;
	}
}
