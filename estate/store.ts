import http from "node:http";
import type { AddressInfo } from "node:net";
import { detached } from "./detached.ts";
import { call } from "./httpClient.ts";

/** The database that both nodes of a product use: JSON values in named tables. */
export interface Store {
	get(table: string, key: string): Promise<unknown>;
	put(table: string, key: string, value: unknown): Promise<void>;
	/** Reads and deletes in one step: of two callers one gets undefined. */
	take(table: string, key: string): Promise<unknown>;
	/** Writes unless the key is there; returns what is there afterwards. */
	claim(table: string, key: string, value: unknown): Promise<unknown>;
}

/** Beyond this many rows the oldest of a table are dropped, so that a long run does not eat the memory. */
const TABLE_ROWS = 50_000;

/** A store in this process. */
export function memoryStore(): Store {
	const tables = new Map<string, Map<string, unknown>>();
	const rowsOf = (table: string): Map<string, unknown> => {
		const known = tables.get(table) ?? new Map<string, unknown>();
		tables.set(table, known);
		return known;
	};
	const write = (table: string, key: string, value: unknown): void => {
		const rows = rowsOf(table);
		rows.set(key, value);
		if (rows.size > TABLE_ROWS) for (const oldest of rows.keys()) return void rows.delete(oldest);
	};
	return {
		async get(table, key) {
			return rowsOf(table).get(key);
		},
		async put(table, key, value) {
			write(table, key, value);
		},
		async take(table, key) {
			const value = rowsOf(table).get(key);
			rowsOf(table).delete(key);
			return value;
		},
		async claim(table, key, value) {
			const rows = rowsOf(table);
			if (!rows.has(key)) write(table, key, value);
			return rows.get(key);
		},
	};
}

interface StoreCall {
	readonly operation: "get" | "put" | "take" | "claim";
	readonly table: string;
	readonly key: string;
	readonly value?: unknown;
}

/** A store at `url`, as `startStore` serves it. */
export function remoteStore(url: string): Store {
	const agent = new http.Agent({ keepAlive: true });
	const ask = async (query: StoreCall): Promise<unknown> => {
		const answer = await call(url, { method: "POST", agent, body: JSON.stringify(query) });
		if (answer.status !== 200) throw new Error(`the store answered ${answer.status}`);
		const { value } = JSON.parse(answer.body.toString()) as { value?: unknown };
		return value;
	};
	return {
		get: (table, key) => ask({ operation: "get", table, key }),
		put: async (table, key, value) => void (await ask({ operation: "put", table, key, value })),
		take: (table, key) => ask({ operation: "take", table, key }),
		claim: (table, key, value) => ask({ operation: "claim", table, key, value }),
	};
}

export interface RunningStore {
	/** Each product of the estate has its own database. */
	urlFor(product: string): string;
	close(): Promise<void>;
}

/** Serves one store for each product over HTTP on a free loopback port. */
export async function startStore(): Promise<RunningStore> {
	const stores = new Map<string, Store>();
	const server = http.createServer((request, response) => {
		const product = request.url ?? "/";
		const store = stores.get(product) ?? memoryStore();
		stores.set(product, store);
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on(
			"end",
			detached(async () => {
				const { operation, table, key, value } = JSON.parse(Buffer.concat(chunks).toString()) as StoreCall;
				response.end(JSON.stringify({ value: await store[operation](table, key, value) }));
			}),
		);
	});
	// An idle connection that the store closes while a node writes to it would fail that node's request.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		urlFor: (product) => `http://127.0.0.1:${port}/${product}`,
		async close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** One table of a store, with the type of its values. */
export class Table<T> {
	readonly #store: Store;
	readonly #name: string;

	constructor(store: Store, name: string) {
		this.#store = store;
		this.#name = name;
	}

	async get(key: string): Promise<T | undefined> {
		return (await this.#store.get(this.#name, key)) as T | undefined;
	}

	put(key: string, value: T): Promise<void> {
		return this.#store.put(this.#name, key, value);
	}

	async take(key: string): Promise<T | undefined> {
		return (await this.#store.take(this.#name, key)) as T | undefined;
	}

	async claim(key: string, value: T): Promise<T> {
		return (await this.#store.claim(this.#name, key, value)) as T;
	}
}
