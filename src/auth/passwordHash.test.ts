import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword, isPassword } from "./hashPassword.ts";
import { parseHtpasswd } from "./htpasswd.ts";
import { isWeak, type PasswordHash, parsePasswordHash } from "./passwordHash.ts";

function hashOf(text: string): PasswordHash {
	const hash = parsePasswordHash(text);
	assert.ok(!("problem" in hash), text);
	return hash;
}

/** Of Apache's page on password formats: `htpasswd -nbB myName myPassword`. */
const HTPASSWD = "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC";

test("a new hash fits its password and no other, and differs each time", () => {
	const [first, second] = [hashPassword("pässwörd"), hashPassword("pässwörd")];
	assert.notEqual(first, second);
	assert.match(first, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
	assert.equal(isPassword("pässwörd", hashOf(first)), true);
	assert.equal(isPassword("passwörd", hashOf(first)), false);
	assert.equal(isWeak(hashOf(first)), false);
});

test("the vector of RFC 7914 section 12, as a PHC string", () => {
	const hex =
		"7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
	const [salt, hash] = [Buffer.from("SodiumChloride"), Buffer.from(hex, "hex")].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
	const stored = `$scrypt$ln=14,r=8,p=1$${salt}$${hash}`;
	assert.equal(isPassword("pleaseletmein", hashOf(stored)), true);
	assert.equal(isPassword("pleaseletmeout", hashOf(stored)), false);
});

test("bcrypt by any of its names", () => {
	for (const name of ["$2y$", "$2b$", "$2a$"]) {
		const stored = name + HTPASSWD.slice(4);
		assert.equal(isPassword("myPassword", hashOf(stored)), true, name);
		assert.equal(isPassword("myPasswore", hashOf(stored)), false, name);
	}
	assert.equal(isWeak(hashOf(HTPASSWD)), true);
});

const REFUSED: readonly (readonly [text: string, problem: RegExp])[] = [
	["$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/", /MD5/],
	["$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", /MD5/],
	["{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", /SHA-1/],
	["$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.", /SHA-512/],
	["rl5FQRYgBn7zE", /crypt/],
	["$argon2id$v=19$m=16,t=2,p=1$c2FsdHNhbHQ$aGFzaA", /Argon2/],
	["hunter2", /no hash/],
	["", /no hash/],
	["$scrypt$ln=15", /damaged/],
	["$scrypt$ln=22,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g", /memory or time/],
	["$scrypt$ln=10,r=8,p=9000$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g", /memory or time/],
	["$scrypt$ln=0,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g", /memory or time/],
	["$2y$31$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe", /cost/],
];
for (const [text, problem] of REFUSED) {
	test(`refused, without a word of it: ${text.slice(0, 16)}`, () => {
		const parsed = parsePasswordHash(text);
		assert.ok("problem" in parsed);
		assert.match(parsed.problem, problem);
		if (text !== "") assert.ok(!`${parsed.problem} ${parsed.hint}`.includes(text));
	});
}

test("an htpasswd file: users in order, problems with their line", () => {
	const text = `# ours\n\nanna:${HTPASSWD}\r\nbert:secret\nno colon\nanna:${HTPASSWD}\ncarl:${HTPASSWD}:a comment\n`;
	const { users, problems } = parseHtpasswd(text);
	assert.deepEqual(
		users.map(({ name }) => name),
		["anna", "carl"],
	);
	assert.deepEqual(
		problems.map(({ line, problem }) => [line, problem]),
		[
			[4, "this is no hash of a password"],
			[5, "the line is not name:hash"],
			[6, "the user has a line already: 3"],
		],
	);
});
