import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { missingCommand } from "../peers/versions.ts";
import { makeCertificate } from "../scene.ts";
import { assertTls } from "./tlsClient.ts";

const skip = missingCommand("openssl") ?? missingCommand("setpriv") ?? missingCommand("taskset") ?? false;
const dir = mkdtempSync(join(tmpdir(), "portico-bench-tls-"));
after(() => rmSync(dir, { recursive: true }));

async function checkServer(options: ServerOptions): Promise<void> {
	const { cert, key } = makeCertificate(dir);
	const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), ...options });
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	try {
		await assertTls(typeof address === "object" && address !== null ? address.port : 0);
	} finally {
		server.close();
	}
}

test("a server that chooses the suite of the benchmark passes", { skip }, () => checkServer({}));

test("a server without TLS 1.3 is an error", { skip }, () => assert.rejects(checkServer({ maxVersion: "TLSv1.2" }), /TLS is none/));

test("a server without the suite is an error", { skip }, () =>
	assert.rejects(checkServer({ ciphers: "TLS_AES_256_GCM_SHA384" }), /not TLSv1\.3 TLS_AES_128_GCM_SHA256 X25519/),
);

test("a server without the group is an error", { skip }, () => assert.rejects(checkServer({ ecdhCurve: "P-256" }), /TLS is none/));
