import { connect } from "node:net";
import { within } from "../../harness/deadline.ts";

/** Resolves when the port takes no more connections: every worker has begun to drain. */
export async function untilRefused(port: number): Promise<void> {
	const attempt = async () => {
		while (await accepts(port));
	};
	await within(attempt(), `connections to ${port} being refused`);
}

async function accepts(port: number): Promise<boolean> {
	const tried = Promise.withResolvers<boolean>();
	const socket = connect(port, "127.0.0.1");
	socket.once("connect", () => tried.resolve(true));
	socket.once("error", () => tried.resolve(false));
	// While it empties its queue, Portico leaves new clients without an answer: they would try again after a second.
	socket.setTimeout(200, () => tried.resolve(false));
	const accepted = await tried.promise;
	socket.destroy();
	return accepted;
}
