/** Runs the checks and ranks what they found. */
import { CHECKS } from "./catalogue.ts";
import type { Check } from "./check.ts";
import type { Examination, Unasked } from "./examination.ts";
import { type Finding, ranked } from "./finding.ts";

export interface Diagnosis {
	readonly findings: readonly Finding[];
	/** What could not be found out, each once. */
	readonly unasked: readonly Unasked[];
}

/** Ids of checks (`oidc`) or of findings (`oidc.issuer`). Empty `only`: all. */
export interface Choice {
	readonly only: readonly string[];
	readonly skip: readonly string[];
}

export async function examine(examination: Examination, choice: Choice): Promise<Diagnosis> {
	const chosen = CHECKS.filter((check) => isChosen(check, choice));
	const found = await Promise.all(chosen.map((check) => run(check, examination)));
	const findings = found
		.flat()
		.filter(
			({ id }) =>
				(choice.only.length === 0 || choice.only.some((each) => covers(each, id))) && !choice.skip.some((each) => covers(each, id)),
		);
	const unasked = new Map(examination.unasked.map((each) => [`${each.about} ${each.reason}`, each]));
	return { findings: ranked(findings, IDS), unasked: [...unasked.values()] };
}

/** A fault of the doctor itself must not hide what the other checks found. */
async function run(check: Check, examination: Examination): Promise<readonly Finding[]> {
	try {
		return await check.run(examination);
	} catch (error) {
		examination.note(check.id, "this check", `the doctor failed: ${error instanceof Error ? error.message : String(error)}`);
		return [];
	}
}

/** Of all findings, in the order of the checks. */
const IDS: readonly string[] = CHECKS.flatMap((check) => Object.keys(check.kinds));

/** The first id that is none, or null. */
export function unknownId(ids: readonly string[]): string | null {
	const known = new Set([...CHECKS.map(({ id }) => id), ...IDS]);
	return ids.find((id) => !known.has(id)) ?? null;
}

function isChosen({ id }: Check, { only, skip }: Choice): boolean {
	return !skip.includes(id) && (only.length === 0 || only.some((each) => each === id || each.startsWith(`${id}.`)));
}

const covers = (chosen: string, id: string): boolean => chosen === id || id.startsWith(`${chosen}.`);
