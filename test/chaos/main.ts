/**
 * `npm run chaos [-- --minutes N | --seconds N] [--seed S] [--log FILE]`: attacks, faults of nodes, reloads
 * and deaths of workers in an order that the seed decides, against an honest load that must notice nothing.
 * Ten minutes and a seed of its own if none are given; the file gets Portico's control log. Exit code 1 when
 * something failed.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Lifetime } from "../harness/lifetime.ts";
import { planOf, planText } from "./plan.ts";

const BUILD = new URL("../../scripts/build.mjs", import.meta.url).href;

const { values } = parseArgs({
	options: { minutes: { type: "string" }, seconds: { type: "string" }, seed: { type: "string" }, log: { type: "string" } },
});
const seconds = values.seconds === undefined ? Number(values.minutes ?? 10) * 60 : Number(values.seconds);
const seed = values.seed ?? String(Date.now() % 1_000_000);
if (!(seconds > 0)) throw new Error("--minutes and --seconds are numbers above 0");

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const again = `npm run chaos -- --seed ${seed} --seconds ${seconds}`;
const plan = planOf(seed, seconds * 1000);
print(`${planText(plan)}\n\nrepeat: ${again}\n`);

const { build, isBuilt } = (await import(BUILD)) as { build(): boolean; isBuilt(): boolean };
if (!isBuilt() && !build()) process.exit(1);
process.env.PORTICO_BUILT = fileURLToPath(new URL("../../dist/src/cli.js", import.meta.url));
const { runChaos } = await import("./run.ts");

const lifetime = new Lifetime();
// A node that stands still does not notice that nobody needs it any more.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void lifetime.end().finally(() => process.exit(1)));
try {
	const { failures, figures } = await runChaos(lifetime, plan, print, values.log);
	print(figures.join("\n"));
	print(failures.length === 0 ? "nothing failed" : `\n${failures.length} failures\nseed ${seed}; repeat: ${again}`);
	process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
	await lifetime.end();
}
