/**
 * Stored forms of passwords: PHC strings of scrypt (RFC 7914), which `portico hash-password` makes, and bcrypt as `htpasswd -B` writes it.
 * Only their text is read here; hashPassword.ts computes. Pure.
 */

/** Costs of a new hash: 32 MiB of memory, about a tenth of a second (OWASP Password Storage Cheat Sheet). */
export const SCRYPT_COST = { ln: 15, r: 8, p: 3 } as const;
/** Bytes of the salt and of the hash that `hash-password` makes. */
export const SALT_BYTES = 16;
export const HASH_BYTES = 32;
/** Bytes of memory that one verification may take, and how much work beside it. */
const MOST_MEMORY = 256 * 1024 * 1024;
const MOST_WORK = 2 ** 24;
const MOST_BCRYPT_COST = 15;

export interface ScryptHash {
	readonly kind: "scrypt";
	/** CPU and memory cost: the power of two, and scrypt's r and p. */
	readonly ln: number;
	readonly r: number;
	readonly p: number;
	/** Base64 without padding, as in the PHC string. */
	readonly salt: string;
	readonly hash: string;
}

export interface BcryptHash {
	readonly kind: "bcrypt";
	/** The whole string, with `$2b$` in front: `$2y$` is another name of the same. */
	readonly text: string;
	/** Rounds: the power of two. */
	readonly cost: number;
}

export type PasswordHash = ScryptHash | BcryptHash;

/** Why a text is no hash that Portico takes. Never holds any of the text. */
export interface HashProblem {
	readonly problem: string;
	readonly hint: string;
}

const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{22,128})$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

const HOW = "portico hash-password, or htpasswd -B";

/** Kinds that are broken, or that another program has to verify, by how they begin. */
const OTHERS: readonly (readonly [pattern: RegExp, name: string])[] = [
	[/^\$apr1\$/, "MD5 (apr1)"],
	[/^\$1\$/, "MD5"],
	[/^\{SHA\}/, "SHA-1"],
	[/^\{SSHA\}/, "SHA-1"],
	[/^\$5\$/, "SHA-256 of crypt"],
	[/^\$6\$/, "SHA-512 of crypt"],
	[/^\$argon2/, "Argon2"],
	[/^\$2x\$/, "bcrypt with the fault of 2011"],
	[/^[./A-Za-z0-9]{13}$/, "crypt"],
];

/** @returns the hash, or what is wrong with the text */
export function parsePasswordHash(text: string): PasswordHash | HashProblem {
	const scrypt = SCRYPT.exec(text);
	if (scrypt !== null) {
		const [, ln, r, p, salt = "", hash = ""] = scrypt;
		return scryptHash({ kind: "scrypt", ln: Number(ln), r: Number(r), p: Number(p), salt, hash });
	}
	const bcrypt = BCRYPT.exec(text);
	if (bcrypt !== null) return bcryptHash(text, Number(bcrypt[1]));
	if (text.startsWith("$scrypt$") || /^\$2[aby]?\$/.test(text)) return { problem: "this hash is damaged", hint: `make a new one: ${HOW}` };
	const other = OTHERS.find(([pattern]) => pattern.test(text))?.[1];
	if (other !== undefined) return { problem: `${other} is no hash that Portico takes`, hint: `scrypt or bcrypt: ${HOW}` };
	return { problem: "this is no hash of a password", hint: `passwords are never in plain text: ${HOW}` };
}

function scryptHash(hash: ScryptHash): ScryptHash | HashProblem {
	const { ln, r, p } = hash;
	const isPossible = ln >= 1 && r >= 1 && p >= 1;
	if (!isPossible || 128 * 2 ** ln * r > MOST_MEMORY || 2 ** ln * r * p > MOST_WORK)
		return { problem: "this hash costs too much memory or time to verify", hint: `make a new one: ${HOW}` };
	return hash;
}

function bcryptHash(text: string, cost: number): BcryptHash | HashProblem {
	if (cost < 4 || cost > MOST_BCRYPT_COST)
		return { problem: `a bcrypt cost is from 4 to ${MOST_BCRYPT_COST}, not ${cost}`, hint: "htpasswd -B -C 12" };
	return { kind: "bcrypt", text: `$2b$${text.slice(4)}`, cost };
}

/** A hash that is too quick to guess by today's advice. */
export function isWeak(hash: PasswordHash): boolean {
	return hash.kind === "bcrypt" ? hash.cost < 10 : 2 ** hash.ln * hash.r * hash.p < 2 ** 17;
}
