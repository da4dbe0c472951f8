/**
 * Each target over its corpus and a few mutations of it; `npm run fuzz` goes on from there, led by coverage.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startNode } from "../harness/child.ts";
import { Seeded } from "../harness/seeded.ts";
import { corpusOf } from "./corpus.ts";
import { fuzz } from "./fuzzer.ts";
import { mutated } from "./mutate.ts";
import { checkInput, type Target } from "./target.ts";
import { fuzzTargets } from "./targets/targets.ts";
import { magicWord } from "./toy.ts";

const MUTATIONS = 200;
/** Loading a configuration takes some milliseconds. */
const MUTATIONS_OF_A_CONFIG = 40;

for (const target of await fuzzTargets({ after })) {
	test(`${target.name}: the corpus, and mutations of it`, async () => {
		const corpus = corpusOf(target);
		assert.ok(corpus.length > 0, "it has no corpus");
		for (const input of corpus) await checkInput(target, input);
		const random = new Seeded(`test/${target.name}`);
		for (let count = target.name === "config" ? MUTATIONS_OF_A_CONFIG : MUTATIONS; count > 0; count--) {
			const input = mutated(corpus, target.words, target.longest, random);
			await assert.doesNotReject(checkInput(target, input), JSON.stringify(input.toString("latin1")));
		}
	});
}

test("coverage leads the fuzzer to what chance would not find, and the finding is as short as it can be", async () => {
	const toy: Target = {
		name: "toy",
		sources: [new URL("toy.ts", import.meta.url).href],
		words: [..."portic"],
		longest: 40,
		check: (input) => magicWord(input.toString("latin1")),
	};
	const { finding, inputs } = await fuzz(toy, [Buffer.from("........")], { seed: "1", isOver: (count) => count > 20_000 });
	assert.equal(finding?.input.toString("latin1"), "portic", `after ${inputs} inputs`);
	assert.match(String(finding?.error), /found/);
});

test("the program fuzzes one target for some time, and says what it did", async (t) => {
	const program = fileURLToPath(new URL("main.ts", import.meta.url));
	const child = startNode(t, [program, "--target", "chunkedDecoder", "--seconds", "0.5", "--seed", "1"]);
	const { code } = await child.exited;
	assert.equal(code, 0, child.output);
	assert.match(child.stdout, /^chunkedDecoder: seed 1, \d+ inputs, \d+ blocks, /);
});

test("the same seed leads to the same mutations", () => {
	const some = (seed: string): string[] => {
		const random = new Seeded(seed);
		return Array.from({ length: 50 }, () => mutated([Buffer.from("abc"), Buffer.from("def")], ["word"], 100, random).toString("latin1"));
	};
	assert.deepEqual(some("1"), some("1"));
	assert.notDeepEqual(some("1"), some("2"));
});
