/** The report of the doctor, as text and as JSON. Pure. */
import type { SkippedCheck } from "./doctorSession.ts";
import { type Finding, type Remedy, SEVERITIES, type Severity } from "./finding.ts";
import type { AcceptedManualCheck, Diagnosis } from "./runChecks.ts";

const COLOURS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, advice: 36 };
const ACCEPTED_COLOUR = 32;
/** Shown for one finding; further nodes have the same fault. */
const MOST_EVIDENCE = 4;

export function reportText({ findings, skipped, byHand, exitCode }: Diagnosis, file: string, coloured: boolean): string {
	const shown = new Map<string, string>();
	const parts = findings.map((finding) => findingText(finding, shown, coloured));
	if (skipped.length > 0) parts.push(skippedText(skipped));
	if (byHand.length > 0) parts.push(["To check on the nodes:", ...byHand.flatMap(byHandLines)].join("\n"));
	parts.push(`${file}: ${exitCode === 3 ? "nothing could be checked: no target responded, or no check applies here" : summary(findings)}`);
	return `${parts.join("\n\n")}\n`;
}

/** @param shown remedies that are in the report already, with the id of their finding: they are not repeated */
function findingText(
	{ id, severity, service, nodes, what, evidence, why, remedies, accepted }: Finding,
	shown: Map<string, string>,
	coloured: boolean,
): string {
	const word = accepted === null ? severity : "accepted";
	const head = coloured ? `\x1b[${accepted === null ? COLOURS[severity] : ACCEPTED_COLOUR};1m${word}\x1b[0m` : word;
	const where = [...(service === null ? [] : [service]), ...nodes].join(", ");
	const lines = [`${head}  ${id}  ${where === "" ? "" : `${where}: `}${what}`];
	if (accepted !== null) lines.push(`  reason    ${accepted}`);
	for (const { request, result } of evidence.slice(0, MOST_EVIDENCE)) lines.push(`  evidence  ${request}`, `            ${result}`);
	if (evidence.length > MOST_EVIDENCE) lines.push(`            and ${evidence.length - MOST_EVIDENCE} more like it`);
	lines.push(`  why       ${why}`);
	for (const remedy of remedies) {
		const key = JSON.stringify([service, remedy]);
		const before = shown.get(key);
		if (before !== undefined) lines.push(`  fix       ${remedy.file}: as for ${before} above`);
		else lines.push(...remedyLines(remedy));
		shown.set(key, before ?? id);
	}
	return lines.join("\n");
}

function remedyLines({ file, lines, note }: Remedy): string[] {
	const text = lines.split("\n").map((line) => `              ${line}`.trimEnd());
	return [`  fix       ${file}:`, ...text, ...(note === null ? [] : [`            ${note}`])];
}

function skippedText(skipped: readonly SkippedCheck[]): string {
	return ["Skipped:", ...skipped.map(({ check, about, reason }) => `  ${check}  ${about}: ${reason}`)].join("\n");
}

function byHandLines({ check, service, nodes, what, lines, accepted }: AcceptedManualCheck): string[] {
	const head = `  ${check}  ${[service, ...nodes].join(", ")}: ${what}`;
	if (accepted !== null) return [head, `           accepted: ${accepted}`];
	return [head, ...lines.split("\n").map((line) => `           ${line}`)];
}

function summary(all: readonly Finding[]): string {
	const findings = all.filter(({ accepted }) => accepted === null);
	const known = all.length === findings.length ? "" : `, ${all.length - findings.length} accepted`;
	const counts = SEVERITIES.map((severity) => {
		const number = findings.filter((each) => each.severity === severity).length;
		const word = severity === "advice" || number === 1 ? severity : `${severity}s`;
		return number === 0 ? "" : `${number} ${word}`;
	}).filter((text) => text !== "");
	return `${counts.length === 0 ? "nothing found" : counts.join(", ")}${known}`;
}

/** The schema of `--json`. Its fields stay; fields may be added. */
export interface JsonReport {
	readonly version: 1;
	readonly file: string;
	readonly public: string;
	/** When the run began. */
	readonly time: string;
	/** As the command's exit code: 0 nothing or advice, 1 warnings, 2 errors, 3 nothing could be checked. */
	readonly exitCode: Diagnosis["exitCode"];
	/** Without accepted findings. */
	readonly counts: Readonly<Record<Severity, number>>;
	/** Worst first, accepted ones last. */
	readonly findings: readonly Finding[];
	readonly skipped: readonly SkippedCheck[];
	readonly byHand: readonly AcceptedManualCheck[];
}

export function reportJson(
	{ findings, skipped, byHand, exitCode }: Diagnosis,
	about: Pick<JsonReport, "file" | "public" | "time">,
): JsonReport {
	const count = (severity: Severity): number => findings.filter((each) => each.severity === severity && each.accepted === null).length;
	const counts = { error: count("error"), warning: count("warning"), advice: count("advice") };
	return { version: 1, ...about, exitCode, counts, findings, skipped, byHand };
}
