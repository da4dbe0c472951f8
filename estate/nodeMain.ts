import { detached } from "./detached.ts";
import { type NodeOptions, startNode } from "./node.ts";

/**
 * One node as a process: `node nodeMain.ts '{"product":"is","name":"is-1"}'`. Prints one JSON line with its name and ports when it answers.
 * With `--until-stdin-ends` it goes when whoever started it is gone.
 */
const [json, flag] = process.argv.slice(2);
const node = await startNode(JSON.parse(json ?? "{}") as NodeOptions);

const stop = detached(async () => {
	await node.close();
	process.exit(0);
});
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
if (flag === "--until-stdin-ends") process.stdin.once("end", stop).once("error", stop).resume();

process.stdout.on("error", () => process.exit(0));
process.stdout.write(`${JSON.stringify({ ready: true, name: node.name, product: node.product, ports: node.ports })}\n`);
