import type { ErrorCode } from "../errors.ts";
import { CidrSet } from "../http/cidr.ts";
import type { MaintenancePlan } from "../plan/pages.ts";
import type { RoutePlan } from "../plan/route.ts";

/** What a gate looks at. */
export interface GateRequest {
	/** The verified address of the client. */
	readonly clientAddress: string;
	/** Bytes of the body as the head states them; 0 for none, negative if they are not known yet. */
	readonly bodyLength: number;
}

/** Why a gate answers in place of a node. */
export interface GateRefusal {
	readonly code: ErrorCode;
	/** For the log and `explain`: `access.blocked`. */
	readonly rule: string;
}

/**
 * A check of a route that may answer in place of a node; null lets the request pass. It decides at once, by what the router knows: a check
 * that needs the whole request, or time, is a `FullGate` (exchange/fullGate.ts). Hot path.
 */
export type Gate = (request: GateRequest) => GateRefusal | null;

/** The gates of a route, in the order in which they are asked. @param maintenance null: its service is not in maintenance */
export function gatesOf(route: RoutePlan, maintenance: MaintenancePlan | null): readonly Gate[] {
	const gates = [accessGate(route), roleGate(route), maintenanceGate(maintenance), bodyLimitGate(route)].filter((gate) => gate !== null);
	return gates.length === 0 ? NO_GATES : gates;
}

/** Most routes have none: thousands share one list. */
const NO_GATES: readonly Gate[] = [];

const BLOCKED: GateRefusal = { code: "http_request_denied", rule: "access.blocked" };
const RESTRICTED: GateRefusal = { code: "http_request_denied", rule: "access.restricted" };
const MAINTENANCE: GateRefusal = { code: "maintenance", rule: "maintenance.on" };
const NO_NODES: GateRefusal = { code: "route_not_found", rule: "role.none" };
const NOT_ALLOWED: GateRefusal = { code: "http_request_denied", rule: "access.allow" };
const DENIED: GateRefusal = { code: "http_request_denied", rule: "access.deny" };
const TOO_LARGE: GateRefusal = { code: "request_body_size", rule: "body.limit" };

/**
 * Of all networks in both lists the smallest that has the client decides; of two of one size, the one in `deny`. Where none has it, the
 * client passes if there is no `allow`.
 */
function accessGate({ access, allow, deny }: RoutePlan): Gate | null {
	if (access === "blocked") return () => BLOCKED;
	const listed = allow ?? (access === "restricted" ? [] : null);
	const allowed = listed === null ? null : CidrSet.of(listed);
	const denied = CidrSet.of(deny);
	const outside = access === "restricted" ? RESTRICTED : NOT_ALLOWED;
	if (denied.isEmpty) {
		return allowed === null ? null : ({ clientAddress }) => (allowed.has(clientAddress) ? null : outside);
	}
	return ({ clientAddress }) => {
		const byAllow = allowed === null ? -1 : allowed.longest(clientAddress);
		const byDeny = denied.longest(clientAddress);
		if (byDeny >= 0 && byDeny >= byAllow) return DENIED;
		return allowed !== null && byAllow < 0 ? outside : null;
	};
}

function maintenanceGate(maintenance: MaintenancePlan | null): Gate | null {
	if (maintenance === null) return null;
	const allowed = CidrSet.of(maintenance.allow);
	return ({ clientAddress }) => (allowed.has(clientAddress) ? null : MAINTENANCE);
}

/** No node of the service has a role that serves the route. */
function roleGate({ access, pool }: RoutePlan): Gate | null {
	return pool === -1 && access !== "blocked" ? () => NO_NODES : null;
}

/** A body of unknown length is measured as it arrives: see exchange/requestBody.ts. */
function bodyLimitGate({ maxBody }: RoutePlan): Gate | null {
	return maxBody === 0 ? null : ({ bodyLength }) => (bodyLength > maxBody ? TOO_LARGE : null);
}
