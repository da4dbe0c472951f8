/**
 * Measures the code that each request runs through, without sockets: parsing, routing, the heads in both
 * directions and the log line. `npm run bench:micro [-- NAME …]`; a name selects the samples that contain it.
 *
 * Values are µs of this process's CPU time. The time of a step is the difference between walks that stop after
 * it and walks that stop before it. Rounds are interleaved, so that a noisy machine affects all rows alike. The
 * table shows the fastest round, because other programs can only add to CPU time. The column `of plain` is the
 * sum divided by that of the same exchange on a plain `http` route.
 */

import { samples } from "./requests.ts";
import { routeCosts } from "./routes.ts";
import { examplePlan, STEPS, Walk } from "./walk.ts";

const ROUNDS = 15;
const WALKS = 4000;

const walk = new Walk(await examplePlan());
const wanted = process.argv.slice(2);
const rows = samples(walk.cookieFor("is"))
	.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
	.map(({ name, likePlain, request, response }) => ({
		name,
		likePlain,
		request: Buffer.from(request, "latin1"),
		response: Buffer.from(response, "latin1"),
		times: STEPS.map((): number[] => []),
	}));

for (let round = -2; round < ROUNDS; round++) {
	for (const { request, response, times } of rows) {
		for (const [step, found] of times.entries()) {
			const micros = measure(request, response, step);
			if (round >= 0) found.push(micros);
		}
	}
}

process.stdout.write(
	`${"µs".padEnd(24)}${STEPS.map((step) => step.padStart(10)).join("")}${"sum".padStart(10)}${"of plain".padStart(10)}\n`,
);
const sums = new Map<string, number>();
for (const { name, likePlain, times } of rows) {
	const upTo = times.map((found) => Math.min(...found));
	const sum = upTo.at(-1) ?? 0;
	sums.set(name, sum);
	const cells = upTo.map((micros, step) => (micros - (upTo[step - 1] ?? 0)).toFixed(2).padStart(10));
	const plain = likePlain === null ? undefined : sums.get(likePlain);
	const ratio = plain === undefined ? "" : (sum / plain).toFixed(2);
	process.stdout.write(`${name.padEnd(24)}${cells.join("")}${sum.toFixed(2).padStart(10)}${ratio.padStart(10)}\n`);
}

if (wanted.length === 0) {
	for (const count of [10, 10_000]) {
		const { hot, random } = await routeCosts(count);
		process.stdout.write(`${count} routes: one path ${hot.toFixed(2)}, random paths ${random.toFixed(2)}\n`);
	}
}

/** CPU time of one walk, in µs. */
function measure(request: Buffer, response: Buffer, last: number): number {
	let used = 0;
	const before = process.cpuUsage();
	for (let count = 0; count < WALKS; count++) used += walk.exchange(request, response, last);
	const { user, system } = process.cpuUsage(before);
	if (used <= 0) throw new Error("nothing was done");
	return (user + system) / WALKS;
}
