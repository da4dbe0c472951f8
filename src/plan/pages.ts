/** Pages of the file in place of Portico's own, and maintenance. */

/** Text with variables (`{status}`), by what the client asks for; null: Portico's own page. */
export interface PageTexts {
	readonly html: string | null;
	readonly json: string | null;
}

/** In a list, the first one that fits a status and has the format counts. */
export interface ErrorPagePlan extends PageTexts {
	/** A status or a class: `404`, `5xx`. */
	readonly status: string;
}

/** What clients of a service get while it is being maintained. */
export interface MaintenancePlan extends PageTexts {
	/** The service itself is in maintenance; the whole instance may be, too. */
	readonly on: boolean;
	/** Seconds, for Retry-After. */
	readonly retryAfter: number;
	/** Clients that pass: CIDRs. */
	readonly allow: readonly string[];
}
