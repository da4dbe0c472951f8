/** Computing hashes of passwords. Each call takes a tenth of a second of a processor: never on the thread of a worker. */
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { compareSync } from "bcryptjs";
import { HASH_BYTES, type PasswordHash, SALT_BYTES, SCRYPT_COST, type ScryptHash } from "./passwordHash.ts";

/** A new PHC string of scrypt. */
export function hashPassword(password: string): string {
	const salt = randomBytes(SALT_BYTES);
	const { ln, r, p } = SCRYPT_COST;
	const hash = derive(password, salt, HASH_BYTES, { ln, r, p });
	return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

export function isPassword(password: string, hash: PasswordHash): boolean {
	if (hash.kind === "bcrypt") return compareSync(password, hash.text);
	const stored = Buffer.from(hash.hash, "base64");
	return timingSafeEqual(derive(password, Buffer.from(hash.salt, "base64"), stored.length, hash), stored);
}

function derive(password: string, salt: Buffer, bytes: number, { ln, r, p }: Pick<ScryptHash, "ln" | "r" | "p">): Buffer {
	// Node asks for a little more than the algorithm needs.
	const maxmem = 128 * 2 ** ln * r + 128 * r * p + 1024 * 1024;
	return scryptSync(Buffer.from(password, "utf8"), salt, bytes, { N: 2 ** ln, r, p, maxmem });
}

function unpadded(bytes: Buffer): string {
	return bytes.toString("base64").replace(/=+$/, "");
}
