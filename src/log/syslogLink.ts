/** The ways to a syslog server. Each takes messages until it is lost; then its owner opens another. */
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import type { SyslogPlan } from "../plan/syslog.ts";
import { openUnixDatagram } from "../transport/native/unixDatagram.ts";

export interface SyslogLink {
	/** Messages that it takes at once. */
	readonly most: number;
	/** Calls back once the system has taken them; with false if it has no room for them now. */
	send(messages: readonly Buffer[], onSent: (taken: boolean) => void): void;
	close(): void;
}

/** Milliseconds for a connection. */
const CONNECT_MS = 5000;
const BATCH = 64;

/** Rejects if it cannot be opened. @param onLost once, after it was open */
export async function openLink({ target }: SyslogPlan, onLost: (error: Error) => void): Promise<SyslogLink> {
	switch (target.kind) {
		case "udp":
			return openUdp(target.host, target.port, onLost);
		// RFC 6587 section 3.4.1: octet counting.
		case "tcp":
			return openStream(
				connect({ host: target.host, port: target.port }),
				(message) => [Buffer.from(`${message.length} `), message],
				onLost,
			);
		case "unix": {
			const datagrams = await openUnixDatagram(target.path);
			if (datagrams === null) return openStream(connect(target.path), (message) => [message, NEWLINE], onLost);
			return {
				most: 1,
				send([message], onSent) {
					try {
						onSent(message === undefined || datagrams.send(message));
					} catch (error) {
						onLost(error instanceof Error ? error : new Error(String(error)));
					}
				},
				close: () => datagrams.close(),
			};
		}
	}
}

const NEWLINE = Buffer.from("\n");

function openUdp(host: string, port: number, onLost: (error: Error) => void): Promise<SyslogLink> {
	const { promise, resolve, reject } = Promise.withResolvers<SyslogLink>();
	const socket = createSocket({ type: host.includes(":") ? "udp6" : "udp4" });
	let isOpen = false;
	socket.on("error", (error) => {
		if (!isOpen) {
			socket.close();
			return reject(error);
		}
		isOpen = false;
		onLost(error);
	});
	socket.connect(port, host, () => {
		isOpen = true;
		socket.unref();
		resolve({
			most: 1,
			send([message], onSent) {
				// The kernel tells of an earlier datagram that nobody took; this one is gone as well.
				socket.send(message ?? "", (error) => onSent(error === null));
			},
			close: () => {
				isOpen = true;
				socket.removeAllListeners("error");
				socket.on("error", () => {});
				socket.close();
			},
		});
	});
	return promise;
}

function openStream(socket: Socket, frame: (message: Buffer) => readonly Buffer[], onLost: (error: Error) => void): Promise<SyslogLink> {
	const { promise, resolve, reject } = Promise.withResolvers<SyslogLink>();
	let isOpen = false;
	let cause = new Error("the server closed the connection");
	socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error("no connection in time")));
	socket.on("error", (error) => {
		cause = error;
	});
	socket.once("close", () => {
		if (!isOpen) return reject(cause);
		isOpen = false;
		onLost(cause);
	});
	// Nothing is expected; but who does not read does not see the end either.
	socket.on("end", () => socket.destroy());
	socket.resume();
	socket.once("connect", () => {
		isOpen = true;
		socket.setTimeout(0);
		socket.unref();
		resolve({
			most: BATCH,
			send(messages, onSent) {
				socket.write(Buffer.concat(messages.flatMap(frame)), (error) => {
					if (error === null || error === undefined) onSent(true);
				});
			},
			close: () => {
				socket.removeAllListeners("close");
				socket.end();
				socket.destroySoon();
			},
		});
	});
	return promise;
}
