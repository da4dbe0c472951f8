/** Findings that the file accepts. Pure. */

/** One entry of `doctor.accept`. */
export interface Accepted {
	/** Id of a finding or of a check. */
	readonly finding: string;
	/** Absent: of all services. */
	readonly service?: string | undefined;
	readonly reason: string;
}

/**
 * The reason why a finding is accepted, or null if it is not. The first entry that covers it counts.
 *
 * @param id of a finding (`hsts.missing`) or of a check
 * @param service null: it is about Portico itself
 */
export function reasonFor(accepted: readonly Accepted[], id: string, service: string | null): string | null {
	const entry = accepted.find(({ finding, service: own }) => covers(finding, id) && (own === undefined || own === service));
	return entry?.reason ?? null;
}

/** Whether an id of a check or a finding stands for this finding too. */
export function covers(chosen: string, id: string): boolean {
	return chosen === id || id.startsWith(`${chosen}.`);
}
