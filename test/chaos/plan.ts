/** What happens in a run of chaos, and when: all of it is drawn from the seed before anything starts. */
import { Seeded } from "../harness/seeded.ts";

/** What clients do, see attacks/. */
export const ATTACKS = [
	"slow heads",
	"slow bodies",
	"slow readers",
	"half heads",
	"half heads at the admin server",
	"malformed requests",
	"smuggled requests",
	"large heads",
	"resets",
	"TLS garbage",
	"TLS handshakes that stop",
	"idle connections",
	"upgrades",
	"pipelines",
	"mutated requests",
	"hasty connections",
	"gzip bombs",
	"broken answers",
	"interim answers",
] as const;
export type AttackName = (typeof ATTACKS)[number];

/** What happens to a node. `drain` and `hard drain` are its operator's. */
export const FAULTS = ["kill", "freeze", "slow", "refuse", "drain", "hard drain"] as const;
export type Fault = (typeof FAULTS)[number];

/** What an operator does, and what happens to Portico itself. */
export const OPERATIONS = ["reload", "invalid reload", "certificate", "kill a worker"] as const;
export type Operation = (typeof OPERATIONS)[number];

export const SERVICES = ["app", "is"] as const;
export type ServiceName = (typeof SERVICES)[number];
/** Of each service. */
export const NODES = 2;

/** Milliseconds since the start of the run. */
interface At {
	readonly at: number;
}

export interface Attack extends At {
	readonly kind: "attack";
	readonly attack: AttackName;
	/** 127.0.x.y */
	readonly from: string;
	readonly connections: number;
	/** Milliseconds. */
	readonly lasts: number;
	/** What the attack itself draws from. */
	readonly seed: string;
}

/**
 * The nodes of a service break one after the other: `at` is the earliest, since the one before has to be in
 * again.
 */
export interface NodeFault extends At {
	readonly kind: "fault";
	readonly service: ServiceName;
	readonly node: number;
	readonly fault: Fault;
	/** Milliseconds. */
	readonly lasts: number;
}

/** One after the other too. */
export interface OperatorAct extends At {
	readonly kind: "operation";
	readonly operation: Operation;
}

export type ChaosEvent = Attack | NodeFault | OperatorAct;

export interface ChaosPlan {
	readonly seed: string;
	/** Milliseconds in which events begin; what lasts longer then comes to its end. */
	readonly lasts: number;
	readonly events: readonly ChaosEvent[];
}

/** Milliseconds without events at the start, in which what is normal is measured. */
export const QUIET = 2_000;

/** The same plan for the same seed and time, always. */
export function planOf(seed: string, lasts: number): ChaosPlan {
	const events = [
		...attacks(new Seeded(`${seed}/attacks`), seed, lasts),
		...SERVICES.flatMap((service) => faults(new Seeded(`${seed}/${service}`), service, lasts)),
		...operations(new Seeded(`${seed}/operations`), lasts),
	];
	return { seed, lasts, events: events.toSorted((one, other) => one.at - other.at) };
}

function attacks(random: Seeded, seed: string, lasts: number): Attack[] {
	const next = bag(random, ATTACKS);
	return times(random, lasts, 300, 1_400).map((at, index) => ({
		kind: "attack",
		at,
		attack: next(),
		from: `127.0.${random.between(10, 13)}.${random.between(1, 8)}`,
		connections: random.pick([5, 20, 60]),
		lasts: random.between(1_000, 6_000),
		seed: `${seed}/${index}`,
	}));
}

function faults(random: Seeded, service: ServiceName, lasts: number): NodeFault[] {
	const next = bag(random, FAULTS);
	return times(random, lasts, 3_000, 6_000).map((at) => ({
		kind: "fault",
		at,
		service,
		node: random.below(NODES),
		fault: next(),
		lasts: random.between(500, 4_000),
	}));
}

function operations(random: Seeded, lasts: number): OperatorAct[] {
	const next = bag(random, OPERATIONS);
	return times(random, lasts, 2_500, 7_000).map((at) => ({ kind: "operation", at, operation: next() }));
}

/** Moments between {@link QUIET} and the end, so far from each other. */
function times(random: Seeded, lasts: number, least: number, most: number): number[] {
	const all: number[] = [];
	for (let at = QUIET + random.between(0, least); at < lasts; at += random.between(least, most)) all.push(at);
	return all;
}

/** Draws each of them once before any comes again: a short run has all of them. */
function bag<T>(random: Seeded, all: readonly T[]): () => T {
	let left: T[] = [];
	return () => {
		if (left.length === 0) left = random.shuffled(all);
		const one = left.pop();
		if (one === undefined) throw new Error("the bag is empty");
		return one;
	};
}

/** One line, for people. */
function eventText(event: ChaosEvent): string {
	const at = `${(event.at / 1000).toFixed(1).padStart(7)} s `;
	switch (event.kind) {
		case "attack":
			return `${at} attack     ${event.attack}: ${event.connections} connections from ${event.from} for ${event.lasts} ms`;
		case "fault":
			return `${at} fault      ${event.fault}: ${event.service}-${event.node + 1} for ${event.lasts} ms`;
		case "operation":
			return `${at} operation  ${event.operation}`;
	}
}

export function planText({ seed, lasts, events }: ChaosPlan): string {
	return [`seed ${seed}, ${lasts / 1000} s, ${events.length} events`, ...events.map(eventText)].join("\n");
}
