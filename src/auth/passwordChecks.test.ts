import assert from "node:assert/strict";
import { test } from "node:test";
import { ATTEMPTS, REFILL_MS } from "./attempts.ts";
import { PasswordChecks, type PasswordResult, type StoredPassword } from "./passwordChecks.ts";
import { parsePasswordHash } from "./passwordHash.ts";

const TEXT = "$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe";
const OTHER = "$2y$05$cvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe";
const RIGHT = "right";

function stored(text = TEXT, isKnown = true): StoredPassword {
	const hash = parsePasswordHash(text);
	assert.ok(!("problem" in hash));
	return { text, hash, isKnown };
}

/** Hashes that the test finishes one by one, and a clock that it moves. */
function rig() {
	const open: { password: string; finish: () => void; fail: (error: Error) => void }[] = [];
	const clock = { now: 0 };
	const checks = new PasswordChecks(
		(password) => {
			const { promise, resolve, reject } = Promise.withResolvers<boolean>();
			open.push({ password, finish: () => resolve(password === RIGHT), fail: reject });
			return promise;
		},
		() => clock.now,
	);
	const ask = (password: string, client: string, of = stored(), isWanted = () => true, user = "anna") =>
		checks.check({ user, password }, of, client, isWanted);
	/** Finishes the hash that runs; the next one has begun after that. */
	const finish = async (): Promise<string> => {
		const { password = "", finish = () => {} } = open.shift() ?? {};
		finish();
		await settled();
		return password;
	};
	return { clock, open, ask, finish };
}

const settled = async (): Promise<void> => {
	for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

const kindOf = async (result: PasswordResult | Promise<PasswordResult>): Promise<string> => (await result).kind;

test("a right password is hashed once for all that ask meanwhile, and not again until its time is over", async () => {
	const { clock, open, ask, finish } = rig();
	const page = Array.from({ length: 20 }, () => ask(RIGHT, "192.0.2.1"));
	assert.equal(open.length, 1);
	await finish();
	assert.deepEqual(new Set(await Promise.all(page.map(kindOf))), new Set(["right"]));
	const later = ask(RIGHT, "198.51.100.1");
	assert.ok(!(later instanceof Promise), "known at once, from anywhere");
	assert.equal(later.kind, "right");
	clock.now += 5 * 60_000;
	assert.ok(ask(RIGHT, "192.0.2.1") instanceof Promise);
	assert.equal(open.length, 1);
});

test("another hash of the user, another user, and a user that is gone are not known", async () => {
	const { open, ask, finish } = rig();
	const first = ask(RIGHT, "192.0.2.1");
	await finish();
	await first;
	const others = [
		ask(RIGHT, "192.0.2.1", stored(OTHER)),
		ask(RIGHT, "192.0.2.1", stored(), undefined, "bert"),
		ask(RIGHT, "192.0.2.1", stored(TEXT, false)),
	];
	for (const other of others) assert.ok(other instanceof Promise);
	while (open.length > 0) await finish();
	assert.deepEqual(await Promise.all(others.map(kindOf)), ["right", "right", "wrong"]);
});

test("a client that guesses waits; others, and users that are signed in at its address, do not", async () => {
	const { clock, open, ask, finish } = rig();
	const known = ask(RIGHT, "192.0.2.9");
	await finish();
	await known;
	const guesses = Array.from({ length: ATTEMPTS + 3 }, (_, at) => kindOf(ask(`guess ${at}`, "192.0.2.9")));
	for (let at = 0; at < ATTEMPTS; at++) await finish();
	const results = await Promise.all(guesses);
	assert.deepEqual(results, [...Array.from({ length: ATTEMPTS }, () => "wrong"), "wait", "wait", "wait"]);
	assert.equal(open.length, 0, "no hash is computed for them");
	assert.equal(await kindOf(ask(RIGHT, "192.0.2.9")), "right");
	const honest = ask("x", "192.0.2.10");
	await finish();
	assert.equal(await kindOf(honest), "wrong", "another client has attempts of its own");
	clock.now += REFILL_MS;
	const again = ask("one more", "192.0.2.9");
	await finish();
	assert.equal(await kindOf(again), "wrong");
	assert.equal(await kindOf(ask("and another", "192.0.2.9")), "wait");
});

test("an IPv6 client is its /64", async () => {
	const { open, ask, finish } = rig();
	const guesses = Array.from({ length: ATTEMPTS + 1 }, (_, at) => ask("guess", `2001:db8::${at + 1}`, undefined, undefined, `user ${at}`));
	while (open.length > 0) await finish();
	assert.equal(await kindOf(guesses.at(-1) ?? assert.fail()), "wait");
});

test("clients take turns: one with many passwords holds nobody up", async () => {
	const { ask, finish } = rig();
	for (let at = 0; at < 9; at++) void ask(`guess ${at}`, "192.0.2.1");
	void ask(RIGHT, "192.0.2.2");
	void ask("b", "192.0.2.3");
	const order = [await finish(), await finish(), await finish(), await finish(), await finish()];
	assert.deepEqual(order, ["guess 0", "guess 1", RIGHT, "b", "guess 2"]);
});

test("where too many wait, the client with most makes room for one that has fewer", async () => {
	const { ask, finish } = rig();
	const results: Promise<string>[] = [];
	for (let client = 0; client < 8; client++) {
		for (let at = 0; at < 40; at++) results.push(kindOf(ask(`guess ${at}`, `192.0.2.${client}`)));
	}
	let right = "";
	void kindOf(ask(RIGHT, "198.51.100.1")).then((kind) => {
		right = kind;
	});
	for (let turn = 0; turn < 10 && right === ""; turn++) await finish();
	assert.equal(right, "right");
});

test("nothing is computed for requests that are gone; a thread that dies is nobody's failure", async () => {
	const { open, ask, finish } = rig();
	const runs = ask("first", "192.0.2.1");
	const gone = ask("second", "192.0.2.1", undefined, () => false);
	await finish();
	assert.equal(await kindOf(gone), "wait");
	assert.equal(await kindOf(runs), "wrong");
	for (let at = 0; at < 2 * ATTEMPTS; at++) {
		const broken = ask(`broken ${at}`, "192.0.2.2");
		assert.ok(broken instanceof Promise);
		const rejected = assert.rejects(broken, /it died/);
		open.shift()?.fail(new Error("it died"));
		await rejected;
		await settled();
	}
});
