/** How soon a response is wanted (RFC 9218). */
export interface Priority {
	/** 0 to 7, 0 first. */
	readonly urgency: number;
	/** It is of use before it is complete: it shares its turn with others. */
	readonly incremental: boolean;
}

/**
 * Without a word of the client. RFC 9218 says `incremental` is off; clients that know nothing of priorities would then wait for
 * one large response after the other.
 */
export const UNSAID: Priority = { urgency: 3, incremental: true };

/** Reads a Priority field; what cannot be understood means nothing. */
export function parsePriority(value: string | undefined): Priority {
	if (value === undefined) return UNSAID;
	let urgency = 3;
	let incremental = false;
	for (const item of value.split(",")) {
		const text = item.trim();
		const level = /^u=([0-7])$/.exec(text)?.[1];
		if (level !== undefined) urgency = Number(level);
		else if (text === "i" || text === "i=?1") incremental = true;
		else if (text === "i=?0") incremental = false;
	}
	return { urgency, incremental };
}
