import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/**
 * What accepted and dialled sockets have in common. The high-water mark is larger than Node's 16 KiB so that
 * large bodies need fewer turns.
 */
export const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true, highWaterMark: 128 * 1024 } as const;

export function isSecure(socket: Socket): socket is TLSSocket {
	return "getProtocol" in socket;
}
