/** Which members of a pool a request would go to, from the very balancer that picks them on the data path, nothing else being in flight. */

import { Balancer, type MemberStates } from "../balance/balancer.ts";
import { CounterRandom } from "../balance/counterRandom.ts";
import { explainSpread } from "../balance/explainSpread.ts";
import { type Loads, NO_KEY, type PickContext, type Tried } from "../balance/picker.ts";
import { policyOf } from "../balance/policies.ts";
import { requestKey } from "../balance/requestKey.ts";
import { smoothSequence } from "../balance/smoothSequence.ts";
import { letInByPanic, type MemberStatus } from "../health/poolRules.ts";
import type { HeaderList } from "../http/headers.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { KeySource, PolicyName, PoolPlan } from "../plan/pool.ts";
import { quote } from "./problem.ts";
import { nearest } from "./suggest.ts";

export interface MemberLine {
	readonly name: string;
	readonly weight: number;
	readonly state: MemberPlan["adminState"];
	/** Taken to be down, as asked. */
	readonly down: boolean;
	readonly zone: string | null;
	readonly standby: boolean;
	/** Of the pool's new traffic, 0 to 1, while its members are equally busy. */
	readonly share: number;
	readonly url: string;
}

export interface PoolLine {
	readonly name: string;
	readonly policy: PolicyName;
	/** How the policy picks, and what `order` is. */
	readonly how: string;
	readonly order: readonly string[];
	/** One sentence for each level of nodes, near ones first. */
	readonly spread: readonly string[];
	/** Whether there are zones or standby members, or panic, so that `spread` has something to tell. */
	readonly hasLevels: boolean;
	readonly members: readonly MemberLine[];
}

/** What of the request decides. */
export interface PoolQuestion {
	/** As sent, without the query. */
	readonly path: string;
	readonly client: string;
	readonly headers: HeaderList;
	/** Names of nodes, or of their members: taken to be down. */
	readonly down: readonly string[];
}

/** Throws Error for the name of a node that is not there. */
export function checkNames(plan: Plan, names: readonly string[]): void {
	const known = [...new Set(plan.members.flatMap(({ node, name }) => [node, name]))];
	for (const name of names) {
		if (known.includes(name)) continue;
		const meant = nearest(name, known);
		throw new Error(`there is no node ${quote(name)}${meant === undefined ? "" : `; did you mean ${quote(meant)}?`}`);
	}
}

/** @param target path and query at the node */
export function explainPool(plan: Plan, pool: PoolPlan, target: string, question: PoolQuestion): PoolLine {
	const members = pool.members.flatMap((index) => plan.members[index] ?? []);
	const down = members.map(({ node, name }) => question.down.includes(node) || question.down.includes(name));
	const letIn = panic(pool, members, down);
	const up = down.map((each, index) => !each || letIn.includes(index));
	const settings = { ...pool, policy: policyOf(pool.policy, pool.bound), zone: plan.zone, overProvisioning: plan.overProvisioning };
	const balanced = members.map(({ node, zone, standby }, slot) => ({ slot, node, zone, standby }));
	const balancer = new Balancer(balanced, settings, statesOf(members, up), CONTEXT);
	const { spread } = balancer;
	const shares = sharesOf(spread.groups[0] ?? [], members.length);
	const key = pool.key === null ? NO_KEY : requestKey(pool.key, question.headers, question.path, question.client);
	const order = orderOf(pool, balancer, shares, key);
	const lines = explainSpread(spread, plan);
	return {
		name: pool.name,
		policy: pool.policy,
		how: how(pool, key, question),
		order: order.flatMap((index) => members[index]?.name ?? []),
		spread: letIn.length === 0 ? lines : [...lines, "no other member is left: members that are down are used (`health.panic`)"],
		hasLevels: plan.zone !== null || spread.levels.length > 1 || letIn.length > 0,
		members: members.map((member, index) => ({
			...{ name: member.name, weight: member.weight, state: member.adminState, down: down[index] === true },
			...{ zone: member.zone, standby: member.standby, share: shares[index] ?? 0, url: originOf(member) + target },
		})),
	};
}

export function originOf(member: MemberPlan): string {
	const host = member.host.includes(":") ? `[${member.host}]` : member.host;
	return `${member.tls === null ? "http" : "https"}://${host}:${member.port}`;
}

const IDLE: Loads = { inFlight: () => 0, latency: () => 0, latencyAt: () => 0, traffic: () => 0, attempts: () => 0 };
const DICE = new CounterRandom(0);
const CONTEXT: PickContext = { loads: IDLE, turn: () => 0, random: () => DICE.next(), wall: () => 0 };

/** Without checks a member is down because traffic has taken it out. */
function panic({ health }: PoolPlan, members: readonly MemberPlan[], down: readonly boolean[]): number[] {
	const pool = members.map(({ adminState }, index): MemberStatus => {
		const isOut = down[index] === true && health.check === null;
		return { checked: down[index] === true && !isOut ? "down" : "up", out: isOut, admin: adminState };
	});
	return letInByPanic(pool, health).filter((index) => down[index] === true);
}

function statesOf(members: readonly MemberPlan[], up: readonly boolean[]): MemberStates {
	return {
		generation: 0,
		health: (slot) => (up[slot] === true ? "up" : "down"),
		adminState: (slot) => members[slot]?.adminState ?? "disabled",
		selfDraining: () => false,
		weight: (slot) => members[slot]?.weight ?? 0,
		upSince: () => 0,
	};
}

function sharesOf(serving: readonly { readonly member: number; readonly weight: number }[], count: number): number[] {
	const shares = new Array<number>(count).fill(0);
	const sum = serving.reduce((total, { weight }) => total + weight, 0);
	for (const { member, weight } of serving) shares[member] = weight / sum;
	return shares;
}

const LONGEST_ORDER = 12;

/** Indexes of members; see {@link ORDERS} for what the order means. */
function orderOf({ policy }: PoolPlan, balancer: Balancer, shares: readonly number[], key: number): number[] {
	const serving = balancer.spread.groups[0] ?? [];
	if (policy === "consistentHash" && key !== NO_KEY) return preference(balancer, key);
	if (TAKES_TURNS.has(policy)) {
		const sequence = smoothSequence(serving.map(({ weight }) => weight)).subarray(0, LONGEST_ORDER);
		return Array.from(sequence, (at) => serving[at]?.member ?? -1);
	}
	const likely = serving.map(({ member }) => member).sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0));
	return likely.slice(0, LONGEST_ORDER);
}

/** Where a request with this key goes, then where it goes when that fails, and so on. */
function preference(balancer: Balancer, key: number): number[] {
	const tried: Tried[] = [];
	while (tried.length < LONGEST_ORDER) {
		const slot = balancer.pick(key, tried);
		if (slot === -1) break;
		tried.push({ slot });
	}
	return tried.map(({ slot }) => slot);
}

const TAKES_TURNS: ReadonlySet<PolicyName> = new Set(["roundRobin", "leastConnections", "byBusyness", "byTraffic"]);

const HOW: Readonly<Record<Exclude<PolicyName, "consistentHash">, string>> = {
	roundRobin: "members in rotation, in this order",
	leastConnections: "the member with the fewest requests in flight relative to its weight; among equals in rotation, in this order",
	byBusyness: "the member with the fewest requests in flight; among equals in rotation, in this order",
	byTraffic: "the member with the fewest bytes relative to its weight; among equals in rotation, in this order",
	twoChoices: "of two members drawn by weight, the one with fewer requests in flight; listed by probability",
	peakEwma: "of two members drawn by weight, the one that responds faster and has fewer requests in flight; listed by probability",
	random: "any member, at random by weight; listed by probability",
};

function how({ policy, key: source, bound }: PoolPlan, key: number, { path, client }: PoolQuestion): string {
	if (policy !== "consistentHash") return HOW[policy];
	const told = toldBy(source, path, client);
	if (key === NO_KEY) return `by ${told}, which this request does not have: any member, at random by weight`;
	const full = bound === 0 ? "" : `; the next one is also used while a member has more than ${bound} times its share in flight`;
	return `by ${told}, always the first of these that is available${full}`;
}

function toldBy(source: KeySource | null, path: string, client: string): string {
	if (source === null || source.from === "client") return `the client's address ${client}`;
	return source.from === "path" ? `the path ${path}` : `the ${source.from} ${source.name}`;
}
