/**
 * Datagram sockets of the Unix domain, which Node's own modules cannot open: `/dev/log` is one. Only socket(2) and connect(2) are called by
 * node:ffi; the descriptor never blocks. Linux alone.
 */
import { closeSync, writeSync } from "node:fs";

const AF_UNIX = 1;
/** SOCK_DGRAM, SOCK_NONBLOCK and SOCK_CLOEXEC of Linux. */
const DATAGRAM = 0o2 | 0o4000 | 0o2000000;
/** sockaddr_un: two bytes of the family, then the path with a zero byte at its end. */
const ADDRESS_BYTES = 110;
const LONGEST_PATH = 107;

export interface UnixDatagram {
	/** One datagram. False: the reader's queue is full. @throws Error of the operating system */
	send(message: Buffer): boolean;
	close(): void;
}

/** @returns null if the socket is no datagram socket, or cannot be opened in this way @throws Error if nobody reads there */
export async function openUnixDatagram(path: string): Promise<UnixDatagram | null> {
	const calls = await system();
	if (calls === null || Buffer.byteLength(path) > LONGEST_PATH) return null;
	const descriptor = calls.socket(AF_UNIX, DATAGRAM, 0);
	if (descriptor < 0) return null;
	const address = Buffer.alloc(ADDRESS_BYTES);
	address.writeUInt16LE(AF_UNIX, 0);
	address.write(path, 2);
	if (calls.connect(descriptor, address, ADDRESS_BYTES) !== 0) {
		closeSync(descriptor);
		return null;
	}
	return {
		send(message) {
			try {
				writeSync(descriptor, message);
				return true;
			} catch (error) {
				if (error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "ENOBUFS")) return false;
				throw error;
			}
		},
		close: () => closeSync(descriptor),
	};
}

interface Calls {
	socket(domain: number, type: number, protocol: number): number;
	connect(descriptor: number, address: Buffer, bytes: number): number;
}

let known: Calls | null | undefined;

/** Null: there is no node:ffi here, or another system. */
async function system(): Promise<Calls | null> {
	if (known !== undefined) return known;
	try {
		const { dlopen } = await import("node:ffi");
		const { functions } = dlopen(null, {
			socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
			connect: { arguments: ["i32", "pointer", "u32"], return: "i32" },
		});
		known = {
			socket: (domain, type, protocol) => Number(functions.socket(domain, type, protocol)),
			connect: (descriptor, address, bytes) => Number(functions.connect(descriptor, address, bytes)),
		};
	} catch {
		known = null;
	}
	return known;
}
