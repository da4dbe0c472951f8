import type { DoctorSession } from "./examination.ts";
import type { Finding, Kind } from "./finding.ts";

/** One thing to look at. Asks through the examination; what it says of the replies is a pure function beside it. */
export interface Check {
	/** The first part of its findings' ids. */
	readonly id: string;
	/** What it asks, for the documentation. */
	readonly description: string;
	/** Without what it has nothing to look at: `a node of WSO2`. */
	readonly requires: string;
	readonly kinds: Readonly<Record<string, Kind>>;
	run(examination: DoctorSession): Promise<readonly Finding[]>;
}
