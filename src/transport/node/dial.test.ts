import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TestAuthority } from "../../../test/harness/certs.ts";
import { type Scope, within } from "../../../test/harness/deadline.ts";
import { freePorts } from "../../../test/harness/ports.ts";
import { startRawServer } from "../../../test/harness/rawServer.ts";
import { TurnClock } from "../../clock.ts";
import type { ClientTls } from "../../tls/clientTls.ts";
import type { Connection, DialHandler } from "../connection.ts";
import { DialFailure } from "../dialFailure.ts";
import type { Dialler } from "../transport.ts";
import { NodeTransport } from "./nodeTransport.ts";

/** Notes the calls of one dialled connection, in order. */
class Calls implements DialHandler {
	readonly names: string[] = [];
	readonly opened = Promise.withResolvers<void>();
	readonly closed = Promise.withResolvers<Error | null>();
	received = "";
	onOpen(): void {
		this.names.push("open");
		this.opened.resolve();
	}
	onData(chunk: Buffer): void {
		this.names.push("data");
		this.received += chunk.toString();
	}
	onDrain(): void {
		this.names.push("drain");
	}
	onPeerEnd(): void {
		this.names.push("end");
	}
	onClose(error: Error | null): void {
		this.names.push("close");
		this.closed.resolve(error);
	}
}

function dialled(scope: Scope, dialler: Dialler): { connection: Connection; calls: Calls } {
	const calls = new Calls();
	const connection = dialler.dial(calls);
	assert.deepEqual(calls.names, []);
	scope.after(() => connection.destroy());
	return { connection, calls };
}

async function failureOf(scope: Scope, port: number, tls: ClientTls | null): Promise<[reason: string, detail: string | null]> {
	const { calls } = dialled(scope, new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port }, tls));
	const error = await within(calls.closed.promise, "the failure");
	assert.deepEqual(calls.names, ["close"]);
	assert.ok(error instanceof DialFailure);
	return [error.reason, error.detail];
}

const trusting = (ca: string, more: Partial<ClientTls> = {}): ClientTls => ({
	...{ ca, pinnedSha256: null, verify: true, serverName: null, protocols: ["http/1.1"] },
	...more,
});

test("a plain connection opens once, then carries bytes", async (t) => {
	const server = await startRawServer(t, async (connection) => {
		await connection.readUntil("ping");
		await connection.send("pong");
		connection.end();
	});
	const { connection, calls } = dialled(t, new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port: server.port }, null));
	await within(calls.opened.promise, "the connection");
	assert.deepEqual([connection.tlsVersion, connection.alpn], [null, null]);
	connection.write("ping");
	connection.end();
	assert.equal(await within(calls.closed.promise, "the close"), null);
	assert.deepEqual([calls.names, calls.received], [["open", "data", "end", "close"], "pong"]);
});

for (const secure of [false, true]) {
	test(`a ${secure ? "TLS" : "plain"} connection's handle calls the reader itself, and the end and errors reach Node`, async (t) => {
		const authority = await TestAuthority.create();
		const tls = { ...(await authority.issue()), ALPNProtocols: ["http/1.1"] };
		const server = await startRawServer(t, (connection) => void connection.send("hello"), secure ? { tls } : {});
		const stack = Promise.withResolvers<string>();
		class Traced extends Calls {
			override onData(chunk: Buffer): void {
				super.onData(chunk);
				stack.resolve(String(new Error("read").stack));
			}
		}
		const calls = new Traced();
		const target = { host: "127.0.0.1", port: server.port };
		const connection = new NodeTransport(new TurnClock()).dialler(target, secure ? trusting(authority.cert) : null).dial(calls);
		t.after(() => connection.destroy());
		assert.doesNotMatch(await within(stack.promise, "the data"), /onStreamRead/);
		(await server.connection(0)).end();
		connection.end();
		assert.equal(await within(calls.closed.promise, "the close"), null);
		assert.deepEqual([calls.names, calls.received], [["open", "data", "end", "close"], "hello"]);
	});
}

test("over TLS it opens after the handshake, and knows what was negotiated; the next one, which offers the session, as well", async (t) => {
	const authority = await TestAuthority.create();
	const server = await startRawServer(t, (connection) => void connection.send("hello"), {
		tls: { ...(await authority.issue()), ALPNProtocols: ["http/1.1"] },
	});
	const dialler = new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port: server.port }, trusting(authority.cert));
	for (const _ of [1, 2]) {
		const { connection, calls } = dialled(t, dialler);
		await within(calls.opened.promise, "the handshake");
		assert.deepEqual([connection.tlsVersion, connection.alpn], ["TLSv1.3", "http/1.1"]);
		while (calls.received === "") await nextTurn();
		connection.destroy();
		assert.equal(await within(calls.closed.promise, "the close"), null);
		assert.deepEqual(calls.names, ["open", "data", "close"]);
	}
});

test("a port without a listener refuses", async (t) => {
	const [port = 0] = await freePorts(1);
	assert.deepEqual(await failureOf(t, port, null), ["refused", null]);
});

test("a certificate that is not the pinned one fails with `pin`; the pinned one opens whoever signed it", async (t) => {
	const authority = await TestAuthority.create();
	const issued = await authority.issue();
	const server = await startRawServer(t, () => undefined, { tls: issued });
	const pin = createHash("sha256").update(new X509Certificate(issued.cert).raw).digest("hex");
	const pinned = (pinnedSha256: string) => trusting(authority.cert, { ca: null, pinnedSha256 });
	assert.deepEqual(await failureOf(t, server.port, pinned("0".repeat(64))), ["tlsCertificate", "pin"]);
	const { calls } = dialled(t, new NodeTransport(new TurnClock()).dialler({ host: "127.0.0.1", port: server.port }, pinned(pin)));
	await within(calls.opened.promise, "the handshake");
});

test("a certificate of an unknown CA, plain text in place of TLS, and an end inside the handshake each have their reason", async (t) => {
	const [authority, other] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
	const secure = await startRawServer(t, () => undefined, { tls: await authority.issue() });
	assert.deepEqual(await failureOf(t, secure.port, trusting(other.cert)), ["tlsCertificate", null]);
	const plain = await startRawServer(t, (connection) => connection.send("HTTP/1.1 400 Bad Request\r\n\r\n"));
	assert.deepEqual(await failureOf(t, plain.port, trusting(other.cert)), ["tlsProtocol", null]);
	const ending = await startRawServer(t, async (connection) => {
		await connection.readBytes(1);
		connection.end();
	});
	assert.deepEqual(await failureOf(t, ending.port, trusting(other.cert)), ["terminated", null]);
});
