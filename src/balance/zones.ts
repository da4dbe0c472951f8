/**
 * Which members share the traffic, and in which proportion. In this order:
 *
 * 1. Members in our own zone, and those of no zone. They get all that they can bear: their healthy weight over all their weight, times 1.4 (Envoy's
 *    over-provisioning factor: a zone keeps its traffic until more than 2 in 7 of it are lost).
 * 2. Members in other zones get what is left, up to what they can bear by the same reckoning. When both together cannot bear it all, they share it in
 *    proportion to what they can.
 * 3. Standby members get nothing while any other member serves at full weight, and all when there is none. When others come back, standby hands over
 *    to them as they gain weight in their slow start.
 *
 * When no member is eligible, nothing is picked. Whom to let in then although they seem down is not asked here: panic makes members eligible before
 * (health/poolRules.ts), and they are spread like others.
 *
 * Because a member in slow start counts with the weight it has so far, a zone that comes back takes its traffic back step by step.
 */

export interface ZoneMember {
	/** Null: of no zone. */
	readonly zone: string | null;
	readonly standby: boolean;
	/** Its full weight; 0 = it is to get nothing. */
	readonly weight: number;
	/** Share of its weight that it has in its slow start: above 0, up to 1. */
	readonly factor: number;
	/** May be given new clients. */
	readonly eligible: boolean;
}

export type LevelName = "local" | "other zones" | "standby";

/** One of the levels above, if any member is of it. */
export interface Level {
	readonly name: LevelName;
	readonly members: number;
	readonly eligible: number;
	/** Eligible weight over all weight, slow start counted: 0 to 1. */
	readonly health: number;
	/** Of the pool's new traffic: 0 to 1. */
	readonly share: number;
}

/** A member that may be picked. */
export interface Placed {
	/** Index of the member, as given. */
	readonly member: number;
	/** Above 0. */
	readonly weight: number;
}

export interface Spread {
	readonly levels: readonly Level[];
	/** First those that share the traffic, by weight. Then, level by level, those kept in reserve for an exchange that failed at all before. */
	readonly groups: readonly (readonly Placed[])[];
}

export interface ZoneSettings {
	/** Ours; null: zones do not matter. */
	readonly zone: string | null;
	/** 1 or more. */
	readonly overProvisioning: number;
}

export const OVER_PROVISIONING = 1.4;

const NAMES: readonly LevelName[] = ["local", "other zones", "standby"];

export function spreadOver(members: readonly ZoneMember[], settings: ZoneSettings): Spread {
	const tiers = NAMES.map((name) => tierOf(name, members, settings.zone));
	const shares = sharesOf(tiers, settings.overProvisioning);
	const levels = tiers.flatMap(({ name, members, placed, health }, at) =>
		members === 0 ? [] : [{ name, members, eligible: placed.length, health, share: shares[at] ?? 0 }],
	);
	return { levels, groups: groupsOf(tiers, shares) };
}

interface Tier {
	readonly name: LevelName;
	readonly members: number;
	/** The eligible ones, with the weight they have so far. */
	readonly placed: readonly Placed[];
	readonly health: number;
	/** Of the eligible member that is farthest in its slow start; 0 when there is none. */
	readonly warmth: number;
}

function tierOf(name: LevelName, members: readonly ZoneMember[], zone: string | null): Tier {
	const placed: Placed[] = [];
	let count = 0;
	let all = 0;
	let warmth = 0;
	members.forEach((each, member) => {
		if (levelOf(each, zone) !== name) return;
		count++;
		all += each.weight;
		if (!each.eligible || each.weight <= 0) return;
		placed.push({ member, weight: each.weight * each.factor });
		warmth = Math.max(warmth, each.factor);
	});
	return { name, members: count, placed, health: all > 0 ? sumOf(placed) / all : 0, warmth };
}

function levelOf({ standby, zone }: ZoneMember, own: string | null): LevelName {
	if (standby) return "standby";
	return own === null || zone === null || zone === own ? "local" : "other zones";
}

/** Of each tier; their sum is 1, or 0 when no member is eligible. */
function sharesOf([local, others, standby]: readonly Tier[], overProvisioning: number): number[] {
	if (local === undefined || others === undefined || standby === undefined) return [];
	// 5/7 × 1.4 is all of it, whatever the last binary digit says.
	const bearable = (health: number): number => (health * overProvisioning > 1 - 1e-9 ? 1 : health * overProvisioning);
	const localShare = bearable(local.health);
	const othersShare = Math.min(1 - localShare, bearable(others.health));
	const active = localShare + othersShare;
	if (active === 0) return [0, 0, standby.placed.length > 0 ? 1 : 0];
	const standbyShare = standby.placed.length > 0 ? 1 - bearable(Math.max(local.warmth, others.warmth)) : 0;
	const scale = (1 - standbyShare) / active;
	return [localShare * scale, othersShare * scale, standbyShare];
}

function groupsOf(tiers: readonly Tier[], shares: readonly number[]): (readonly Placed[])[] {
	const serving: Placed[] = [];
	const reserve: (readonly Placed[])[] = [];
	tiers.forEach(({ placed }, at) => {
		const share = shares[at] ?? 0;
		// A level that is alone keeps its weights as they are: whole numbers give exact shares.
		const scale = share === 1 ? 1 : share / sumOf(placed);
		if (share > 0) serving.push(...placed.map(({ member, weight }) => ({ member, weight: weight * scale })));
		else if (placed.length > 0) reserve.push(placed);
	});
	return serving.length === 0 ? [] : [serving, ...reserve];
}

function sumOf(placed: readonly Placed[]): number {
	return placed.reduce((sum, { weight }) => sum + weight, 0);
}
