/** One run of chaos: the plan's events against an honest load, and what must hold all the time. */
import { appendFileSync, createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Scope } from "../harness/deadline.ts";
import { openFiles, residentMiB } from "../plays/failures/processState.ts";
import { liveMemory } from "../plays/threads/audit.ts";
import { until } from "../plays/tomcat/steadyLoad.ts";
import { attackers } from "./attacks/attacks.ts";
import { Mob } from "./attacks/mob.ts";
import { ControlLog } from "./controlLog.ts";
import { type Guest, HonestLoad } from "./guests.ts";
import { breakNode, operate } from "./operations.ts";
import { type Attack, type ChaosPlan, type NodeFault, type OperatorAct, QUIET, SERVICES } from "./plan.ts";
import { ACCESS_LOG, type ChaosStage, openChaosStage, PATIENCE } from "./stage.ts";
import { ChaosWeather } from "./weather.ts";

/** Guests of each kind. */
const GUESTS = 3;
/** MiB that may come and go with the garbage collector and what is compiled. */
const LIVE_SLACK = 24;
/** MiB. The allocator keeps much of what a burst took. */
const RESIDENT_SLACK = 256;
const FILE_SLACK = 16;
/** Milliseconds in which what attacks took is given back. */
const SETTLED_WITHIN = 60_000;
/** Looks at the live memory: each is at the worker that happens to accept it. */
const LOOKS = 8;

export interface ChaosResult {
	/** What should not have happened. */
	readonly failures: readonly string[];
	/** One line each. */
	readonly figures: readonly string[];
}

interface Resources {
	readonly live: number;
	readonly resident: number;
	readonly files: number;
}

/** @param print is told each failure at once @param logFile gets the control log */
export async function runChaos(scope: Scope, plan: ChaosPlan, print: (line: string) => void, logFile?: string): Promise<ChaosResult> {
	const logged = logFile === undefined ? () => undefined : (text: string) => appendFileSync(logFile, `${text}\n`);
	return new Run(plan, print, logged).play(scope);
}

class Run {
	readonly #plan: ChaosPlan;
	readonly #secret: string;
	readonly #weather = new ChaosWeather();
	readonly #print: (line: string) => void;
	readonly #failures: string[] = [];
	readonly #logged: (text: string) => void;
	#start = 0;

	constructor(plan: ChaosPlan, print: (line: string) => void, logged: (text: string) => void) {
		this.#plan = plan;
		this.#secret = `planted${Buffer.from(plan.seed).toString("hex")}secret`;
		this.#print = print;
		this.#logged = logged;
	}

	async play(scope: Scope): Promise<ChaosResult> {
		const stage = await openChaosStage(scope, (request) => this.#fail(`a smuggled request came to ${request}`));
		const { portico } = stage;
		const log = new ControlLog(portico, (line, text) => this.#inspect(String(line.msg), text));
		let isExpected = false;
		scope.after(() => {
			isExpected = true;
		});
		void portico.child.exited.then((exit) => {
			if (!isExpected) this.#fail(`Portico ended: ${JSON.stringify(exit)}\n${portico.child.stderr.slice(-2_000)}`);
		});

		this.#start = performance.now();
		const load = new HonestLoad(this.#guests(stage), this.#weather, (what) => this.#fail(what));
		await this.#at(QUIET);
		const before = await resourcesOf(stage);
		let peak = before.resident;
		const peakLook = setInterval(() => (peak = Math.max(peak, portico.child.exit === null ? residentMiB(portico.pid) : 0)), 500);
		try {
			await this.#events(stage, log);
		} finally {
			clearInterval(peakLook);
			await load.stop();
		}
		const after = await this.#settled(stage, before);

		isExpected = true;
		const exit = await portico.stop(60_000);
		if (exit.code !== 0) this.#fail(`Portico ended with ${JSON.stringify(exit)} after TERM`);
		const requests = await this.#readAccessLog(stage, load);
		const counts = [...log.counts].map(([event, count]) => `${event} ${count}`);
		return {
			failures: this.#failures,
			figures: [
				`${load.visits} honest requests, the slowest in ${load.slowest.toFixed(0)} ms, ${load.excused} cut by a worker that was killed, ${load.moved} moves of sessions; ${requests} requests in the access log`,
				`memory: ${resourceText(before)} before, ${peak.toFixed(0)} MiB resident at most, ${resourceText(after)} after`,
				`control log: ${counts.join(", ")}`,
			],
		};
	}

	#guests({ ports, authority }: ChaosStage): Guest[] {
		const tls = { tls: { ca: authority.cert, servername: "localhost" } };
		const secret = this.#secret;
		const kinds: Omit<Guest, "secret">[] = [
			{ path: "/app/visit", port: ports.plain, client: {}, session: false },
			{ path: "/app/visit", port: ports.tls, client: tls, session: true },
			{ path: "/is-oauth2/authorize", port: ports.tls, client: tls, session: false },
			{ path: "/is-authenticationendpoint/login.do", port: ports.plain, client: {}, session: true },
		];
		return kinds.flatMap((kind) => Array.from({ length: GUESTS }, () => ({ ...kind, secret })));
	}

	/** Plays all events to their end. */
	async #events(stage: ChaosStage, log: ControlLog): Promise<void> {
		const { events } = this.#plan;
		const attacks = events.filter((event): event is Attack => event.kind === "attack");
		const operations = events.filter((event): event is OperatorAct => event.kind === "operation");
		const faultsOf = (service: string) => events.filter((event): event is NodeFault => event.kind === "fault" && event.service === service);
		await Promise.all([
			...attacks.map(async (attack) => this.#attack(stage, attack)),
			...SERVICES.map(async (service) => this.#oneByOne(faultsOf(service), (fault) => breakNode(stage, this.#weather, fault))),
			this.#oneByOne(operations, ({ operation }, index) => operate(stage, log, this.#weather, operation, index)),
			this.#at(this.#plan.lasts),
		]);
	}

	async #attack(stage: ChaosStage, attack: Attack): Promise<void> {
		await this.#at(attack.at);
		const mob = new Mob(attack, stage.ports, this.#secret);
		await attackers[attack.attack](mob);
		mob.leave();
	}

	async #oneByOne<T extends { readonly at: number }>(events: readonly T[], act: (event: T, index: number) => Promise<void>): Promise<void> {
		for (const [index, event] of events.entries()) {
			await this.#at(event.at);
			// One that was late is left out, so that the run ends in its time.
			if (performance.now() - this.#start > this.#plan.lasts) return;
			try {
				await act(event, index);
			} catch (error) {
				// What is broken now may be broken still: nothing else may be.
				return this.#fail(`${JSON.stringify(event)}: ${String(error)}`);
			}
		}
	}

	#inspect(event: string, text: string): void {
		this.#logged(text);
		if (text.includes(this.#secret)) this.#fail(`a secret in the control log: ${text}`);
		if (event === "worker_died" && this.#weather.isWorkerDying && text.includes("sabotage")) return;
		if (event === "worker_died" || text.includes("internal_error")) this.#fail(`the control log: ${text}`);
	}

	/** Waits until what attacks took has been given back, and says what is left. */
	async #settled(stage: ChaosStage, before: Resources): Promise<Resources> {
		let after = before;
		try {
			await until(
				async () => {
					after = await resourcesOf(stage);
					return (
						after.files <= before.files + FILE_SLACK &&
						after.live <= before.live + LIVE_SLACK &&
						after.resident <= before.resident + RESIDENT_SLACK
					);
				},
				() => `resources near ${resourceText(before)}: ${resourceText(after)}`,
				SETTLED_WITHIN,
			);
		} catch (error) {
			this.#fail(String(error));
		}
		return after;
	}

	/** @returns its lines */
	async #readAccessLog({ portico }: ChaosStage, load: HonestLoad): Promise<number> {
		let count = 0;
		for await (const line of createInterface({ input: createReadStream(join(portico.folder, ACCESS_LOG)) })) {
			count++;
			for (const id of load.remarkable) if (line.includes(`visit=${id}&`)) this.#print(`the access log of ${id}: ${line}`);
			if (line.includes(this.#secret)) this.#fail(`a secret in the access log: ${line}`);
			if (line.includes("internal_error")) this.#fail(`the access log: ${line}`);
		}
		return count;
	}

	/** Waits until so many milliseconds of the run have passed. */
	async #at(milliseconds: number): Promise<void> {
		const left = this.#start + milliseconds - performance.now();
		if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
	}

	#fail(what: string): void {
		this.#failures.push(what);
		this.#print(`FAILED at ${((performance.now() - this.#start) / 1000).toFixed(1)} s: ${what}`);
	}
}

async function resourcesOf({ portico, ports }: ChaosStage): Promise<Resources> {
	const files = openFiles(portico.pid);
	let live = 0;
	for (let look = 0; look < LOOKS; look++) live = Math.max(live, await liveMemory({ after: () => undefined }, ports.plain, PATIENCE));
	return { live, resident: residentMiB(portico.pid), files };
}

function resourceText({ live, resident, files }: Resources): string {
	return `${live.toFixed(1)} MiB live in a worker, ${resident.toFixed(0)} MiB resident, ${files} descriptors`;
}
