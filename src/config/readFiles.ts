/** The configuration file with all that it includes, as one value. */
import { glob, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { reasonOf } from "./certificates.ts";
import type { Environment } from "./environment.ts";
import { rebased } from "./fileKeys.ts";
import { FileSecrets } from "./fileSecrets.ts";
import { merge, type Written, writtenAt } from "./mergeFiles.ts";
import { parse } from "./parse.ts";
import { MergedPlaces, type Places, placeName } from "./places.ts";
import { type Problem, quote } from "./problem.ts";
import type { ConfigPath, Source } from "./source.ts";

/** Nobody writes that much by hand; more is a wrong file. */
const LARGEST = 4 * 1024 * 1024;
const MOST_FILES = 500;

export type ReadFiles =
	| { readonly value: unknown; readonly places: Places; readonly files: readonly string[]; readonly warnings: readonly Problem[] }
	| { readonly problems: readonly Problem[]; readonly files: readonly string[]; readonly warnings: readonly Problem[] };

/** Never throws. @param text of the file, or null to read it */
export async function readFiles(
	file: string,
	text: string | null,
	env: Environment,
	secrets: FileSecrets = new FileSecrets(),
): Promise<ReadFiles> {
	const reading = new Reading(env, dirname(resolve(file)), secrets);
	const own = text ?? (await readText(file));
	if (typeof own !== "string") {
		const problem = own.problem.replace(/^the file cannot/, "the configuration cannot");
		return { problems: [{ ...own, problem }], files: [], warnings: [] };
	}
	const { problems, warnings, files } = reading;
	const written = await reading.read(file, own, [await identityOf(file)]);
	if (written === null || problems.length > 0) return { problems, files, warnings };
	const [{ source }] = written.origin.places;
	return { value: written.value, places: files.length === 1 ? source : new MergedPlaces(written.origin), files, warnings };
}

/** Lives as long as one load. */
class Reading {
	readonly problems: Problem[] = [];
	readonly warnings: Problem[] = [];
	/** As problems name them, in the order in which they are read. */
	readonly files: string[] = [];
	readonly #env: Environment;
	/** Where names of files start once all is merged. */
	readonly #directory: string;
	readonly #secrets: FileSecrets;
	/** Who included a file first, by its identity. */
	readonly #seen = new Map<string, string>();

	constructor(env: Environment, directory: string, secrets: FileSecrets) {
		this.#secrets = secrets;
		this.#env = env;
		this.#directory = directory;
	}

	/**
	 * A file and those that it includes, merged; null if it cannot be parsed.
	 *
	 * @param chain identities of the files on the way here, this one last
	 */
	async read(file: string, text: string, chain: readonly string[]): Promise<Written | null> {
		this.files.push(file);
		const parsed = parse(file, text, this.#env, this.#secrets);
		if (!("value" in parsed)) {
			this.problems.push(...parsed.problems);
			return null;
		}
		const { source } = parsed;
		const { include, ...rest } = isMapping(parsed.value) ? parsed.value : { include: undefined };
		const value = isMapping(parsed.value) ? rebased(rest, dirname(resolve(file)), this.#directory) : parsed.value;
		let written = writtenAt(value, { source, path: [] });
		for (const [pattern, path] of this.#patterns(include, source)) {
			for (const found of await this.#find(pattern, file, source, path)) {
				const other = await this.#include(found, { source, path }, chain);
				if (other !== null) written = merge(written, other, this.problems);
			}
		}
		return written;
	}

	#patterns(include: unknown, source: Source): (readonly [pattern: string, path: ConfigPath])[] {
		const list: readonly unknown[] = Array.isArray(include) ? include : include === undefined ? [] : [include];
		return list.flatMap((pattern, index) => {
			const path: ConfigPath = Array.isArray(include) ? ["include", index] : ["include"];
			if (typeof pattern === "string" && pattern !== "") return [[pattern, path] as const];
			this.problems.push(
				source.problem(path, "value", "`include` is a file, a folder or a pattern, or a list of them", "include: conf.d/*.yaml"),
			);
			return [];
		});
	}

	/** Files in order of their names, as problems name them. `isNamed`: by its own name, not by a pattern or folder. */
	async #find(
		pattern: string,
		from: string,
		source: Source,
		path: ConfigPath,
	): Promise<{ readonly name: string; readonly isNamed: boolean }[]> {
		const named = isAbsolute(pattern) ? pattern : join(dirname(from), pattern);
		const whole = resolve(named);
		if (/[*?[\]{}]/.test(pattern)) {
			const found = await matches(whole);
			if (found.length === 0) this.warnings.push(source.problem(path, "value", "no file is called like this", `looked for ${whole}`));
			const base = isAbsolute(pattern) ? "" : dirname(from);
			return found.map((each) => ({ name: base === "" ? each : join(base, relativeTo(resolve(base), each)), isNamed: false }));
		}
		try {
			if (!(await stat(whole)).isDirectory()) return [{ name: named, isNamed: true }];
			const inside = (await readdir(whole)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
			if (inside.length === 0) this.warnings.push(source.problem(path, "value", "the folder has no file *.yaml", `looked in ${whole}`));
			return inside.map((name) => ({ name: join(named, name), isNamed: false }));
		} catch (error) {
			this.problems.push(source.problem(path, "value", `${quote(pattern)} cannot be included (${reasonOf(error)})`, `looked for ${whole}`));
			return [];
		}
	}

	async #include(
		{ name, isNamed }: { readonly name: string; readonly isNamed: boolean },
		by: { readonly source: Source; readonly path: ConfigPath },
		chain: readonly string[],
	): Promise<Written | null> {
		const refuse = (problem: string, hint?: string): null => {
			this.problems.push(by.source.problem(by.path, "value", problem, hint));
			return null;
		};
		const identity = await identityOf(name);
		if (chain.includes(identity)) {
			// A pattern may well match the file that it stands in.
			if (!isNamed) return null;
			return refuse(`${quote(name)} would include itself`, chain.length > 1 ? "it is being read on the way here" : "leave it out");
		}
		const first = this.#seen.get(identity);
		if (first !== undefined) return refuse(`${quote(name)} is included already in ${first}`, "keep one of them");
		this.#seen.set(identity, placeName(by));
		if (this.files.length >= MOST_FILES) return refuse(`more than ${MOST_FILES} files are included`, "is this the right folder?");
		const text = await readText(name);
		if (typeof text !== "string") return refuse(`${quote(name)}: ${text.problem}`, text.hint);
		return this.read(name, text, [...chain, identity]);
	}
}

/** Whole names, in order. Hidden files and folders do not count. Never throws. */
async function matches(pattern: string): Promise<string[]> {
	const found: string[] = [];
	try {
		for await (const each of glob(pattern.slice(1), { cwd: "/" })) {
			const whole = resolve("/", each);
			if (!basename(whole).startsWith(".") && (await stat(whole)).isFile()) found.push(whole);
			if (found.length > MOST_FILES) break;
		}
	} catch {
		// What cannot be read is not there: the warning or the keys that are missing tell of it.
	}
	return found.sort();
}

function relativeTo(base: string, whole: string): string {
	return whole.startsWith(`${base}/`) ? whole.slice(base.length + 1) : whole;
}

/** A file is one file, whatever links lead to it. */
async function identityOf(file: string): Promise<string> {
	return realpath(file).catch(() => resolve(file));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readText(file: string): Promise<string | Problem> {
	const at = { file, line: 1, column: 1 };
	let bytes: Buffer;
	try {
		bytes = await readFile(file);
	} catch (error) {
		return { ...at, problem: `the file cannot be read (${reasonOf(error)})`, hint: `the full path is ${resolve(file)}` };
	}
	if (bytes.length > LARGEST) return { ...at, problem: `the file has ${bytes.length} bytes; the maximum is ${LARGEST}` };
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return { ...at, problem: "the file is not UTF-8 text" };
	}
}
