/** What the doctor finds, and how a kind of finding is described. Plain data. */

export const SEVERITIES = ["error", "warning", "advice"] as const;

/** `error`: something does not work, or is publicly accessible. `warning`: it works, but will not always. `advice`: it could be better. */
export type Severity = (typeof SEVERITIES)[number];

/** One kind of finding, as the documentation lists it. */
export interface Kind {
	readonly severity: Severity;
	/** The fault in general. */
	readonly what: string;
	readonly why: string;
	/** The fix, in a sentence; the finding itself has the lines. */
	readonly fix: string;
}

export type Kinds<Id extends string> = Readonly<Record<Id, Kind>>;

/** What a finding rests on. Neither part holds a secret. */
export interface Evidence {
	/** `GET https://10.0.0.11:9443/services/Version`, or where the configuration sets it. */
	readonly request: string;
	readonly result: string;
}

export interface Remedy {
	/** Where the lines belong: `<IS_HOME>/repository/conf/deployment.toml`, `portico.yaml`. */
	readonly file: string;
	readonly lines: string;
	/** What the lines do not say: a restart, a value to fill in. */
	readonly note: string | null;
}

export interface Finding {
	/** `oidc.issuer`: the check before the dot, the kind after it. */
	readonly id: string;
	readonly severity: Severity;
	/** Name of the service, or null where it is about Portico itself. */
	readonly service: string | null;
	/** Nodes or members (`is-1`, `is-1/gateway`) it was found at. */
	readonly nodes: readonly string[];
	readonly what: string;
	readonly evidence: readonly Evidence[];
	readonly why: string;
	readonly remedies: readonly Remedy[];
	/** The reason why `doctor.accept` of the file accepts it; null: it does not. */
	readonly accepted: string | null;
}

/** A finding less what its kind says. */
export type Found = Pick<Finding, "service" | "nodes" | "what" | "evidence" | "remedies">;

export function finding<Id extends string>(kinds: Kinds<Id>, id: Id, found: Found): Finding {
	const { severity, why } = kinds[id];
	return { id, severity, ...found, why, accepted: null };
}

/** The same fault of several nodes is one finding: worst first, then in the order of the ids, then by service. */
export function ranked(findings: readonly Finding[], ids: readonly string[]): Finding[] {
	const merged = new Map<string, Finding>();
	for (const each of findings) {
		const key = JSON.stringify([each.id, each.service, each.what]);
		const before = merged.get(key);
		merged.set(key, before === undefined ? each : together(before, each));
	}
	const places = new Map(ids.map((id, place) => [id, place]));
	const rank = ({ severity, id }: Finding): number => SEVERITIES.indexOf(severity) * ids.length + (places.get(id) ?? ids.length);
	return [...merged.values()].sort((a, b) => rank(a) - rank(b) || ((a.service ?? "") < (b.service ?? "") ? -1 : 1));
}

function together(a: Finding, b: Finding): Finding {
	const remedies = new Map([...a.remedies, ...b.remedies].map((remedy) => [JSON.stringify(remedy), remedy]));
	return {
		...a,
		nodes: [...new Set([...a.nodes, ...b.nodes])],
		evidence: [...a.evidence, ...b.evidence],
		remedies: [...remedies.values()],
	};
}

/** 0: nothing, or advice; 1: warnings; 2: errors. Accepted ones do not count. */
export function exitCode(all: readonly Finding[]): 0 | 1 | 2 {
	const findings = all.filter(({ accepted }) => accepted === null);
	if (findings.some(({ severity }) => severity === "error")) return 2;
	return findings.some(({ severity }) => severity === "warning") ? 1 : 0;
}
