import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { TestAuthority } from "../../../test/harness/certs.ts";
import type { Scope } from "../../../test/harness/deadline.ts";
import { freePorts } from "../../../test/harness/ports.ts";
import { connectRaw } from "../../../test/harness/rawClient.ts";
import { type Script, startRawServer } from "../../../test/harness/rawServer.ts";
import { dialFailure } from "./dialFailure.ts";

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

for (const [code, expected] of [
	["ECONNREFUSED", "refused"],
	["ECONNRESET", "refused"],
	["ETIMEDOUT", "timeout"],
	["ENOTFOUND", "dns"],
	["EAI_AGAIN", "local"],
	["EHOSTUNREACH", "unroutable"],
	["ENETUNREACH", "unroutable"],
	["EADDRNOTAVAIL", "local"],
	["EMFILE", "local"],
	["ENOBUFS", "local"],
	["ESOMETHINGNEW", "refused"],
] as const) {
	test(`${code} while connecting is ${expected}, with and without TLS`, () => {
		assert.equal(dialFailure(withCode(code), false).reason, expected);
		assert.equal(dialFailure(withCode(code), true).reason, expected);
	});
}

for (const code of [
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
	"SELF_SIGNED_CERT_IN_CHAIN",
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"CERT_HAS_EXPIRED",
	"CERT_NOT_YET_VALID",
	"CERT_REVOKED",
	"HOSTNAME_MISMATCH",
	"INVALID_CA",
	"ERR_TLS_CERT_ALTNAME_INVALID",
]) {
	test(`${code} is a certificate error`, () => assert.equal(dialFailure(withCode(code), true).reason, "tlsCertificate"));
}

test("an orderly end before the connection was ready is no refusal", () => {
	assert.equal(dialFailure(null, false).reason, "terminated");
});

test("a port where nobody listens refuses", async (t) => {
	const [port = 0] = await freePorts(1);
	await assert.rejects(connectRaw(t, port), (error: Error) => dialFailure(error, false).reason === "refused");
});

/** What a real TLS client says about such a server. */
async function handshakeError(scope: Scope, script: Script, options: ConnectionOptions = {}): Promise<Error | null> {
	const server = await startRawServer(scope, script);
	return failureOf({ port: server.port, host: "127.0.0.1", ...options });
}

async function failureOf(options: ConnectionOptions): Promise<Error | null> {
	const { promise, resolve } = Promise.withResolvers<Error | null>();
	const socket = connectTls(options);
	socket.once("error", resolve);
	socket.once("secureConnect", () => resolve(null));
	const error = await promise;
	socket.destroy();
	return error;
}

test("a node that answers a handshake in plain text: a TLS error", async (t) => {
	const error = await handshakeError(t, (connection) => connection.send("HTTP/1.1 400 Bad Request\r\n\r\n"));
	assert.equal(dialFailure(error, true).reason, "tlsProtocol");
});

test("a node that resets inside the handshake", async (t) => {
	const error = await handshakeError(t, async (connection) => {
		await connection.readBytes(1);
		connection.reset();
	});
	assert.equal(dialFailure(error, true).reason, "refused");
});

test("a node whose certificate nobody vouches for, and one with another name", async (t) => {
	const authority = await TestAuthority.create();
	const { port } = await startRawServer(t, () => undefined, { tls: await authority.issue() });
	for (const options of [{}, { ca: authority.cert, servername: "elsewhere" }]) {
		const error = await failureOf({ port, host: "127.0.0.1", ...options });
		assert.equal(dialFailure(error, true).reason, "tlsCertificate");
	}
});

test("a node that speaks no TLS version of ours: a TLS error", async (t) => {
	const authority = await TestAuthority.create();
	const tls = { ...(await authority.issue()), minVersion: "TLSv1.3" } as const;
	const { port } = await startRawServer(t, () => undefined, { tls });
	const error = await failureOf({ port, host: "127.0.0.1", maxVersion: "TLSv1.2" });
	assert.equal(dialFailure(error, true).reason, "tlsProtocol");
});

test("an address that the machine does not have cannot be reached from", async () => {
	const server = createServer();
	const { promise, resolve } = Promise.withResolvers<Error>();
	server.once("error", resolve);
	server.listen(0, "192.0.2.1");
	assert.equal(dialFailure(await promise, false).reason, "local");
});
