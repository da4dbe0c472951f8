import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ErrorCode } from "../../../src/errors.ts";
import { get, responseText } from "../../harness/message.ts";
import type { LogLine } from "../../harness/portico.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, STREAMED, type Stage, type StageService, serve } from "../../harness/stage.ts";

/** What goes wrong on one side: it ends its direction, it resets the connection, it goes silent, it sends what makes no sense there. */
export type Fault = "FIN" | "RST" | "stall" | "garbage";

/** What has to come of it. */
export interface Outcome {
	/** Statuses of the whole answers that the client gets. */
	readonly answers: readonly number[];
	/** How Portico leaves the client's connection; `open`: it serves another request. Left out where the client itself cut it. */
	readonly client?: "end" | "reset" | "gone" | "open";
	/** Whether Portico lets go of the node's connection. Left out where there is none, or the node itself cut it. */
	readonly node?: "released" | "kept";
	/** Status and error of the lines in the access log, in order. */
	readonly log: readonly (readonly [status: number, error: ErrorCode | null])[];
	/** Reads answers that are told in another way, and whatever else is special. */
	readonly also?: (scene: Scene) => Promise<void> | void;
}

export interface Scene {
	readonly client: RawSocket;
	/** Its connection with Portico, where it has one. */
	readonly node: RawSocket | null;
	readonly path: string;
}

/** A moment in the life of an exchange. */
export interface Phase {
	readonly name: string;
	/** Takes a new client connection there. */
	reach(client: RawSocket, service: StageService): Promise<RawSocket | null>;
	/** The side without a fault does the rest of its part. */
	complete?(scene: Scene): Promise<void>;
	readonly outcomes: Partial<Record<Fault, Outcome>>;
}

/** Who misbehaves, and how. */
export interface Actor {
	readonly name: "client" | "node";
	readonly faults: Record<Fault, (scene: Scene, phase: Phase) => Promise<void>>;
}

interface Cell {
	readonly phase: Phase;
	readonly fault: Fault;
	readonly outcome: Outcome;
	/** The client's, which no other cell has: the log's lines are found by it. */
	readonly address: string;
}

const FAULTS: readonly Fault[] = ["FIN", "RST", "stall", "garbage"];

/** One test for each cell of the table, and one for what the access log says of it after Portico's end. */
export async function playTable(actor: Actor, phases: readonly Phase[]): Promise<void> {
	const cells = phases
		.flatMap((phase) => FAULTS.flatMap((fault) => cellOf(phase, fault)))
		.map((cell, index): Cell => ({ ...cell, address: `127.1.0.${index + 1}` }));
	// Only the cells that wait for a time limit have short ones: a slow machine must not end the others.
	const [patient, hasty] = await Promise.all([open(cells.length, {}), open(cells.length, SHORT)]);
	const stageOf = (cell: Cell): Stage => (cell.fault === "stall" ? hasty : patient);

	describe(`what comes of a ${actor.name}'s fault`, { concurrency: 8 }, () => {
		for (const cell of cells) {
			test(titleOf(actor, cell), async (t) => {
				const stage = stageOf(cell);
				const service = stage.service();
				const client = await stage.connect(t, { localAddress: cell.address });
				const node = await cell.phase.reach(client, service);
				const scene = { client, node, path: service.path };
				await actor.faults[cell.fault](scene, cell.phase);
				await assertOutcome(cell.outcome, scene);
				assert.equal((await stage.exchange(t, get(HEALTHY))).status, 200);
			});
		}
	});

	describe(`what is logged of a ${actor.name}'s fault`, () => {
		before(async () => {
			for (const stage of [patient, hasty]) assert.deepEqual(await stage.portico.stop(), { code: 0, signal: null });
		});
		for (const cell of cells) {
			test(`${titleOf(actor, cell)}: ${cell.outcome.log.map((line) => line.join(" ")).join(", then ") || "nothing"}`, () => {
				const lines = stageOf(cell).portico.log.filter((line) => line.client === cell.address);
				assert.deepEqual(lines.map(summaryOf), cell.outcome.log);
			});
		}
		test("no worker died", () => {
			for (const stage of [patient, hasty])
				assert.deepEqual(
					stage.portico.log.filter(({ msg }) => msg === "worker_died"),
					[],
				);
		});
	});
}

function cellOf(phase: Phase, fault: Fault): Omit<Cell, "address">[] {
	const outcome = phase.outcomes[fault];
	return outcome === undefined ? [] : [{ phase, fault, outcome }];
}

function titleOf(actor: Actor, { phase, fault }: Cell): string {
	return `${fault} of the ${actor.name} ${phase.name}`;
}

/** What another client asks for, and gets, after each fault. */
const HEALTHY = "/s0";
const TIMES = ["requestHead", "bodyIdle", "clientWrite", "firstByte", "upstreamIdle", "tunnelIdle"];
const SHORT = Object.fromEntries(TIMES.map((name) => [name, "1500ms"]));

async function open(services: number, timeouts: object): Promise<Stage> {
	const config = { accessLog: { format: "json" }, timeouts: { bodyMinRate: 0, drain: "3s", ...timeouts }, limits: STREAMED };
	const stage = await openStage({ after }, { services: services + 1, config });
	assert.equal(stage.service(serve(responseText(200))).path, HEALTHY);
	return stage;
}

async function assertOutcome(outcome: Outcome, scene: Scene): Promise<void> {
	const { client, node } = scene;
	for (const status of outcome.answers) assert.equal((await client.response()).status, status);
	await outcome.also?.(scene);
	if (outcome.client === "gone") await client.ended();
	else if (outcome.client === "open") {
		await client.send(get("/nowhere"));
		assert.equal((await client.response()).status, 404);
	} else if (outcome.client !== undefined) assert.equal(await client.ended(), outcome.client);
	assert.equal(client.unread.length, 0);
	if (outcome.node === "released") await node?.ended();
	else if (outcome.node === "kept") assert.equal(node?.ending, null);
}

function summaryOf(line: LogLine): readonly [unknown, unknown] {
	return [line.status, line.error];
}
