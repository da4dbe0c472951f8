/** One measurement as every load tool reports it. */

export interface LoadResult {
	/** Exchanges (or handshakes) completed. */
	readonly completed: number;
	readonly seconds: number;
	/** Milliseconds; NaN where the tool does not say. */
	readonly p50: number;
	readonly p99: number;
	/** Connections refused or cut, time-outs, unexpected statuses. */
	readonly errors: number;
	/** Bytes read by the client. */
	readonly bytes: number;
}

export interface Target {
	readonly port: number;
	readonly tls: boolean;
	/** The Cookie field of requests; "" for none. */
	readonly cookies: string;
}

/** Puts load on a target for about so many seconds. */
export type Load = (target: Target, seconds: number) => Promise<LoadResult>;

/** A number out of a tool's JSON. */
export function numberField(record: unknown, name: string): number {
	const value: unknown = typeof record === "object" && record !== null ? Reflect.get(record, name) : undefined;
	return typeof value === "number" ? value : Number.NaN;
}
