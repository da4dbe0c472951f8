/** One request as the node received it. */
export interface SeenRequest {
	/** Which listener: `servletHttps`, `gatewayHttp`, … */
	readonly port: string;
	readonly method: string;
	readonly target: string;
	/** name, value, name, value … as they came. */
	readonly rawHeaders: readonly string[];
	/** Place of the request on its connection, from 1. */
	readonly onConnection: number;
}

const KEPT = 200;

/** The last requests that a node received, for tests that ask what reached it. */
export class RequestLog {
	readonly #seen: SeenRequest[] = [];
	#count = 0;

	add(request: SeenRequest): void {
		this.#count++;
		this.#seen.push(request);
		if (this.#seen.length > KEPT) this.#seen.shift();
	}

	get count(): number {
		return this.#count;
	}

	get last(): readonly SeenRequest[] {
		return this.#seen;
	}

	clear(): void {
		this.#seen.length = 0;
		this.#count = 0;
	}
}
