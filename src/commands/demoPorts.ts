/** Ports of the demo: those that its user names, and free ones. */
import { createServer } from "node:net";
import { UsageError } from "./usageError.ts";

const HOST = "127.0.0.1";

/** @throws UsageError if it is none @param option `--port`, for the message */
export function portOf(text: string, option: string): number {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (port < 1 || port > 65_535) throw new UsageError(`${option} ${JSON.stringify(text)} is not a port: write a number from 1 to 65535`);
	return port;
}

/** @throws Error in one line, with what to do, if this machine does not let the demo listen there */
export async function claimPort(port: number, option: string): Promise<void> {
	const problem = await listenError(port);
	if (problem === null) return;
	const why =
		problem === "EADDRINUSE" ? "is in use" : problem === "EACCES" ? "needs more rights than you have" : `cannot be opened (${problem})`;
	throw new Error(`port ${port} ${why}: choose another one with ${option}, for example ${option} ${port < 60_000 ? port + 1000 : 9443}`);
}

/** The port if it can be opened, otherwise a free one. */
export async function preferPort(port: number): Promise<number> {
	return (await listenError(port)) === null ? port : freePort();
}

/** On loopback, and free a moment ago. */
export function freePort(): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const server = createServer();
	server.once("error", reject);
	server.listen(0, HOST, () => {
		const address = server.address();
		server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
	});
	return promise;
}

/** The system's code, or null if the port can be opened. */
function listenError(port: number): Promise<string | null> {
	const { promise, resolve } = Promise.withResolvers<string | null>();
	const server = createServer();
	server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "an error"));
	server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(null)));
	return promise;
}
