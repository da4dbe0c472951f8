import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../../test/harness/certs.ts";
import { type Scope, within } from "../../../test/harness/deadline.ts";
import { startRawServer } from "../../../test/harness/rawServer.ts";
import type { RawSocket } from "../../../test/harness/rawSocket.ts";
import { TurnClock } from "../../clock.ts";
import type { Connection, DialHandler } from "../connection.ts";
import { lend } from "../lease.ts";
import { NodeTransport } from "./nodeTransport.ts";

const authority = await TestAuthority.create();
const certificate = await authority.issue();

interface Ends {
	readonly ours: Connection;
	readonly peer: RawSocket;
	readonly drained: Promise<void>;
	readonly closed: Promise<Error | null>;
	/** How often we were told to go on. */
	drains(): number;
}

/** A connection that we dialled, and its far end, which reads only what a test asks for. */
async function ends(scope: Scope, secure: boolean): Promise<Ends> {
	const server = await startRawServer(scope, () => undefined, secure ? { tls: certificate } : {});
	const tls = { ca: authority.cert, pinnedSha256: null, verify: true, serverName: null, protocols: ["http/1.1"] };
	const opened = Promise.withResolvers<void>();
	const drained = Promise.withResolvers<void>();
	const closed = Promise.withResolvers<Error | null>();
	let drains = 0;
	const handler: DialHandler = {
		onOpen: opened.resolve,
		onData() {},
		onDrain() {
			drains++;
			drained.resolve();
		},
		onPeerEnd() {},
		onClose: closed.resolve,
	};
	const ours = new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port: server.port }, secure ? tls : null).dial(handler);
	scope.after(() => ours.destroy());
	await within(opened.promise, "the connection");
	return { ours, peer: await server.connection(0), drained: drained.promise, closed: closed.promise, drains: () => drains };
}

/** Memory whose lease counts. */
function leased(size: number): { chunk: Buffer; users(): number } {
	const chunk = Buffer.allocUnsafeSlow(size).fill("l");
	let users = 0;
	lend(chunk.buffer, {
		retain() {
			users++;
		},
		release() {
			users--;
		},
	});
	return { chunk, users: () => users };
}

for (const secure of [false, true]) {
	const over = secure ? "over TLS" : "plain";

	test(`${over}: bytes arrive in order, though each chunk's memory is used again at once; an end waits for them`, async (t) => {
		const { ours, peer, closed } = await ends(t, secure);
		const memory = Buffer.alloc(200 * 1024);
		let expected = "";
		for (let i = 0; i < 120; i++) {
			const size = [1, 0, 100, 8192, 8193, 16_384, 65_536, 180_000][i % 8] ?? 1;
			const fill = String.fromCharCode(1 + (i % 255));
			memory.fill(fill, 0, size, "latin1");
			const text = i % 5 === 0 ? "" : `${i}:\xff\x80`;
			if (i % 3 === 0) ours.write(text);
			if (i % 3 === 0) ours.write(memory.subarray(0, size));
			else ours.writeBoth(text, memory.subarray(0, size));
			memory.fill("!");
			expected += `${text}${fill.repeat(size)}`;
		}
		ours.end();
		assert.equal(ours.write("after the end"), false);
		const received = await peer.readBytes(expected.length, 20_000);
		assert.ok(received.equals(Buffer.from(expected, "latin1")));
		assert.equal(await peer.ended(), "end");
		peer.end();
		assert.equal(await within(closed, "the close"), null);
	});

	test(`${over}: a peer that does not read blocks, its reading drains once`, async (t) => {
		const { ours, peer, drained, drains } = await ends(t, secure);
		peer.pause();
		let written = 0;
		for (let more = true; more || written < 32 * 1024 * 1024; written += 65_536) more = ours.write(Buffer.alloc(65_536));
		assert.equal(ours.blocked, true);
		peer.resume();
		await peer.readBytes(written, 20_000);
		await within(drained, "the drain");
		assert.deepEqual([ours.blocked, drains()], [false, 1]);
		assert.equal(ours.write("more"), true);
		assert.equal((await peer.readBytes(4)).toString(), "more");
	});

	test(`${over}: leased memory is retained while it waits, and released when it is sent, or when the connection is closed`, async (t) => {
		for (const end of ["read", "destroy"] as const) {
			const { ours, peer, drained, closed } = await ends(t, secure);
			peer.pause();
			let written = 0;
			while (ours.write(Buffer.alloc(65_536)) || written < 32 * 1024 * 1024) written += 65_536;
			const { chunk, users } = leased(65_536);
			ours.write(chunk);
			ours.write(chunk.subarray(10_000));
			assert.equal(users(), 2);
			if (end === "destroy") {
				ours.destroy();
				await within(closed, "the close");
			} else {
				peer.resume();
				await within(drained, "the drain", 20_000);
			}
			assert.equal(users(), 0);
		}
	});

	test(`${over}: a write to a peer that reset closes the connection, after what the peer sent was read`, async (t) => {
		const { ours, peer, closed } = await ends(t, secure);
		let received = "";
		ours.handler = { ...ours.handler, onData: (chunk) => (received += chunk), onClose: ours.handler.onClose };
		await peer.send("refused");
		peer.destroy();
		const error = within(closed, "the close");
		for (let i = 0; i < 1000 && received === ""; i++) {
			ours.write(Buffer.alloc(20_000));
			await new Promise(setImmediate);
		}
		ours.write("x");
		await Promise.race([error, new Promise((resolve) => setTimeout(resolve, 1000))]);
		assert.equal(received, "refused");
		ours.destroy();
		await error;
	});
}
