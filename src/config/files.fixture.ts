/** Certificates and keys for tests, in a directory of their own. */
import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** The day that tests take for today. */
export const TODAY = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;

interface Keys {
	readonly publicKey: CryptoKey;
	readonly privateKey: CryptoKey;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function write(directory: string, name: string, keys: Keys, hosts: readonly string[], from: number, to: number): Promise<void> {
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		name: `CN=${hosts[0] ?? name}`,
		keys,
		signingAlgorithm: ALGORITHM,
		notBefore: new Date(TODAY + from * DAY),
		notAfter: new Date(TODAY + to * DAY),
		extensions: [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: "dns", value })))],
	});
	writeFileSync(join(directory, name), certificate.toString("pem"));
}

async function writeKey(file: string, keys: Keys): Promise<void> {
	const bytes = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
	writeFileSync(file, x509.PemConverter.encode(bytes, "PRIVATE KEY"), { mode: 0o600 });
}

/**
 * `sso.pem` (sso.example.com and *.example.org) with `sso.key`; `expired.pem`, `future.pem` and `soon.pem` for the same key; `other.key`,
 * `encrypted.key`, `open.key` (readable by all), `ca.pem`, `garbage.pem`.
 */
export async function makeTlsFiles(): Promise<{ readonly directory: string; remove(): void }> {
	const directory = mkdtempSync(join(tmpdir(), "portico-tls-"));
	const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
	const others = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
	const hosts = ["sso.example.com", "*.example.org"];
	await write(directory, "sso.pem", keys, hosts, -10, 90);
	await write(directory, "expired.pem", keys, hosts, -90, -1);
	await write(directory, "future.pem", keys, hosts, 1, 90);
	await write(directory, "soon.pem", keys, hosts, -80, 10);
	await write(directory, "ca.pem", others, ["WSO2 CA"], -10, 90);
	await writeKey(join(directory, "sso.key"), keys);
	await writeKey(join(directory, "open.key"), keys);
	await writeKey(join(directory, "other.key"), others);
	chmodSync(join(directory, "open.key"), 0o644);
	writeFileSync(join(directory, "garbage.pem"), "not a certificate\n");
	execFileSync("openssl", [
		"pkey",
		"-in",
		join(directory, "sso.key"),
		"-aes256",
		"-passout",
		"pass:secret",
		"-out",
		join(directory, "encrypted.key"),
	]);
	return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
