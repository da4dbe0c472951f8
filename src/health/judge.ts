import type { ErrorCode } from "../errors.ts";
import type { BodyMatch, CheckPlan, HttpProbe, ProbePlan, StatusRange } from "../plan/health.ts";
import { compileBodyPattern } from "./bodyPattern.ts";

/** What came back from a probe. Without a response `status` is 0 and `error` says why. */
export interface ProbeResponse {
	readonly status: number;
	/** As far as it was read. */
	readonly body: string;
	readonly error: ErrorCode | null;
	/** The runtime's own words: `ECONNREFUSED`. */
	readonly cause: string | null;
	/** Milliseconds. */
	readonly duration: number;
}

/** `absent`: the node does not have this endpoint. */
export type ProbeVerdict = "pass" | "fail" | "absent" | "drain";

/** The result of a probe, for the log and for operators. */
export interface ProbeOutcome {
	readonly verdict: ProbeVerdict;
	/** The request: `GET /services/Version`, `tcp`, `tls`; with `via servlet` if it went to another port. */
	readonly probe: string;
	readonly status: number;
	readonly error: ErrorCode | null;
	/** The reason: `returned 503, expected 200-299`. */
	readonly detail: string;
	readonly duration: number;
}

export type BodyTest = (body: string) => boolean;

/** @throws Error for a pattern that compileBodyPattern does not take */
export function bodyTest(match: BodyMatch): BodyTest {
	if (match.kind === "contains") return (body) => body.includes(match.text);
	const pattern = compileBodyPattern(match.pattern);
	return (body) => pattern.test(body);
}

/**
 * @param test of the probe's body match, or null
 * @param present the member had this endpoint before, so a missing endpoint is a failure
 */
export function judge(
	probe: ProbePlan,
	answer: ProbeResponse,
	test: BodyTest | null,
	drainOn: CheckPlan["drainOn"],
	present: boolean,
): ProbeOutcome {
	const tell = (verdict: ProbeVerdict, detail: string): ProbeOutcome => {
		const { status, error, duration } = answer;
		return { verdict, probe: nameOf(probe), status, error, detail, duration };
	};
	if (answer.error !== null) return tell("fail", answer.cause ?? answer.error);
	if (probe.kind !== "http") return tell("pass", "accepted");
	const { status } = answer;
	if (probe.absentOn.includes(status) && !present) return tell("absent", `returned ${status}: the node does not have it`);
	if (drainOn.includes(status)) return tell("drain", `returned ${status}: the node drains itself`);
	if (!probe.statuses.some(([from, to]) => status >= from && status <= to)) {
		return tell("fail", `returned ${status}, expected ${rangesText(probe.statuses)}`);
	}
	if (test !== null && probe.body !== null && !test(answer.body))
		return tell("fail", `returned ${status}, but its body ${lackOf(probe.body)}`);
	return tell("pass", `returned ${status}`);
}

function nameOf(probe: ProbePlan): string {
	const name = probe.kind === "http" ? `${probe.method} ${probe.path}` : probe.kind;
	return probe.via === null ? name : `${name} via ${probe.via}`;
}

const rangesText = (ranges: HttpProbe["statuses"]): string =>
	ranges.map(([from, to]: StatusRange) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");

const lackOf = (match: BodyMatch): string =>
	match.kind === "contains" ? `lacks ${JSON.stringify(match.text)}` : `does not match /${match.pattern}/`;
