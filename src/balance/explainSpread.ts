import type { Level, Spread, ZoneSettings } from "./zones.ts";

/** One line for each level, e.g. `local: 70 % of new traffic; 1 of 2 members eligible, with 50 % of the weight, × 1.4`, and one more when nobody serves. */
export function explainSpread(spread: Spread, { zone, overProvisioning }: ZoneSettings): string[] {
	const lines = spread.levels.map((level) => explainLevel(level, overProvisioning, zone));
	if (spread.groups.length === 0) lines.push("no member is eligible: requests get 503");
	return lines;
}

function explainLevel({ name, members, eligible, health, share }: Level, overProvisioning: number, zone: string | null): string {
	const title = name === "local" && zone !== null ? `local (${zone})` : name;
	const state = `${eligible} of ${members} eligible, with ${percent(health)} of the weight`;
	const rule = name === "standby" ? "; it serves while no other member serves at full weight" : ` × ${overProvisioning}`;
	return `${title}: ${percent(share)} of new traffic; ${state}${rule}`;
}

function percent(share: number): string {
	return `${Math.round(share * 1000) / 10} %`;
}
