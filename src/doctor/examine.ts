/** Runs the checks and ranks what they found. */
import { CHECKS } from "./catalogue.ts";
import type { Check } from "./check.ts";
import type { DoctorSession, ManualCheck, SkippedCheck } from "./examination.ts";
import { exitCode, type Finding, ranked } from "./finding.ts";
import { identified } from "./identify.ts";

export interface Diagnosis {
	readonly findings: readonly Finding[];
	/** What could not be found out, each once. */
	readonly unasked: readonly SkippedCheck[];
	/** What can only be asked on the nodes themselves. */
	readonly byHand: readonly ManualCheck[];
	/** 0: nothing, or advice; 1: warnings; 2: errors; 3: nobody answered any of the checks, so there is nothing to say. */
	readonly exitCode: 0 | 1 | 2 | 3;
}

/** Ids of checks (`oidc`) or of findings (`oidc.issuer`). Empty `only`: all. */
export interface Choice {
	readonly only: readonly string[];
	readonly skip: readonly string[];
}

interface Outcome {
	readonly findings: readonly Finding[];
	/** It had somebody or something to look at. */
	readonly looked: boolean;
}

export async function examine(examination: DoctorSession, choice: Choice): Promise<Diagnosis> {
	const chosen = CHECKS.filter((check) => isChosen(check, choice));
	const site = await identified(examination);
	const outcomes = await Promise.all(chosen.map((check) => run(check, examination.forCheck(site), choice)));
	const findings = outcomes
		.flatMap((outcome) => outcome.findings)
		.filter(
			({ id }) =>
				(choice.only.length === 0 || choice.only.some((each) => covers(each, id))) && !choice.skip.some((each) => covers(each, id)),
		);
	const unasked = new Map(examination.unasked.map((each) => [`${each.about} ${each.reason}`, each]));
	return {
		findings: ranked(findings, IDS),
		unasked: [...unasked.values()],
		byHand: examination.byHand,
		exitCode: outcomes.some(({ looked }) => looked) ? exitCode(findings) : 3,
	};
}

/** A fault of the doctor itself must not hide what the other checks found. */
async function run(check: Check, examination: DoctorSession, { only }: Choice): Promise<Outcome> {
	const notes = examination.unasked.length;
	try {
		const findings = await check.run(examination);
		const looked = examination.hasLooked || findings.length > 0;
		// Who asks for a check by name wants to know that it had nothing to do; others would read it of half the checks.
		const told = examination.unasked.slice(notes).some(({ check: id }) => id === check.id);
		if (!looked && !told && only.length > 0)
			examination.note(check.id, `--only ${check.id}`, `nothing to look at; it needs ${check.requires}`);
		return { findings, looked };
	} catch (error) {
		examination.note(check.id, "this check", `the doctor failed: ${error instanceof Error ? error.message : String(error)}`);
		return { findings: [], looked: examination.hasLooked };
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
