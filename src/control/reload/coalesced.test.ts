import assert from "node:assert/strict";
import { test } from "node:test";
import { Coalesced } from "./coalesced.ts";

/** Work that ends when it is told to; each round answers with its number. */
function rounds() {
	const begun: string[] = [];
	const ends: PromiseWithResolvers<number>[] = [];
	const work = new Coalesced<string, number>((asked) => {
		begun.push(asked);
		const end = Promise.withResolvers<number>();
		ends.push(end);
		return end.promise;
	});
	return {
		work,
		begun,
		end: (round: number) => ends[round]?.resolve(round),
		fail: (round: number) => ends[round]?.reject(new Error("no")),
	};
}

test("who asks while a round runs shares the next one", async () => {
	const { work, begun, end } = rounds();
	const answers = ["a", "b", "c", "d"].map((asked) => work.ask(asked));
	assert.deepEqual(begun, ["a"]);
	end(0);
	assert.equal(await answers[0], 0);
	await Promise.resolve();
	assert.deepEqual(begun, ["a", "b"]);
	const late = work.ask("e");
	end(1);
	assert.deepEqual(await Promise.all(answers), [0, 1, 1, 1]);
	end(2);
	assert.equal(await late, 2);
	assert.deepEqual(begun, ["a", "b", "e"]);
	const again = work.ask("f");
	end(3);
	assert.equal(await again, 3);
});

test("who asks in the instant between two rounds shares the second", async () => {
	const { work, begun, end } = rounds();
	const between = work.ask("a").then(() => work.ask("c"));
	const second = work.ask("b");
	end(0);
	await new Promise(setImmediate);
	assert.deepEqual(begun, ["a", "b"]);
	end(1);
	assert.deepEqual(await Promise.all([second, between]), [1, 1]);
});

test("a round that fails does not stop the next", async () => {
	const { work, end, fail } = rounds();
	const [first, second] = [work.ask("a"), work.ask("b")];
	fail(0);
	await assert.rejects(first);
	await new Promise(setImmediate);
	end(1);
	assert.equal(await second, 1);
});
