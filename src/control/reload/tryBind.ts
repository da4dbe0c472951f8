/** Binds an address once before the workers share it. */

import { createServer } from "node:net";
import type { ListenerPlan } from "../../plan/listener.ts";

/**
 * Checks that no other process listens on the address (`reusePort` would share it without an error), and replaces port 0 by a real one.
 *
 * @param open listeners that are open already
 * @throws Error whose message names the obstacle
 */
export async function tryBind(listener: ListenerPlan, open: readonly ListenerPlan[] = []): Promise<ListenerPlan> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const probe = createServer();
	probe.once("error", (error: NodeJS.ErrnoException) => reject(new Error(explain(listener, error, open))));
	probe.listen({ host: listener.host, port: listener.port, ipv6Only: listener.ipv6Only, exclusive: true }, () => {
		const address = probe.address();
		const port = typeof address === "object" && address !== null ? address.port : listener.port;
		probe.close(() => resolve(port));
	});
	return { ...listener, port: await promise };
}

function explain({ name, port }: ListenerPlan, error: NodeJS.ErrnoException, open: readonly ListenerPlan[]): string {
	const own = open.find((other) => other.port === port);
	switch (error.code) {
		case "EADDRINUSE":
			if (own !== undefined) return `cannot listen on ${name} while listening on ${own.name}: this change takes a restart`;
			return `cannot listen on ${name}: the port is in use; stop the other program or choose another port`;
		case "EACCES":
			return `cannot listen on ${name}: not allowed; ports below 1024 need root or CAP_NET_BIND_SERVICE`;
		case "EADDRNOTAVAIL":
			return `cannot listen on ${name}: this machine does not have that address`;
		default:
			return `cannot listen on ${name}: ${error.message}`;
	}
}
