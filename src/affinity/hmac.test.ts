import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { hmacSha256 } from "./hmac.ts";

const expected = (secret: Uint8Array, message: Uint8Array): string => createHmac("sha256", secret).update(message).digest("hex");

function actual(secret: Uint8Array, message: Uint8Array): string {
	const out = Buffer.alloc(32);
	hmacSha256(secret)(message, message.length, out, 0, 32);
	return out.toString("hex");
}

test("every length of message up to 300 bytes gives the bytes of node:crypto", () => {
	const secret = Buffer.from("0123456789abcdef0123456789abcdef");
	const mac = hmacSha256(secret);
	const message = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 167 + 13) & 0xff));
	const out = Buffer.alloc(32);
	for (let length = 0; length <= message.length; length++) {
		mac(message, length, out, 0, 32);
		assert.equal(out.toString("hex"), expected(secret, message.subarray(0, length)), `${length} bytes`);
	}
});

test("any key and any message, long ones too", () => {
	const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: "max" });
	fc.assert(fc.property(bytes(200), bytes(700), (secret, message) => actual(secret, message) === expected(secret, message)));
});

test("the test vectors of RFC 4231", () => {
	const repeated = (byte: number, times: number): Buffer => Buffer.alloc(times, byte);
	const rows: readonly (readonly [key: Buffer, data: Buffer, mac: string])[] = [
		[repeated(0x0b, 20), Buffer.from("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
		[Buffer.from("Jefe"), Buffer.from("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
		[repeated(0xaa, 20), repeated(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
		[
			repeated(0xaa, 131),
			Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First"),
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		],
	];
	for (const [key, data, mac] of rows) assert.equal(actual(key, data), mac);
});

test("a MAC can be cut, and be put behind its message in the same buffer", () => {
	const secret = Buffer.from("another secret");
	const buffer = Buffer.concat([Buffer.from("a message of 29 bytes, exact!"), Buffer.alloc(18, 0xee)]);
	const mac = hmacSha256(secret);
	for (let again = 0; again < 3; again++) {
		mac(buffer, 29, buffer, 29, 16);
		assert.equal(buffer.toString("hex", 29, 45), expected(secret, buffer.subarray(0, 29)).slice(0, 32));
		assert.equal(buffer.toString("hex", 45), "eeee");
	}
});

test("a key does not show", () => {
	const mac = hmacSha256(Buffer.from("not to be shown"));
	assert.equal(JSON.stringify({ mac }), "{}");
	assert.equal(inspect({ mac }, { showHidden: true, depth: 9 }).includes("Int32Array"), false);
});
