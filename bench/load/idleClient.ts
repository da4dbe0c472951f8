/**
 * Opens connections, asks once on each, and holds them all until its standard input ends. Prints `held N` when the last response has come.
 * Arguments: port, `plain` or `tls`, number of connections.
 */

import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { TLS_CIPHER, TLS_GROUP, TLS_VERSION } from "./tlsSettings.ts";

const AT_ONCE = 50;
const TLS = { minVersion: TLS_VERSION, ciphers: TLS_CIPHER, ecdhCurve: TLS_GROUP } as const;
const [port = "0", kind = "plain", count = "1"] = process.argv.slice(2);
const request = "GET /is-small HTTP/1.1\r\nHost: bench.test\r\n\r\n";
const held = new Set<Socket>();

function open(): Promise<void> {
	return new Promise((resolve, reject) => {
		const base = { host: "127.0.0.1", port: Number(port) };
		const socket =
			kind === "tls" ? connectTls({ ...base, servername: "bench.test", rejectUnauthorized: false, ...TLS }) : connectPlain(base);
		socket.once(kind === "tls" ? "secureConnect" : "connect", () => socket.write(request));
		let answer = "";
		socket.on("data", (chunk: Buffer) => {
			answer += chunk.toString("latin1");
			if (answer.includes("hello from the origin\n")) {
				held.add(socket);
				resolve();
			}
		});
		socket.on("error", reject);
		socket.once("close", () => {
			held.delete(socket);
			reject(new Error(`connection closed with: ${answer.slice(0, 200)}`));
		});
	});
}

let started = 0;
async function opener(): Promise<void> {
	while (started < Number(count)) {
		started++;
		await open();
	}
}

await Promise.all(Array.from({ length: AT_ONCE }, opener));
process.stdout.write(`held ${held.size}\n`);
process.stdin.resume();
process.stdin.once("end", () => {
	process.stdout.write(`left ${held.size}\n`, () => process.exit(0));
});
