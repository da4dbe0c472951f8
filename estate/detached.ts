/**
 * For listeners, whose caller does not wait: an async function as one that returns nothing. A rejection goes unhandled and ends the process, which
 * is right for a fault of ours.
 */
export function detached<A extends unknown[]>(run: (...given: A) => Promise<unknown>): (...given: A) => void {
	return (...given) => {
		void run(...given);
	};
}
