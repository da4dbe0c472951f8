/** Runs the checks and ranks what they found. */
import { type Accepted, covers, reasonFor } from "./accepted.ts";
import { CHECKS } from "./catalogue.ts";
import type { Check } from "./check.ts";
import type { DoctorSession, ManualCheck, SkippedCheck } from "./doctorSession.ts";
import { exitCode, type Finding, ranked } from "./finding.ts";
import { withReportedVersions } from "./reportedVersions.ts";

export interface Diagnosis {
	readonly findings: readonly Finding[];
	/** Skipped checks, without repeats. */
	readonly skipped: readonly SkippedCheck[];
	/** What can only be checked on the nodes. */
	readonly byHand: readonly AcceptedManualCheck[];
	/** 0: nothing, or advice; 1: warnings; 2: errors; 3: no check inspected anything, so there is no result. */
	readonly exitCode: 0 | 1 | 2 | 3;
}

export interface AcceptedManualCheck extends ManualCheck {
	/** As in {@link Finding.accepted}. */
	readonly accepted: string | null;
}

/** Ids of checks (`oidc`) or of findings (`oidc.issuer`). Empty `only`: all. */
export interface Choice {
	readonly only: readonly string[];
	readonly skip: readonly string[];
}

interface Outcome {
	readonly findings: readonly Finding[];
	/** A target responded, or the check inspected the file. */
	readonly inspected: boolean;
}

export async function runChecks(doctor: DoctorSession, choice: Choice, accepted: readonly Accepted[] = []): Promise<Diagnosis> {
	const chosen = CHECKS.filter((check) => isChosen(check, choice));
	const deployment = await withReportedVersions(doctor);
	const outcomes = await Promise.all(chosen.map((check) => run(check, doctor.forCheck(deployment), choice)));
	const found = outcomes
		.flatMap((outcome) => outcome.findings)
		.filter(
			({ id }) =>
				(choice.only.length === 0 || choice.only.some((each) => covers(each, id))) && !choice.skip.some((each) => covers(each, id)),
		);
	const skipped = new Map(doctor.skipped.map((each) => [`${each.about} ${each.reason}`, each]));
	const findings = ranked(found, IDS).map((each) => ({ ...each, accepted: reasonFor(accepted, each.id, each.service) }));
	return {
		findings: [...findings.filter((each) => each.accepted === null), ...findings.filter((each) => each.accepted !== null)],
		skipped: [...skipped.values()],
		byHand: doctor.byHand.map((each) => ({ ...each, accepted: reasonFor(accepted, each.check, each.service) })),
		exitCode: outcomes.some(({ inspected }) => inspected) ? exitCode(findings) : 3,
	};
}

/** A fault of the doctor itself must not hide what the other checks found. */
async function run(check: Check, doctor: DoctorSession, { only }: Choice): Promise<Outcome> {
	const before = doctor.skipped.length;
	try {
		const findings = await check.run(doctor);
		const inspected = doctor.hasInspected || findings.length > 0;
		// Report it only for a check that was selected by name: otherwise it would be reported for half of the checks.
		const reported = doctor.skipped.slice(before).some(({ check: id }) => id === check.id);
		if (!inspected && !reported && only.length > 0)
			doctor.noteSkipped(check.id, `--only ${check.id}`, `nothing to check; it needs ${check.requires}`);
		return { findings, inspected };
	} catch (error) {
		doctor.noteSkipped(check.id, "this check", `the doctor failed: ${error instanceof Error ? error.message : String(error)}`);
		return { findings: [], inspected: doctor.hasInspected };
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
