import type { DoctorSession } from "./doctorSession.ts";
import type { Finding, Kind } from "./finding.ts";

/** One check. It sends its requests through the session. A pure function in the same file turns the replies into findings. */
export interface Check {
	/** The first part of its findings' ids. */
	readonly id: string;
	/** The requests it sends, for the documentation. */
	readonly description: string;
	/** Without this it has nothing to check: `a node of WSO2`. */
	readonly requires: string;
	readonly kinds: Readonly<Record<string, Kind>>;
	run(doctor: DoctorSession): Promise<readonly Finding[]>;
}
