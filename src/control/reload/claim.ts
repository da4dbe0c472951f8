/** Addresses to listen on, before workers share them. */

import { createServer } from "node:net";
import type { ListenerPlan } from "../../plan/listener.ts";

/**
 * Makes sure that nobody else listens there (`reusePort` would share the address in silence), and turns port 0 into a real one.
 *
 * @param ours listeners that are open already
 * @throws Error whose message says what is in the way
 */
export async function claim(listener: ListenerPlan, ours: readonly ListenerPlan[] = []): Promise<ListenerPlan> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const probe = createServer();
	probe.once("error", (error: NodeJS.ErrnoException) => reject(new Error(explain(listener, error, ours))));
	probe.listen({ host: listener.host, port: listener.port, ipv6Only: listener.ipv6Only, exclusive: true }, () => {
		const address = probe.address();
		const port = typeof address === "object" && address !== null ? address.port : listener.port;
		probe.close(() => resolve(port));
	});
	return { ...listener, port: await promise };
}

function explain({ name, port }: ListenerPlan, error: NodeJS.ErrnoException, ours: readonly ListenerPlan[]): string {
	const own = ours.find((other) => other.port === port);
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
