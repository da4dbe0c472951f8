import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
	BasicConstraintsExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectAlternativeNameExtension,
	type X509Certificate,
	X509CertificateGenerator,
} from "@peculiar/x509";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) } as const;
const DAY = 86_400_000;

/** PEM texts. */
export interface Identity {
	/** The leaf alone. */
	readonly cert: string;
	readonly key: string;
}

export interface IssueOptions {
	/** DNS names and IP addresses; `localhost` and 127.0.0.1 if not given. */
	readonly names?: readonly string[];
	/** Valid from 40 to 10 days ago, instead of from yesterday for 31 days. */
	readonly expired?: boolean;
	/** Valid for so many days from now, instead of 30. */
	readonly days?: number;
	/** Its key is RSA, instead of ECDSA. */
	readonly rsa?: boolean;
}

/** A certificate authority of a test, and what it signs. */
export class TestAuthority {
	/** Its own certificate in PEM: what a client has to trust. */
	readonly cert: string;
	readonly #certificate: X509Certificate;
	readonly #keys: webcrypto.CryptoKeyPair;

	private constructor(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair) {
		this.cert = certificate.toString("pem");
		this.#certificate = certificate;
		this.#keys = keys;
	}

	static async create(name = "Test authority"): Promise<TestAuthority> {
		const keys = await newKeys();
		const certificate = await X509CertificateGenerator.createSelfSigned({
			name: `CN=${name}`,
			keys,
			signingAlgorithm: ECDSA,
			...validity(false),
			extensions: [
				new BasicConstraintsExtension(true, 0, true),
				new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
			],
		});
		return new TestAuthority(certificate, keys);
	}

	/** A server certificate signed by this authority, with a new key. */
	async issue(options: IssueOptions = {}): Promise<Identity> {
		const names = options.names ?? ["localhost", "127.0.0.1"];
		const keys = await newKeys(options.rsa === true ? RSA : ECDSA);
		const certificate = await X509CertificateGenerator.create({
			subject: `CN=${names[0]}`,
			issuer: this.#certificate.subject,
			signingKey: this.#keys.privateKey,
			publicKey: keys.publicKey,
			signingAlgorithm: ECDSA,
			...validity(options.expired ?? false, options.days),
			extensions: [
				new BasicConstraintsExtension(false, undefined, true),
				new SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }))),
			],
		});
		return { cert: certificate.toString("pem"), key: await pemOf(keys.privateKey) };
	}
}

/** A private key in PEM that fits no certificate. */
export async function foreignKey(): Promise<string> {
	return pemOf((await newKeys()).privateKey);
}

async function newKeys(algorithm: typeof ECDSA | typeof RSA = ECDSA): Promise<webcrypto.CryptoKeyPair> {
	return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity(expired: boolean, days = 30): { notBefore: Date; notAfter: Date } {
	const now = Date.now();
	return expired
		? { notBefore: new Date(now - 40 * DAY), notAfter: new Date(now - 10 * DAY) }
		: { notBefore: new Date(now - DAY), notAfter: new Date(now + days * DAY) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
	const base64 = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
	return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
