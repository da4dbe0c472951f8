/**
 * `npm run fuzz [-- --target NAME] [--seconds N] [--seed S] [--save]`: mutates the inputs in corpus/NAME, led
 * by what of the sources they reach, and checks what must be true of any input. All targets in turn if none
 * is given, 30 s each. `--save` adds what reached something new to the corpus. `--input FILE` checks one
 * input. A finding is written to fuzz-findings/, with the command that repeats it; the exit code is 1 then.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Lifetime } from "../harness/lifetime.ts";
import { addToCorpus, corpusOf, nameOf } from "./corpus.ts";
import { fuzz } from "./fuzzer.ts";
import { checkInput, type Target } from "./target.ts";
import { fuzzTargets } from "./targets/targets.ts";

const FINDINGS = "fuzz-findings";
/** Milliseconds for a few KiB of input; nothing needs more than some tens. */
const SLOWEST = 2_000;

const { values } = parseArgs({
	options: {
		target: { type: "string" },
		seconds: { type: "string", default: "30" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		save: { type: "boolean", default: false },
		input: { type: "string" },
	},
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(target: Target): Promise<boolean> {
	const end = performance.now() + Number(values.seconds) * 1000;
	const isOver = (): boolean => performance.now() >= end;
	const { finding, inputs, blocks, found } = await fuzz(target, corpusOf(target), { seed: values.seed, isOver, slowest: SLOWEST });
	const saved = values.save ? `, ${await addToCorpus(target, found)} saved` : "";
	print(`${target.name}: seed ${values.seed}, ${inputs} inputs, ${blocks} blocks, ${found.length} inputs that reached more${saved}`);
	if (finding === null) return true;
	mkdirSync(FINDINGS, { recursive: true });
	const file = join(FINDINGS, `${target.name}-${nameOf(finding.input)}`);
	writeFileSync(file, finding.input);
	print(`FAILED ${String(finding.error)}\n  input: ${JSON.stringify(finding.input.toString("latin1"))}`);
	print(`  repeat: npm run fuzz -- --target ${target.name} --input ${file}`);
	return false;
}

const lifetime = new Lifetime();
try {
	const all = await fuzzTargets(lifetime);
	const targets = values.target === undefined ? all : all.filter(({ name }) => name === values.target);
	if (targets.length === 0) throw new Error(`no target ${values.target}; there are ${all.map(({ name }) => name).join(", ")}`);
	if (values.input === undefined) {
		for (const target of targets) if (!(await run(target))) process.exitCode = 1;
	} else {
		for (const target of targets) await checkInput(target, readFileSync(values.input));
		print("nothing failed");
	}
} finally {
	await lifetime.end();
}
