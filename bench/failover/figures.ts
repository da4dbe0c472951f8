/** From samples to figures. */

import { isPage, type Sample } from "./load/ask.ts";
import { SHARE, SLOW } from "./tuning.ts";

/** Part of an act: `[from, to)` in the time of the samples. */
export interface Span {
	readonly from: number;
	readonly to: number;
	/** It begins with a blow: requests that are in flight at `from` are its, too. */
	readonly isBlow: boolean;
}

export interface Figures {
	readonly sent: number;
	/** Requests that ended in anything but the page; the four below are its parts. */
	readonly failed: number;
	readonly status: number;
	readonly closed: number;
	readonly cut: number;
	readonly timeout: number;
	/** Answered, but later than {@link SLOW}. */
	readonly slow: number;
	/** Milliseconds of the longest request, good or bad. */
	readonly longest: number;
	/** How often a client that had a session got a new one. */
	readonly sessionsLost: number;
	/** How often a session's count did not go up: the node that answered had an older state of it. */
	readonly countsBack: number;
	/** Milliseconds from `from` to the sending of the last request that failed or was slow; 0 if none was. */
	readonly detected: number;
}

const isFailed = ({ result }: Sample): boolean => !isPage(result);

const suffered = (sample: Sample): boolean => isFailed(sample) || sample.took > SLOW;

function inSpan(samples: readonly Sample[], { from, to, isBlow }: Span): Sample[] {
	return samples.filter(({ at, took }) => at < to && (isBlow ? at + took >= from : at >= from));
}

/** @param samples all of the act: what a session was before decides whether it is lost */
export function figures(samples: readonly Sample[], span: Span): Figures {
	const mine = inSpan(samples, span);
	const count = (is: (sample: Sample) => boolean): number => mine.filter(is).length;
	const last = mine.filter(suffered).reduce((latest, { at }) => Math.max(latest, at), span.from);
	const { lost, back } = sessions(samples);
	const ours = new Set(mine);
	return {
		sent: mine.length,
		failed: count(isFailed),
		status: count(({ result }) => result === "status"),
		closed: count(({ result }) => result === "closed"),
		cut: count(({ result }) => result === "cut"),
		timeout: count(({ result }) => result === "timeout"),
		slow: count((sample) => !isFailed(sample) && sample.took > SLOW),
		longest: mine.reduce((longest, { took }) => Math.max(longest, took), 0),
		sessionsLost: lost.filter((sample) => ours.has(sample)).length,
		countsBack: back.filter((sample) => ours.has(sample)).length,
		detected: last - span.from,
	};
}

/** The answers at which a client's session was another one, or the same with a count that did not go up. */
function sessions(samples: readonly Sample[]): { readonly lost: Sample[]; readonly back: Sample[] } {
	const lost: Sample[] = [];
	const back: Sample[] = [];
	const seen = new Map<number, { session: string; count: number }>();
	for (const sample of samples.toSorted((a, b) => a.at - b.at)) {
		const { client, result } = sample;
		if (client === null || !isPage(result)) continue;
		const before = seen.get(client);
		if (before !== undefined && before.session !== result.session) lost.push(sample);
		else if (before !== undefined && result.count <= before.count) back.push(sample);
		seen.set(client, { session: result.session, count: result.count });
	}
	return { lost, back };
}

/** Which part of the newcomers of `[from, to)` the node answered, 0 to 1. */
export function shareOf(newcomers: readonly Sample[], node: string, from: number, to: number): number {
	const row = newcomers.filter(({ at }) => at >= from && at < to);
	return row.filter(({ result }) => isPage(result) && result.node === node).length / row.length;
}

/**
 * When the node had its share of newcomers again: the moment at which the first one of {@link SHARE}`.of` in a row was sent that the node
 * answered itself, and at least {@link SHARE}`.least` of the row. Null while there is no such row.
 */
export function shareRegained(newcomers: readonly Sample[], node: string, from: number): number | null {
	const row = newcomers.filter(({ at }) => at >= from).toSorted((a, b) => a.at - b.at);
	const hits = row.map(({ result }) => isPage(result) && result.node === node);
	for (const [index, sample] of row.entries()) {
		if (index + SHARE.of > row.length) return null;
		const share = hits.slice(index, index + SHARE.of).filter((hit) => hit).length;
		if (hits[index] === true && share >= SHARE.least) return sample.at;
	}
	return null;
}
