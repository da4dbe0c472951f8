/** What is agreed on in a TLS handshake: version, cipher, application protocol. The list is Mozilla's intermediate one, version 5.7. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getCiphers } from "node:tls";
import { TestAuthority } from "../../harness/certs.ts";
import { openStage } from "../../harness/stage.ts";
import { secured, shakeHands } from "./tlsClient.ts";

const authority = await TestAuthority.create();
const [ecdsa, rsa] = await Promise.all([authority.issue(), authority.issue({ names: ["rsa.test"], rsa: true })]);
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [
				{
					address: "127.0.0.1:0",
					http2: true,
					tls: {
						certificates: [
							{ cert: "ecdsa.pem", key: "ecdsa.key" },
							{ cert: "rsa.pem", key: "rsa.key" },
						],
					},
				},
				{
					address: "127.0.0.1:0",
					tls: {
						certificates: [{ cert: "rsa.pem", key: "rsa.key" }],
						ciphers: ["TLS_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA"],
					},
				},
			],
		},
		portico: { files: { "ecdsa.pem": ecdsa.cert, "ecdsa.key": ecdsa.key, "rsa.pem": rsa.cert, "rsa.key": rsa.key } },
	},
);

/** Lets this side agree to old versions and weak ciphers, so that a refusal is the server's. */
const LAX = ":@SECLEVEL=0";

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
	test(`${version} is spoken`, async (t) => {
		const socket = await secured(t, stage.port, { minVersion: version, maxVersion: version });
		assert.equal(socket.getProtocol(), version);
	});
}

for (const version of ["TLSv1", "TLSv1.1"] as const) {
	test(`${version} is refused`, async (t) => {
		const result = await shakeHands(t, stage.port, { minVersion: version, maxVersion: version, ciphers: `ALL${LAX}` });
		assert.deepEqual(result, { error: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
	});
}

test("the TLS 1.2 ciphers are those of Mozilla's intermediate list without finite-field Diffie-Hellman", async (t) => {
	const accepted = new Set<string>();
	for (const cipher of getCiphers().filter((name) => !name.startsWith("tls_"))) {
		for (const servername of ["localhost", "rsa.test"]) {
			const options = { servername, ciphers: cipher.toUpperCase() + LAX, maxVersion: "TLSv1.2" } as const;
			const result = await shakeHands(t, stage.port, options);
			if (!("socket" in result)) continue;
			accepted.add(result.socket.getCipher().name);
			result.socket.destroy();
		}
	}
	assert.deepEqual([...accepted].sort(), [
		"ECDHE-ECDSA-AES128-GCM-SHA256",
		"ECDHE-ECDSA-AES256-GCM-SHA384",
		"ECDHE-ECDSA-CHACHA20-POLY1305",
		"ECDHE-RSA-AES128-GCM-SHA256",
		"ECDHE-RSA-AES256-GCM-SHA384",
		"ECDHE-RSA-CHACHA20-POLY1305",
	]);
});

for (const cipher of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
	test(`TLS 1.3 with ${cipher} is spoken`, async (t) => {
		const socket = await secured(t, stage.port, { ciphers: cipher, minVersion: "TLSv1.3" });
		assert.equal(socket.getCipher().name, cipher);
	});
}

test("the client's order of ciphers counts: a phone without AES in hardware gets ChaCha20", async (t) => {
	const ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256";
	const socket = await secured(t, stage.port, { ciphers, maxVersion: "TLSv1.2" });
	assert.equal(socket.getCipher().name, "ECDHE-ECDSA-CHACHA20-POLY1305");
});

for (const curve of ["X25519", "prime256v1", "secp384r1"]) {
	test(`a client that offers only the curve ${curve} is served`, async (t) => {
		assert.equal((await secured(t, stage.port, { ecdhCurve: curve })).getProtocol(), "TLSv1.3");
	});
}

test("ALPN: h2 is chosen where the client offers it, else http/1.1", async (t) => {
	assert.equal((await secured(t, stage.port, { ALPNProtocols: ["http/1.1"] })).alpnProtocol, "http/1.1");
	assert.equal((await secured(t, stage.port, { ALPNProtocols: ["http/1.1", "h2"] })).alpnProtocol, "h2");
});

test("ALPN: a client that offers none is served", async (t) => {
	assert.equal((await secured(t, stage.port)).alpnProtocol, false);
});

test("ALPN: a client that speaks nothing of ours is refused with the alert for it", async (t) => {
	const result = await shakeHands(t, stage.port, { ALPNProtocols: ["imap"] });
	assert.deepEqual(result, { error: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" });
});

test("a client cannot renegotiate TLS 1.2", async (t) => {
	const socket = await secured(t, stage.port, { maxVersion: "TLSv1.2" });
	const done = Promise.withResolvers<Error | null>();
	socket.once("error", done.resolve);
	socket.renegotiate({ rejectUnauthorized: false }, (error) => done.resolve(error));
	const error = await done.promise;
	assert.equal((error as NodeJS.ErrnoException | null)?.code, "ERR_SSL_NO_RENEGOTIATION");
});

test("a list of its own: its ciphers and no others", async (t) => {
	const [, port = 0] = stage.portico.ports;
	const agreed = async (maxVersion: "TLSv1.2" | "TLSv1.3", ciphers: string) => {
		const result = await shakeHands(t, port, { maxVersion, ciphers });
		return "error" in result ? result.error : result.socket.getCipher().name;
	};
	assert.equal(await agreed("TLSv1.3", "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"), "TLS_CHACHA20_POLY1305_SHA256");
	assert.equal(await agreed("TLSv1.3", "TLS_AES_128_GCM_SHA256"), "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE");
	assert.equal(await agreed("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"), "ECDHE-RSA-AES256-GCM-SHA384");
	assert.equal(await agreed("TLSv1.2", "ECDHE-RSA-AES128-SHA"), "ECDHE-RSA-AES128-SHA");
	assert.equal(await agreed("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"), "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE");
});
