/**
 * Who saw failures. What a request holds can make a node answer 500, be late, break off or send nonsense: one client alone could take a node from
 * all others. So such failures count only if enough clients saw them. A client is an IPv4 address or an IPv6 /64, known by a hash. Pure.
 */
import type { FailureKind } from "../plan/health.ts";

/** No client can bring these about by what it sends: connecting comes before the request. */
const BEYOND_CLIENTS: ReadonlySet<FailureKind> = new Set(["connect"]);

/** Hashes of clients that saw failures of a kind, at most {@link MOST_CLIENTS} of each; of others than `connect`. */
export type Blame = Readonly<Record<FailureKind, readonly number[]>>;

/** More of them say nothing more. */
export const MOST_CLIENTS = 2;

export const NO_BLAME: Blame = { connect: [], timeout: [], broken: [], unavailable: [], serverError: [] };

/** Whether a client can bring failures of this kind about by what it sends. */
export const byRequest = (kind: FailureKind): boolean => !BEYOND_CLIENTS.has(kind);

/** Enough clients saw failures of that kind for them to count. */
export const isVouched = (kind: FailureKind, clients: readonly number[], least: number): boolean =>
	least <= 1 || !byRequest(kind) || clients.length >= least;

/** Both together. */
export function withClients(some: readonly number[], more: readonly number[]): readonly number[] {
	if (more.length === 0 || some.length >= MOST_CLIENTS) return some;
	return [...new Set([...some, ...more])].slice(0, MOST_CLIENTS);
}
