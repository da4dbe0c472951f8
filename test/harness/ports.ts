import { connect } from "node:net";
import type { Child } from "./child.ts";
import { within } from "./deadline.ts";

export { freePorts } from "../../estate/freePorts.ts";

/** Waits until the program accepts connections on the port. */
export async function untilListening(child: Child, port: number, milliseconds = 10_000): Promise<void> {
	const attempt = async () => {
		while (!(await accepts(port))) {
			if (child.exit !== null) throw new Error(`the program ended before it listened; output:\n${child.output}`);
			// There is nothing to wait for but time: the program does not tell when it listens.
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	};
	await within(attempt(), () => `port ${port}; output:\n${child.output}`, milliseconds);
}

/** Whether somebody takes connections there. */
export async function accepts(port: number): Promise<boolean> {
	const tried = Promise.withResolvers<boolean>();
	const socket = connect(port, "127.0.0.1");
	socket.once("connect", () => tried.resolve(true));
	socket.once("error", () => tried.resolve(false));
	const accepted = await tried.promise;
	socket.destroy();
	return accepted;
}
