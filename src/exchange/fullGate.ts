/**
 * Gates that see the whole request and may need time: authentication. They run once the route is known and nothing else refuses the
 * request. Most routes have none, and pay nothing.
 */
import type { ErrorCode } from "../errors.ts";
import type { ErrorFields } from "../http/errorPage.ts";
import type { AdmittedRequest } from "./request.ts";

/** Who sent the request. */
export interface SignedIn {
	readonly user: string;
	/** The node gets the Authorization field by which the user signed in. */
	readonly passAuthorization: boolean;
}

/** What Portico responds in place of a node. */
export interface FullRefusal {
	readonly kind: "refused";
	readonly code: ErrorCode;
	/** For the log: `auth.failed`. */
	readonly rule: string;
	/** For the response. */
	readonly fields: ErrorFields;
}

export type GateVerdict = FullRefusal | { readonly kind: "passed"; readonly signedIn: SignedIn | null };

export interface FullGate {
	/**
	 * Rejects if it cannot tell.
	 *
	 * @param isWanted whether somebody still waits for the verdict
	 */
	ask(request: AdmittedRequest, isWanted: () => boolean): GateVerdict | Promise<GateVerdict>;
}

/** Lifetime: snapshot. */
export const NO_FULL_GATES: readonly FullGate[] = [];

/** The first refusal, otherwise who signed in; at once unless a gate needs time. */
export function askGates(
	gates: readonly FullGate[],
	request: AdmittedRequest,
	isWanted: () => boolean,
	signedIn: SignedIn | null = null,
): GateVerdict | Promise<GateVerdict> {
	const [gate, ...rest] = gates;
	if (gate === undefined) return { kind: "passed", signedIn };
	const goOn = (verdict: GateVerdict): GateVerdict | Promise<GateVerdict> =>
		verdict.kind === "refused" ? verdict : askGates(rest, request, isWanted, verdict.signedIn ?? signedIn);
	const verdict = gate.ask(request, isWanted);
	return verdict instanceof Promise ? verdict.then(goOn) : goOn(verdict);
}
