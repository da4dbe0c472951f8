import type { Scope } from "../../harness/deadline.ts";
import { field } from "../../harness/message.ts";
import { type ClientOptions, connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";

/**
 * Clients that ask one request after another over kept connections, as a load generator would. They honour Connection: close, and stop when no
 * connection is taken any more. Every request whose bytes were sent has to be answered.
 */
export class Load {
	/** Whole answers with status 200. */
	served = 0;
	/** What went wrong; has to stay empty. */
	readonly failures: string[] = [];
	/** Said by the test: connections made from now on may be refused. */
	portIsClosing = false;
	readonly #scope: Scope;
	readonly #port: number;
	readonly #request: string;
	readonly #options: ClientOptions;
	readonly #clients: Promise<void>[];
	#stopped = false;

	constructor(scope: Scope, port: number, request: string, clients: number, options: ClientOptions = {}) {
		this.#scope = scope;
		this.#port = port;
		this.#request = request;
		this.#options = options;
		this.#clients = Array.from({ length: clients }, () => this.#run());
	}

	/** Lets every client finish its request and stop. */
	async stop(): Promise<void> {
		this.#stopped = true;
		await this.ended();
	}

	/** Resolves when no client goes on. */
	async ended(): Promise<void> {
		await Promise.all(this.#clients);
	}

	async #run(): Promise<void> {
		while (!this.#stopped) {
			const client = await connectRaw(this.#scope, this.#port, this.#options).catch((error: unknown) => {
				if (!this.portIsClosing) this.failures.push(String(error));
				return null;
			});
			if (client === null) return;
			// Also one that the kernel let in when the listener closed has to be served.
			await this.#useConnection(client).catch((error: unknown) => {
				this.failures.push(String(error));
			});
			client.destroy();
		}
	}

	async #useConnection(client: RawSocket): Promise<void> {
		while (!this.#stopped) {
			await client.send(this.#request);
			const response = await client.response();
			if (response.status === 200) this.served++;
			else this.failures.push(`status ${response.status}`);
			if (field(response, "connection") === "close") return;
		}
	}
}
