import type { Socket } from "node:net";
import { PorticoError } from "../../errors.ts";
import { parseProxyHeader } from "../proxyProtocol.ts";

export interface ProxiedPeer {
	readonly address: string;
	readonly port: number;
}

/**
 * Reads the PROXY protocol header that a connection begins with and gives back what follows it. `done` comes
 * once: with the client it names (null for LOCAL and UNKNOWN), or with the error after which the socket is to
 * be dropped.
 */
export function readProxyHeader(socket: Socket, timeoutMs: number, done: (result: ProxiedPeer | null | PorticoError) => void): void {
	let seen = Buffer.alloc(0);
	const timer = setTimeout(() => finish(new PorticoError("proxy_protocol_error", { detail: "timeout" })), timeoutMs);
	const finish = (result: ProxiedPeer | null | PorticoError) => {
		clearTimeout(timer);
		socket.off("readable", onReadable);
		socket.off("end", onGone);
		socket.off("close", onGone);
		socket.off("error", onGone);
		done(result);
	};
	const onGone = () => finish(new PorticoError("proxy_protocol_error", { detail: "closed" }));
	const onReadable = () => {
		const chunk: Buffer | null = socket.read();
		if (chunk === null) return;
		seen = Buffer.concat([seen, chunk]);
		try {
			const header = parseProxyHeader(seen);
			if (header === null) return;
			const rest = seen.subarray(header.bytes);
			if (rest.length > 0) socket.unshift(rest);
			finish(header.source);
		} catch (error) {
			finish(error instanceof PorticoError ? error : new PorticoError("proxy_protocol_error", { cause: error }));
		}
	};
	socket.on("readable", onReadable);
	socket.on("end", onGone);
	socket.on("close", onGone);
	socket.on("error", onGone);
}
