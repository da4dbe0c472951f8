import { dlopen } from "node:ffi";
import { closeSync, readSync } from "node:fs";
import type { Scope } from "./deadline.ts";

const AF_UNIX = 1;
/** SOCK_DGRAM, SOCK_NONBLOCK and SOCK_CLOEXEC of Linux. */
const DATAGRAM = 0o2 | 0o4000 | 0o2000000;

/** A datagram socket of the Unix domain, as /dev/log is one. @returns all that has come up to now, a line a datagram */
export function receiveDatagrams(scope: Scope, path: string): () => string {
	const { functions } = dlopen(null, {
		socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
		bind: { arguments: ["i32", "pointer", "u32"], return: "i32" },
	});
	const descriptor = Number(functions.socket(AF_UNIX, DATAGRAM, 0));
	const address = Buffer.alloc(110);
	address.writeUInt16LE(AF_UNIX, 0);
	address.write(path, 2);
	if (Number(functions.bind(descriptor, address, address.length)) !== 0) throw new Error(`no socket at ${path}`);
	scope.after(() => closeSync(descriptor));
	let received = "";
	return () => {
		const buffer = Buffer.alloc(16_384);
		for (;;) {
			try {
				received += `${buffer.toString("utf8", 0, readSync(descriptor, buffer))}\n`;
			} catch {
				return received;
			}
		}
	};
}
