import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { affinityKey, nodeIdOf, openValue, sealValue } from "./cookieValue.ts";

const key = affinityKey({ id: "first", secret: "0123456789abcdef0123456789abcdef" });
const other = affinityKey({ id: "second", secret: "another secret of thirty-two letters" });
const impostor = affinityKey({ id: "first", secret: "a wrong secret under the right key id" });
const nodeId = nodeIdOf(key, "is", "is-1");
const content = { nodeId, session: "00f1e2d3c4b5a697", minute: 29_000_000, first: 28_999_000 };
const value = sealValue(key, content);
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=;, %"\u0000é'];

test("a value is read back by every ring that has its key, wherever in the ring", () => {
	for (const ring of [[key], [key, other], [other, key]]) {
		const opened = openValue(ring, value);
		assert.deepEqual(opened, { ...content, text: value, key });
	}
});

test("the format does not change: values that browsers hold stay good", () => {
	assert.equal(nodeId, "8cf66b6b2ecfc811");
	assert.equal(value, "AaeTe2SM9mtrLs_IEQDx4tPEtaaXAbqBQAG6fVi4DSyCdorh2j26yrZlQJBu");
});

test("nothing of one value gets into the next", () => {
	const empty = { nodeId: "", session: "", minute: 1, first: 2 };
	const before = sealValue(key, empty);
	sealValue(key, content);
	assert.equal(sealValue(key, empty), before);
	assert.equal(openValue([key], before)?.nodeId, "0".repeat(16));
});

test("another instance with the same secret reads it", () => {
	const twin = affinityKey({ id: "first", secret: "0123456789abcdef0123456789abcdef" });
	assert.equal(openValue([twin], value)?.nodeId, nodeIdOf(twin, "is", "is-1"));
});

test("a key that is not in the ring, or another secret under the same id, reads nothing", () => {
	assert.equal(openValue([], value), null);
	assert.equal(openValue([other], value), null);
	assert.equal(openValue([impostor], value), null);
});

test("a value fits a cookie and says nothing in clear", () => {
	assert.match(value, /^[\w-]{60}$/);
	const bytes = Buffer.from(value, "base64url").toString("latin1");
	for (const text of ["is-1", "is", "first", "0123456789abcdef"]) assert.ok(!bytes.includes(text), text);
});

test("node ids differ by service, node and key", () => {
	const ids = [nodeId, nodeIdOf(key, "is", "is-2"), nodeIdOf(key, "apim", "is-1"), nodeIdOf(other, "is", "is-1")];
	assert.equal(new Set(ids).size, ids.length);
	assert.match(nodeId, /^[\da-f]{16}$/);
});

test("any changed letter is refused, also one that decodes to the same bytes", () => {
	for (let at = 0; at < value.length; at++) {
		for (const letter of LETTERS) {
			if (letter === value[at]) continue;
			const changed = value.slice(0, at) + letter + value.slice(at + 1);
			assert.equal(openValue([key, other], changed), null, changed);
		}
	}
});

test("any flipped bit is refused, the version's and the key tag's too", () => {
	const bytes = Buffer.from(value, "base64url");
	for (let bit = 0; bit < bytes.length * 8; bit++) {
		const flipped = Buffer.from(bytes);
		flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		assert.equal(openValue([key, other], flipped.toString("base64url")), null, `bit ${bit}`);
	}
});

test("a piece, a longer text and every other text are refused without an exception", () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string({ unit: "binary", maxLength: 100 }),
				fc.uint8Array({ minLength: 45, maxLength: 45 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
				fc.uint8Array({ minLength: 44, maxLength: 44 }).map((bytes) => Buffer.from([1, ...bytes]).toString("base64url")),
				fc.nat({ max: value.length - 1 }).map((length) => value.slice(0, length)),
				fc.string({ minLength: 1, maxLength: 4 }).map((more) => value + more),
				fc.string({ minLength: 1, maxLength: 4 }).map((more) => more + value),
			),
			(text) => openValue([key, other], text) === null,
		),
	);
});

test("parts of two good values make no third one", () => {
	const second = sealValue(key, {
		nodeId: nodeIdOf(key, "is", "is-2"),
		session: "ff00000000000001",
		minute: 29_000_001,
		first: 29_000_001,
	});
	const [a, b] = [Buffer.from(value, "base64url"), Buffer.from(second, "base64url")];
	for (let cut = 1; cut < a.length; cut++) {
		const mixed = Buffer.concat([a.subarray(0, cut), b.subarray(cut)]).toString("base64url");
		if (mixed !== value && mixed !== second) assert.equal(openValue([key], mixed), null, `cut at ${cut}`);
	}
});
