/** The diagnosis as a person reads it, and as a program does. Pure. */
import type { ManualCheck, SkippedCheck } from "./examination.ts";
import type { Diagnosis } from "./examine.ts";
import { type Finding, type Remedy, SEVERITIES, type Severity } from "./finding.ts";

const COLOURS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, advice: 36 };
/** Of one finding; nodes beyond are the same fault again. */
const MOST_EVIDENCE = 4;

export function reportText({ findings, unasked, byHand, exitCode }: Diagnosis, file: string, coloured: boolean): string {
	const told = new Map<string, string>();
	const parts = findings.map((finding) => findingText(finding, told, coloured));
	if (unasked.length > 0) parts.push(unaskedText(unasked));
	if (byHand.length > 0) parts.push(["Only the nodes can tell:", ...byHand.flatMap(byHandLines)].join("\n"));
	parts.push(
		`${file}: ${exitCode === 3 ? "nothing could be looked at: nobody answered, or no check has anything to do here" : summary(findings)}`,
	);
	return `${parts.join("\n\n")}\n`;
}

/** @param told which finding's text had a remedy already: it is not repeated */
function findingText(
	{ id, severity, service, nodes, what, seen, why, remedies }: Finding,
	told: Map<string, string>,
	coloured: boolean,
): string {
	const head = coloured ? `\x1b[${COLOURS[severity]};1m${severity}\x1b[0m` : severity;
	const where = [...(service === null ? [] : [service]), ...nodes].join(", ");
	const lines = [`${head}  ${id}  ${where === "" ? "" : `${where}: `}${what}`];
	for (const { asked, got } of seen.slice(0, MOST_EVIDENCE)) lines.push(`  seen   ${asked}`, `         ${got}`);
	if (seen.length > MOST_EVIDENCE) lines.push(`         and ${seen.length - MOST_EVIDENCE} more like it`);
	lines.push(`  why    ${why}`);
	for (const remedy of remedies) {
		const key = JSON.stringify([service, remedy]);
		const before = told.get(key);
		if (before !== undefined) lines.push(`  mend   ${remedy.file}: as for ${before} above`);
		else lines.push(...remedyLines(remedy));
		told.set(key, before ?? id);
	}
	return lines.join("\n");
}

function remedyLines({ file, lines, note }: Remedy): string[] {
	const text = lines.split("\n").map((line) => `           ${line}`.trimEnd());
	return [`  mend   ${file}:`, ...text, ...(note === null ? [] : [`         ${note}`])];
}

function unaskedText(unasked: readonly SkippedCheck[]): string {
	return ["Could not be asked:", ...unasked.map(({ check, about, reason }) => `  ${check}  ${about}: ${reason}`)].join("\n");
}

function byHandLines({ check, service, nodes, what, lines }: ManualCheck): string[] {
	return [`  ${check}  ${[service, ...nodes].join(", ")}: ${what}`, ...lines.split("\n").map((line) => `           ${line}`)];
}

function summary(findings: readonly Finding[]): string {
	const counts = SEVERITIES.map((severity) => {
		const number = findings.filter((each) => each.severity === severity).length;
		const word = severity === "advice" || number === 1 ? severity : `${severity}s`;
		return number === 0 ? "" : `${number} ${word}`;
	}).filter((text) => text !== "");
	return counts.length === 0 ? "nothing found" : counts.join(", ");
}

/** The schema of `--json`; its fields are kept, more may come. */
export interface JsonReport {
	readonly version: 1;
	readonly file: string;
	readonly public: string;
	/** When it was begun. */
	readonly time: string;
	/** As the command's exit code: 0 nothing or advice, 1 warnings, 2 errors, 3 nothing could be looked at. */
	readonly exitCode: Diagnosis["exitCode"];
	readonly counts: Readonly<Record<Severity, number>>;
	/** Worst first. */
	readonly findings: readonly Finding[];
	readonly unasked: readonly SkippedCheck[];
	readonly byHand: readonly ManualCheck[];
}

export function reportJson(
	{ findings, unasked, byHand, exitCode }: Diagnosis,
	about: Pick<JsonReport, "file" | "public" | "time">,
): JsonReport {
	const count = (severity: Severity): number => findings.filter((each) => each.severity === severity).length;
	const counts = { error: count("error"), warning: count("warning"), advice: count("advice") };
	return { version: 1, ...about, exitCode, counts, findings, unasked, byHand };
}
