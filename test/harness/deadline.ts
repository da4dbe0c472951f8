/** Milliseconds that a test waits before it fails with a message, unless it sets its own. */
export const DEFAULT_TIMEOUT = 5_000;

/** Where a helper leaves its clean-up: a `TestContext`, or `{ after }` of node:test for something that a whole file shares. */
export interface Scope {
	after(cleanUp: () => void | Promise<void>): void;
}

/**
 * Settles as `promise` does, or rejects when `milliseconds` have passed first.
 * @param what completes "not within 5000 ms: …"; a function when it should tell the state at that moment
 */
export async function within<T>(promise: Promise<T>, what: string | (() => string), milliseconds: number = DEFAULT_TIMEOUT): Promise<T> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => {
		late.reject(new Error(`not within ${milliseconds} ms: ${typeof what === "string" ? what : what()}`));
	}, milliseconds);
	try {
		return await Promise.race([promise, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
