import type { Scope } from "../../harness/deadline.ts";
import { get, responseText } from "../../harness/message.ts";
import type { Portico } from "../../harness/portico.ts";
import { type ClientOptions, connectRaw, exchange } from "../../harness/rawClient.ts";
import type { Script } from "../../harness/rawServer.ts";
import { eventually, serve } from "../../harness/stage.ts";

/** Nodes `a`, `b`, … that response with their names; what asks for a path with `/hold` in it waits until the test ends. */
export class Nodes {
	readonly scripts: readonly Script[];
	/** By node: requests that wait. */
	readonly held: number[];

	/** @param bodyBytes of each node's response; its name is repeated to make it so long */
	constructor(count: number, bodyBytes: readonly number[] = []) {
		this.held = new Array<number>(count).fill(0);
		const never = new Promise<string>(() => undefined);
		this.scripts = this.held.map((_, index) =>
			serve(({ target }) => {
				if (!target.includes("/hold")) return responseText(200, [], nameOf(index).repeat(bodyBytes[index] ?? 1));
				this.held[index] = (this.held[index] ?? 0) + 1;
				return never;
			}),
		);
	}

	/** Sends a request that waits at its node, and waits until it is there. */
	async hold(scope: Scope, port: number, path: string, fields: readonly string[] = []): Promise<void> {
		const before = sum(this.held);
		const client = await connectRaw(scope, port);
		await client.send(get(`${path}/hold`, ...fields));
		await eventually(
			() => sum(this.held) === before + 1,
			() => `request ${before + 1} at a node; there are ${this.held}`,
		);
	}
}

/** How many responses each node gave: `{ a: 3, b: 1 }`. */
export type Tally = Readonly<Record<string, number>>;

/** Enough for every worker to get some: the kernel deals them out. */
const CONNECTIONS = 16;

/**
 * Sends so many requests, one after the other, in turns over several connections. On one connection alone each is over, also for Portico, before the next
 * one is looked at; on several the last one may still count as in flight for some microseconds.
 */
export async function tally(scope: Scope, port: number, path: string, count: number, connections = CONNECTIONS): Promise<Tally> {
	const clients = await Promise.all(Array.from({ length: connections }, () => connectRaw(scope, port)));
	const counts: Record<string, number> = {};
	for (let at = 0; at < count; at++) {
		const client = clients[at % clients.length];
		await client?.send(get(path));
		const name = (await client?.response())?.body.toString()[0] ?? "";
		counts[name] = (counts[name] ?? 0) + 1;
	}
	for (const client of clients) client.end();
	return counts;
}

/** Name of the node that responses one request on a connection of its own. */
export async function home(
	scope: Scope,
	{ port }: Pick<Portico, "port">,
	path: string,
	fields: readonly string[] = [],
	options: ClientOptions = {},
): Promise<string> {
	const { body } = await exchange(scope, port, get(path, ...fields, "Connection: close"), options);
	return body.toString();
}

export function nameOf(index: number): string {
	return "abcdef"[index] ?? "?";
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, each) => total + each, 0);
}
