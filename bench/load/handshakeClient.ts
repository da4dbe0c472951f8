/**
 * TLS handshakes and nothing else: connect, shake hands, close. Several loops side by side for a number of seconds, then one line of JSON.
 * One suite and one group are offered, so that every server does the same arithmetic (newer OpenSSL would add ML-KEM where it can).
 * Arguments: port, seconds, `full` or `resumed`. A resumed handshake offers the one ticket its loop was given first.
 */

import { type ConnectionOptions, connect } from "node:tls";
import { TLS_CIPHER, TLS_GROUP, TLS_VERSION } from "./tlsSettings.ts";

const LOOPS = 16;
const [port = "0", seconds = "1", kind = "full"] = process.argv.slice(2);
const options: ConnectionOptions = {
	host: "127.0.0.1",
	port: Number(port),
	servername: "bench.test",
	rejectUnauthorized: false,
	minVersion: TLS_VERSION,
	ciphers: TLS_CIPHER,
	ecdhCurve: TLS_GROUP,
	ALPNProtocols: ["http/1.1"],
};

const times: number[] = [];
let errors = 0;

/** A first handshake, kept open until its ticket has come. */
function ticket(): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const socket = connect(options);
		socket.setTimeout(5000, () => socket.destroy(new Error("no session ticket in 5 s")));
		socket.once("session", (session) => {
			resolve(session);
			socket.end();
		});
		socket.on("error", reject);
		socket.resume();
	});
}

function shakeHands(session: Buffer | null): Promise<void> {
	return new Promise((resolve) => {
		const start = performance.now();
		const socket = connect(session === null ? options : { ...options, session });
		socket.setNoDelay(true);
		socket.once("secureConnect", () => {
			times.push(performance.now() - start);
			if (socket.isSessionReused() !== (session !== null)) errors++;
			socket.end();
		});
		socket.once("error", () => {
			errors++;
		});
		socket.once("close", () => resolve());
		socket.resume();
	});
}

async function loop(until: number): Promise<void> {
	const session = kind === "resumed" ? await ticket() : null;
	while (performance.now() < until) await shakeHands(session);
}

const start = performance.now();
try {
	await Promise.all(Array.from({ length: LOOPS }, () => loop(start + Number(seconds) * 1000)));
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
}
const elapsed = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
process.stdout.write(`${JSON.stringify({ completed: times.length, seconds: elapsed, p50: quantile(0.5), p99: quantile(0.99), errors })}\n`);
