import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Scope, within } from "../../harness/deadline.ts";
import type { LogLine } from "../../harness/portico.ts";
import { eventually } from "../../harness/stage.ts";
import { memberOf } from "../admin/rig.ts";
import { type StageOptions, type TomcatStage, type Visit, Visitor } from "./tomcatStage.ts";

type Method = "GET" | "POST";

/** Milliseconds between two visits of a visitor: a load that leaves the nodes time to start. */
const PACE = 10;
/** Milliseconds between two looks at another process. */
const LOOK = 50;
const ACCESS_LOG = "access.log";

/** Methods of a load's visitors. */
export const GETS: readonly Method[] = Array.from({ length: 8 }, () => "GET");

/** For a stage that is loaded: a node is seen going down and coming up in seconds, and the access log is a file, since it is long. */
export const LOADED: StageOptions = {
	service: {
		health: {
			check: { path: "/x/slow.jsp?ms=0", interval: "300ms", fastInterval: "200ms", downInterval: "300ms", timeout: "2s", fall: 2 },
			passive: { connect: 3, timeout: 3, minClients: 1, baseTime: "1s" },
		},
		balance: { slowStart: "off" },
	},
	config: { accessLog: { path: ACCESS_LOG, format: "json" } },
};

/** Visitors that come again and again, each with a session of its own, and go on after a failure. Lifetime: until {@link stop}. */
export class SteadyLoad {
	static #loads = 0;

	/** By visitor. */
	readonly visits: readonly Visit[][];
	/** What should not have happened. */
	readonly failures: string[] = [];
	readonly #name = `v${SteadyLoad.#loads++}`;
	readonly #stage: TomcatStage;
	readonly #logStart: number;
	readonly #loops: Promise<unknown>;
	#over = false;

	constructor(scope: Scope, stage: TomcatStage, methods: readonly Method[]) {
		this.#stage = stage;
		this.#logStart = statSync(logOf(stage)).size;
		this.visits = methods.map(() => []);
		const loops = methods.map((method, index) => this.#visitUntilOver(new Visitor(stage, scope, method), index));
		this.#loops = Promise.all(loops);
		scope.after(() => this.stop());
	}

	/** Waits until every visitor has made so many more visits; rejects when one failed. */
	async more(count: number): Promise<void> {
		const goals = this.visits.map(({ length }) => length + count);
		const isMade = () => this.visits.every(({ length }, index) => length >= (goals[index] ?? 0));
		await eventually(
			() => isMade() || this.failures.length > 0,
			() => `${count} more visits of everyone`,
			60_000,
		);
		assert.deepEqual(this.failures, []);
	}

	/** Lets visits under way come to their end. */
	async stop(): Promise<void> {
		this.#over = true;
		await this.#loops;
	}

	/** Who answered the last visit of each visitor. */
	get lastNodes(): string[] {
		return this.visits.map((visits) => visits.at(-1)?.node ?? "");
	}

	/**
	 * Nothing failed, and each visitor has one session whose count went up by one with every visit; by up to two where another attempt had gone before, as
	 * that one may have counted too.
	 *
	 * @param ghosts a frozen node was left and thawed again. It then serves what it had received before, for nobody, and what it writes to a session may set the count
	 * back; nor had it replicated what it did last. So each visit that took another attempt may spoil two steps.
	 */
	async assertNothingLost({ ghosts = false } = {}): Promise<void> {
		assert.deepEqual(this.failures, []);
		assert.equal(this.#stage.portico.child.exit, null);
		const attempts = await this.#attempts();
		for (const [visitor, visits] of this.visits.entries()) {
			const sessions = new Set(visits.map(({ session }) => session.split(".")[0]));
			assert.equal(sessions.size, 1, `sessions of visitor ${visitor}`);
			const again = visits.filter(({ id }) => attempts.get(id) !== 1).length;
			const spoilt = visits.flatMap(({ id, count }, index) => {
				const before = visits[index - 1]?.count ?? 0;
				const made = attempts.get(id) ?? 0;
				return count > before && count <= before + made ? [] : [`visit ${id}: ${before}, then ${count} after ${made} attempts`];
			});
			if (!ghosts || spoilt.length > 2 * again) assert.deepEqual(spoilt, []);
		}
	}

	async #visitUntilOver(visitor: Visitor, index: number): Promise<void> {
		for (let number = 0; !this.#over; number++) {
			const id = `${this.#name}-${index}-${number}`;
			try {
				this.visits[index]?.push(await visitor.count(id));
			} catch (error) {
				this.failures.push(`visit ${id}: ${error instanceof Error ? error.message : String(error)}`);
			}
			await pause(PACE);
		}
		visitor.leave();
	}

	/** How many attempts each visit took, by its id. */
	async #attempts(): Promise<ReadonlyMap<string, number>> {
		const total = this.visits.reduce((sum, { length }) => sum + length, 0);
		let found: ReadonlyMap<string, number> = new Map();
		await until(
			async () => {
				found = attemptsIn(textFrom(logOf(this.#stage), this.#logStart), this.#name);
				return found.size >= total;
			},
			() => `${total} lines of the access log; there are ${found.size}`,
		);
		return found;
	}
}

/** A load that both nodes have a part of. */
export async function loadBoth(scope: Scope, stage: TomcatStage): Promise<SteadyLoad> {
	for (let attempt = 0; attempt < 10; attempt++) {
		for (const { name } of stage.pair.nodes) await untilEligible(stage, name, true);
		const load = new SteadyLoad(scope, stage, GETS);
		await load.more(20);
		if (new Set(load.lastNodes).size === 2) return load;
		// A node that was just started on a busy machine may have been out for a moment.
		await load.stop();
	}
	throw new Error("all visitors are on one node, again and again");
}

/** Waits until the admin server says that the node may get new visitors, or that it may not. */
export async function untilEligible({ portico }: TomcatStage, node: string, eligible: boolean): Promise<void> {
	let seen: unknown;
	await until(
		async () => {
			const member = await memberOf(portico, `${node}/servlet`);
			seen = member;
			return member.eligible === eligible;
		},
		() => `${node} to be ${eligible ? "in" : "out"}; it is ${JSON.stringify(seen)}`,
	);
}

/** Waits until a new visitor gets to the node. */
export async function untilVisited(scope: Scope, stage: TomcatStage, node: string): Promise<void> {
	const isThere = async () => {
		const visitor = new Visitor(stage, scope);
		const visit = await visitor.count();
		visitor.leave();
		return visit.node === node;
	};
	await until(isThere, () => `a visitor of ${node}`);
}

/** Asks again and again. */
export async function until(holds: () => Promise<boolean>, what: () => string, milliseconds = 30_000): Promise<void> {
	let waiting = true;
	const poll = async () => {
		while (waiting && !(await holds())) await pause(LOOK);
	};
	try {
		await within(poll(), what, milliseconds);
	} finally {
		waiting = false;
	}
}

async function pause(milliseconds: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const logOf = ({ portico }: TomcatStage): string => join(portico.folder, ACCESS_LOG);

function textFrom(path: string, start: number): string {
	const file = openSync(path, "r");
	try {
		const bytes = Buffer.alloc(fstatSync(file).size - start);
		return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, start));
	} finally {
		closeSync(file);
	}
}

function attemptsIn(log: string, load: string): ReadonlyMap<string, number> {
	const attempts = new Map<string, number>();
	for (const line of log.split("\n").slice(0, -1)) {
		const { path, attempts: made } = JSON.parse(line) as LogLine;
		const id = String(path).split("visit=")[1] ?? "";
		if (id.startsWith(`${load}-`)) attempts.set(id, Number(made));
	}
	return attempts;
}
