import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Worker } from "node:worker_threads";

export interface TestServer {
	readonly port: number;
	/** What clients have sent, a text for each connection. */
	readonly received: readonly string[];
	/** Connections that are open. */
	readonly open: () => number;
	close(): Promise<void>;
}

/** A server that does what it is told with each connection, once the head of a request is there (or at once, with `atOnce`). */
export async function rawServer(
	answer: (socket: Socket) => void,
	options: { readonly tls?: { readonly cert: string; readonly key: string }; readonly atOnce?: boolean } = {},
): Promise<TestServer> {
	const sockets = new Set<Socket>();
	const received: string[] = [];
	const onSocket = (socket: Socket): void => {
		const index = received.push("") - 1;
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		socket.on("data", (chunk: Buffer) => {
			const before = received[index] ?? "";
			received[index] = before + chunk.toString();
			if (!before.includes("\r\n\r\n") && (received[index] ?? "").includes("\r\n\r\n") && options.atOnce !== true) answer(socket);
		});
		if (options.atOnce === true) answer(socket);
	};
	const server: Server = options.tls === undefined ? createServer(onSocket) : createTlsServer(options.tls, onSocket);
	server.on("tlsClientError", () => {});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		received,
		open: () => sockets.size,
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

/** A response with a body. */
export function answering(status: number, body = "", head = ""): (socket: Socket) => void {
	return (socket) => socket.end(`HTTP/1.1 ${status} Text\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${head}\r\n${body}`);
}

/** A port where nobody listens. */
export async function refusingPort(): Promise<number> {
	const server = await rawServer(() => {});
	await server.close();
	return server.port;
}

/** A port that listens and whose queue is full: connecting to it takes for ever. */
export async function blackHole(): Promise<{ readonly port: number; close(): Promise<void> }> {
	const latch = new Int32Array(new SharedArrayBuffer(4));
	// Its thread sleeps, so it accepts nobody.
	const worker = new Worker(
		`const { parentPort, workerData } = require("node:worker_threads");
		const server = require("node:net").createServer();
		server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
			parentPort.postMessage(server.address().port);
			setImmediate(() => Atomics.wait(workerData, 0, 0));
		});`,
		{ eval: true, workerData: latch },
	);
	const [port] = (await once(worker, "message")) as [number];
	// The queue takes one more than it is told.
	const fillers = [connect({ port, host: "127.0.0.1" }), connect({ port, host: "127.0.0.1" })];
	await Promise.all(fillers.map((socket) => once(socket, "connect")));
	return {
		port,
		async close() {
			for (const socket of fillers) socket.destroy();
			Atomics.store(latch, 0, 1);
			Atomics.notify(latch, 0);
			await worker.terminate();
		},
	};
}
