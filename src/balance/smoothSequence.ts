/** Longest sequence. Weights that need a longer one are rounded to this many places: by at most 0.01 % of the pool's traffic. */
const MOST_PLACES = 10_000;

/**
 * One round of smooth weighted round robin, as nginx and Apache (byrequests) reckon it step by step: every candidate gains its weight, the
 * richest takes the place and pays the sum. Weights 5, 1, 1 give a a b a c a a and not a a a a a b c. In a table, threads that share
 * nothing but a counter keep to it exactly.
 *
 * @param weights above 0; at most 65 536 of them
 * @returns indexes of candidates
 */
export function smoothSequence(weights: readonly number[]): Uint16Array {
	const places = placesOf(weights);
	const length = places.reduce((sum, each) => sum + each, 0);
	const credit = new Float64Array(places.length);
	const sequence = new Uint16Array(length);
	for (let place = 0; place < length; place++) {
		let richest = 0;
		for (let i = 0; i < credit.length; i++) {
			credit[i] = (credit[i] ?? 0) + (places[i] ?? 0);
			if ((credit[i] ?? 0) > (credit[richest] ?? 0)) richest = i;
		}
		credit[richest] = (credit[richest] ?? 0) - length;
		sequence[place] = richest;
	}
	return sequence;
}

/** The least whole numbers in proportion to the weights, at least 1 each; rounded where they would be too many. */
function placesOf(weights: readonly number[]): number[] {
	const sum = weights.reduce((total, each) => total + each, 0);
	const divisor = weights.every(Number.isInteger) ? weights.reduce(greatestCommonDivisor, 0) : 0;
	if (divisor > 0 && sum / divisor <= MOST_PLACES) return weights.map((each) => each / divisor);
	const rounded = weights.map((each) => Math.max(1, Math.round((each / sum) * MOST_PLACES)));
	const common = rounded.reduce(greatestCommonDivisor, 0);
	return rounded.map((each) => each / common);
}

function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
