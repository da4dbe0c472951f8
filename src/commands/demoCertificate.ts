import "reflect-metadata"; // @peculiar/x509 needs it, and it must come first
import { webcrypto } from "node:crypto";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	PemConverter,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** A certificate for `localhost` and the loopback addresses, valid for 90 days, signed by itself. PEM, with a final newline so that files can be joined. */
export async function createDemoCertificate(now: number): Promise<{ cert: string; key: string }> {
	const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
	const certificate = await X509CertificateGenerator.createSelfSigned(
		{
			name: "CN=localhost, O=Portico demo",
			notBefore: new Date(now - DAY_MS),
			notAfter: new Date(now + 90 * DAY_MS),
			signingAlgorithm: ALGORITHM,
			keys,
			extensions: [
				new BasicConstraintsExtension(false, undefined, true),
				new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
				new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
				new SubjectAlternativeNameExtension([
					{ type: "dns", value: "localhost" },
					{ type: "ip", value: "127.0.0.1" },
					{ type: "ip", value: "::1" },
				]),
				await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto as Crypto),
				await AuthorityKeyIdentifierExtension.create(keys.publicKey, false, webcrypto as Crypto),
			],
		},
		webcrypto as Crypto,
	);
	const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
	return { cert: `${certificate.toString("pem")}\n`, key: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n` };
}
