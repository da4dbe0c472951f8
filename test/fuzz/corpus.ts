import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Coverage } from "./coverage.ts";
import { checkInput, type Target } from "./target.ts";

const FOLDER = fileURLToPath(new URL("corpus", import.meta.url));

/** The inputs of the target in the repository, by name. */
export function corpusOf({ name }: Target): Buffer[] {
	const folder = join(FOLDER, name);
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.sort()
		.map((file) => readFileSync(join(folder, file)));
}

/** Adds the shortest of these that together reach what the corpus does not. @returns how many */
export async function addToCorpus(target: Target, found: readonly Buffer[]): Promise<number> {
	const folder = join(FOLDER, target.name);
	mkdirSync(folder, { recursive: true });
	const coverage = new Coverage(target.sources);
	let added = 0;
	for (const input of corpusOf(target)) await checkInput(target, input);
	coverage.mark(coverage.look());
	for (const input of found.toSorted((one, other) => one.length - other.length)) {
		await checkInput(target, input);
		const reached = coverage.look();
		if (reached.length === 0) continue;
		coverage.mark(reached);
		writeFileSync(join(folder, nameOf(input)), input);
		added++;
	}
	return added;
}

/** The same for the same bytes. */
export function nameOf(input: Buffer): string {
	return createHash("sha256").update(input).digest("hex").slice(0, 12);
}
