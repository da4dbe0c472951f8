import { KeyObject, webcrypto } from "node:crypto";

/**
 * What WSO2 ships as wso2carbon.jks: one key pair, the same on every node, for TLS and for signing tokens alike.
 * All fields are PEM.
 */
export interface Keystore {
	readonly key: string;
	readonly cert: string;
	/** The same, but it expired yesterday. */
	readonly expiredCert?: string;
	/** The same, but it expires in five days. */
	readonly expiringCert?: string;
}

const DAY_MS = 86_400_000;

/** A fresh self-signed RSA-2048 pair that is valid for `localhost`, the loopback addresses and `names`. */
export async function createKeystore(names: readonly string[]): Promise<Keystore> {
	await import("reflect-metadata");
	const x509 = await import("@peculiar/x509");
	const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
	const certificate = async (fromDay: number, toDay: number): Promise<string> => {
		const made = await x509.X509CertificateGenerator.createSelfSigned({
			serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString("hex"),
			name: "CN=localhost, O=WSO2, L=Mountain View, ST=CA, C=US",
			notBefore: new Date(Date.now() + fromDay * DAY_MS),
			notAfter: new Date(Date.now() + toDay * DAY_MS),
			keys,
			signingAlgorithm: algorithm,
			extensions: [
				new x509.BasicConstraintsExtension(true, undefined, true),
				new x509.SubjectAlternativeNameExtension([
					{ type: "dns", value: "localhost" },
					{ type: "ip", value: "127.0.0.1" },
					{ type: "ip", value: "::1" },
					...names.map((value) => ({ type: "dns" as const, value })),
				]),
			],
		});
		return `${made.toString("pem")}\n`;
	};
	const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
	return {
		key: key.toString(),
		cert: await certificate(-1, 365),
		expiredCert: await certificate(-365, -1),
		expiringCert: await certificate(-1, 5),
	};
}
