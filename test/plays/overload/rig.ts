import type { Scope } from "../../harness/deadline.ts";
import { requestText, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { type Answer, eventually } from "../../harness/stage.ts";

/** A node's requests, held until the test lets them go. */
export class Held {
	readonly #waiting: { readonly target: string; readonly answer: (text: string) => void }[] = [];
	/** Most that were held at a time. */
	most = 0;

	/** Holds every request whose target holds `hold`. */
	readonly answer: Answer = ({ target, method, body }) => {
		const name = target.split("/").at(-1) ?? "";
		if (!target.includes("hold")) return responseText(200, [], `${method} ${name} ${body}`);
		const { promise, resolve } = Promise.withResolvers<string>();
		this.#waiting.push({ target, answer: resolve });
		this.most = Math.max(this.most, this.#waiting.length);
		return promise;
	};

	get count(): number {
		return this.#waiting.length;
	}

	/** What is held, oldest first: the last part of each target. */
	get names(): string[] {
		return this.#waiting.map(({ target }) => target.split("/").at(-1) ?? "");
	}

	async reaches(count: number): Promise<void> {
		await eventually(
			() => this.count === count,
			() => `${count} requests at the node; there are ${this.count}`,
		);
	}

	/** Answers the oldest; its name. */
	release(): string {
		const first = this.#waiting.shift();
		if (first === undefined) throw new Error("nothing is held");
		const name = first.target.split("/").at(-1) ?? "";
		first.answer(responseText(200, [], name));
		return name;
	}
}

/** Sends a request on a connection of its own, and leaves its response for later. */
export async function asked(scope: Scope, port: number, method: string, path: string, body = ""): Promise<RawSocket> {
	const client = await connectRaw(scope, port);
	await client.send(requestText(method, path, { body }));
	return client;
}
