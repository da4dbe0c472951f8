/** What the compiled configuration says about the health of a pool's members. Plain data; times in milliseconds, shares from 0 to 1. */

export interface HealthPlan {
	/** Null: no active check; health comes from traffic alone. */
	readonly check: CheckPlan | null;
	/** Kind of the pool whose member on the same node must be up before a member here comes up; null for none. */
	readonly gatedBy: string | null;
	readonly passive: PassivePlan;
	readonly breaker: BreakerPlan | null;
	/** Most of the pool's members that traffic may take out at a time (see poolRules.ts). */
	readonly maxEjected: number;
	/** Who is let in again when nobody is left (see poolRules.ts). */
	readonly panic: "passive" | "all" | "off";
}

export interface CheckPlan {
	/** At least one. The next is tried only where the node does not have the one before. */
	readonly probes: readonly ProbePlan[];
	/** What it means that a node has none of them: it fails, or its gate alone decides. */
	readonly onAbsent: "fail" | "gate";
	/** Passes in a row that bring a member up. */
	readonly rise: number;
	/** Failures in a row that take it down. */
	readonly fall: number;
	/**
	 * Before the first check: `up` takes traffic and `fall` failures take it down; `unknown` takes traffic and the first check decides; `mustPass` takes none
	 * until one check passed; `down` takes none until `rise` checks passed.
	 */
	readonly initial: "up" | "unknown" | "mustPass" | "down";
	readonly interval: number;
	/** While it is not clear whether the member is up or down. */
	readonly fastInterval: number;
	/** While the member is down. */
	readonly downInterval: number;
	/** Share by which each interval is longer or shorter, at random. */
	readonly jitter: number;
	/** Of one probe, from its first packet to its last. */
	readonly timeout: number;
	/** Statuses by which a member that is up asks for nothing new (HAProxy's disable-on-404). */
	readonly drainOn: readonly number[];
}

export type ProbePlan = ConnectProbe | HttpProbe;

export interface ConnectProbe {
	/** `tcp`: the port accepts; `tls`: the handshake succeeds too and the certificate is trusted. */
	readonly kind: "tcp" | "tls";
	/** Kind of the pool whose member on the same node is probed; null: the member itself. */
	readonly via: string | null;
}

export interface HttpProbe {
	readonly kind: "http";
	readonly via: string | null;
	readonly method: string;
	readonly path: string;
	/** The public authority: WSO2 may keep the first Host that it sees as its issuer. */
	readonly host: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly statuses: readonly StatusRange[];
	readonly body: BodyMatch | null;
	/** Bytes of a body that are read; what follows is not looked at. */
	readonly bodyBytes: number;
	/** Statuses by which a node says that it does not have this endpoint. */
	readonly absentOn: readonly number[];
}

/** Both ends belong to it. */
export type StatusRange = readonly [from: number, to: number];

export type BodyMatch = { readonly kind: "contains"; readonly text: string } | { readonly kind: "matches"; readonly pattern: string };

/** How traffic at a member may go wrong. `unavailable`: answered 502, 503 or 504; `serverError`: any other 5xx; `broken`: a response that is none. */
export type FailureKind = "connect" | "timeout" | "broken" | "unavailable" | "serverError";

export interface PassivePlan {
	/** Failures of a kind in a row that take the member out; 0: never. */
	readonly inARow: Readonly<Record<FailureKind, number>>;
	/** Clients that must have seen them, where a client can cause them by itself (health/blame.ts): 1 or 2. */
	readonly minClients: number;
	/** How long the first time; the nth time n times as long. */
	readonly baseTime: number;
	readonly maxTime: number;
	/** Share by which the time is shorter, at random. */
	readonly jitter: number;
	/** A member that behaves this long has one ejection less to its name. */
	readonly forgetAfter: number;
	/** Good answers in a row by which a member that came back is trusted again. */
	readonly trialAnswers: number;
}

export interface BreakerPlan {
	/** Kinds that count as errors; the others count as answers. */
	readonly counts: readonly FailureKind[];
	/** Share of errors that opens it. */
	readonly errorRatio: number;
	/** Fewer answers and errors than this in the window say nothing. */
	readonly minVolume: number;
	/** As in {@link PassivePlan}. */
	readonly minClients: number;
	readonly window: number;
	/** How long it stays open. */
	readonly openTime: number;
	/** Share by which the time is longer, at random. */
	readonly jitter: number;
	/** Good answers in a row that close it again. */
	readonly trialAnswers: number;
}
