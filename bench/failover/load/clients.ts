import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../clock.ts";
import { CLIENT_PERIOD, CLIENTS } from "../tuning.ts";
import { ask, type CookieJar, isPage, type Sample } from "./ask.ts";

/**
 * Users who are logged in: each has a connection of its own, its cookies, and asks at fixed moments, one after the other. While a response is
 * late the moments that pass are left out, so a stall shows as one long request. Lifetime: until {@link stop}.
 */
export class Clients {
	readonly samples: Sample[] = [];
	readonly #port: number;
	readonly #loops: readonly Promise<void>[];
	#over = false;

	constructor(port: number) {
		this.#port = port;
		this.#loops = Array.from({ length: CLIENTS }, (_, number) => this.#loop(number));
	}

	/** Ends when every request has. */
	async stop(): Promise<void> {
		this.#over = true;
		await Promise.all(this.#loops);
	}

	/** The fewest answers that any of them got. */
	fewest(): number {
		const counts = Array.from({ length: CLIENTS }, () => 0);
		for (const { client } of this.samples) if (client !== null) counts[client] = (counts[client] ?? 0) + 1;
		return Math.min(...counts);
	}

	/** How many of them were last answered by that node. */
	on(node: string): number {
		const last = new Map(this.samples.map(({ client, result }) => [client, isPage(result) ? result.node : ""]));
		return [...last.values()].filter((name) => name === node).length;
	}

	async #loop(number: number): Promise<void> {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const cookies: CookieJar = new Map();
		let next = now() + (number * CLIENT_PERIOD) / CLIENTS;
		while (!this.#over) {
			await sleep(Math.max(0, next - now()));
			this.samples.push(await ask(this.#port, number, agent, cookies));
			while (next <= now()) next += CLIENT_PERIOD;
		}
		agent.destroy();
	}
}
