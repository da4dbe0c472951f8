/**
 * Node's `onread` option lets a dialled socket read into a given buffer. An accepted socket has no such
 * option, so what it does is done by hand here: that saves an allocation, a Buffer object and a walk through
 * node:stream per read, about 2 µs. Then the socket's handle calls the reader without Node's own callback
 * between them, which saves 0.3 µs more per read. Where Node's inside is not as expected, sockets keep
 * their `data` events and callbacks, and nothing else changes.
 */
import { Socket } from "node:net";
import type { Reader } from "./reader.ts";

/** What `net.connect` and `tls.connect` take as `onread`. */
export interface OnRead {
	readonly buffer: () => Buffer;
	readonly callback: (bytes: number) => boolean;
}

interface ReadHandle {
	useUserBuffer?(buffer: Uint8Array): void;
	/** Called after each read, with this handle as `this`; returns where the next one goes. */
	onread?: ReadCallback;
	/** Bytes read so far. */
	readonly bytesRead?: number;
}

type ReadCallback = (this: ReadHandle, memory: unknown) => Buffer | undefined;

type Inside = Record<symbol, unknown> & { _handle?: ReadHandle | null };

const symbols: readonly symbol[] | null = (() => {
	const callback = () => true;
	const sample = Buffer.alloc(1);
	const probe = new Socket({ onread: { buffer: sample, callback } });
	const own = Object.getOwnPropertySymbols(probe);
	const inside = probe as unknown as Inside;
	const found: symbol[] = [];
	for (const name of ["kBuffer", "kBufferCb", "kBufferGen"]) {
		const symbol = own.find(({ description }) => description === name);
		if (symbol !== undefined) found.push(symbol);
	}
	const [buffer, call] = found;
	if (found.length < 3 || buffer === undefined || call === undefined) return null;
	return inside[buffer] === sample && inside[call] === callback ? found : null;
})();

/** Makes an accepted socket read through a {@link Reader}, if possible. */
export function attachReader(socket: Socket, reader: Reader): void {
	const inside = socket as unknown as Inside;
	const handle = inside._handle;
	if (symbols === null || typeof handle?.useUserBuffer !== "function") return;
	const [buffer, callback, generator] = symbols as [symbol, symbol, symbol];
	if (!(buffer in inside)) return;
	const first = reader.next() as Buffer;
	inside[buffer] = first;
	inside[callback] = reader.read;
	inside[generator] = reader.next;
	handle.useUserBuffer(first);
	callDirectly(socket, reader);
}

/** Lets the handle of a connected socket that reads into the reader's buffers call the reader itself, if possible. */
export function callDirectly(socket: Socket, reader: Reader): void {
	const handle = (socket as unknown as Inside)._handle;
	const { onread: nodes, bytesRead } = handle ?? {};
	if (symbols === null || handle == null || typeof nodes !== "function" || typeof bytesRead !== "number") return;
	let before = bytesRead;
	handle.onread = function (memory) {
		const all = this.bytesRead ?? 0;
		const bytes = all - before;
		// An error or the end, which are Node's to handle.
		if (bytes <= 0) return nodes.call(this, memory);
		before = all;
		return reader.receive(bytes);
	};
}
