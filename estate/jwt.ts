import { createHash, createPublicKey, createSign, createVerify, type KeyObject, X509Certificate } from "node:crypto";
import type { Keystore } from "./keystore.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** WSO2 names its key after the certificate's thumbprint. */
function keyId(keystore: Keystore): string {
	const { fingerprint256 } = new X509Certificate(keystore.cert);
	return `${Buffer.from(fingerprint256.replaceAll(":", "").toLowerCase()).toString("base64url")}_RS256`;
}

/** A compact JWS, RS256. */
export function signJwt(claims: Claims, keystore: Keystore, type = "JWT"): string {
	const header = encode({ x5t: thumbprint(keystore), kid: keyId(keystore), typ: type, alg: "RS256" });
	const content = `${header}.${encode(claims)}`;
	return `${content}.${createSign("RSA-SHA256").update(content).sign(keystore.key, "base64url")}`;
}

/** Claims of a compact JWS with a good RS256 signature, else null. Expiry is the caller's business. */
export function verifyJwt(token: string, key: KeyObject): Claims | null {
	const [header, payload, signature, ...more] = token.split(".");
	if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return null;
	const good = createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(key, signature, "base64url");
	return good ? decodeClaims(token) : null;
}

/** The claims without any check. */
export function decodeClaims(token: string): Claims {
	return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;
}

export function publicKey(keystore: Keystore): KeyObject {
	return createPublicKey(keystore.cert);
}

export function jwks(keystore: Keystore): object {
	const { n, e } = publicKey(keystore).export({ format: "jwk" });
	const certificate = new X509Certificate(keystore.cert).raw.toString("base64");
	return { keys: [{ kty: "RSA", x5t: thumbprint(keystore), e, use: "sig", kid: keyId(keystore), x5c: [certificate], alg: "RS256", n }] };
}

function thumbprint(keystore: Keystore): string {
	return createHash("sha1").update(new X509Certificate(keystore.cert).raw).digest("base64url");
}

function encode(value: unknown): string {
	return Buffer.from(JSON.stringify(value)).toString("base64url");
}
