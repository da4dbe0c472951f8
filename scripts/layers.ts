/** `npm run layers`: holds the sources against scripts/layerRules.ts and prints every breach as `file:line: what`. */
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { EXCEPTIONS, FLOORS, LAYERS, type LayerName, OWNERS_OF_PROCESS, PLACES, USES } from "./layerRules.ts";
import { codeOnly, type Import, importsOf, isBarrel, lineAt } from "./sourceText.ts";

/** Path below src/, with `/`, to its text. */
export type Sources = ReadonlyMap<string, string>;

/** @returns one line for each breach: `src/…:line: what` */
export function findBreaches(sources: Sources): string[] {
	const breaches = [...sources].flatMap(([file, source]) => {
		const layer = layerOf(file);
		if (layer === undefined) return [`src/${file}:1: lies in no layer: scripts/layerRules.ts has no place for it`];
		const imports = importsOf(source);
		const barrel = isBarrel(source) ? [`src/${file}:1: has nothing but re-exports: import things where they are declared`] : [];
		return [...barrel, ...imports.flatMap((each) => importBreach(file, layer, each)), ...useBreaches(file, layer, source)];
	});
	return [...breaches, ...circles(sources)];
}

function importBreach(file: string, layer: LayerName, { specifier, typeOnly, line }: Import): string[] {
	const at = `src/${file}:${line}:`;
	const rules = LAYERS[layer];
	if (!specifier.startsWith(".")) {
		return rules.modules === null || rules.modules.includes(specifier) || isExcepted(file, specifier)
			? []
			: [`${at} ${layer} must not import ${specifier}`];
	}
	const target = posix.normalize(posix.join(posix.dirname(file), specifier));
	if (target.startsWith("../")) return layer === "root" ? [] : [`${at} ${layer} must not import ${specifier}, which is outside src/`];
	const below = layerOf(target);
	if (isExcepted(file, target)) return [];
	if (layer === "pure" && below === "pure") return floorBreach(file, target).map((what) => `${at} ${what}`);
	if (below === undefined || below === layer || rules.mayImport.includes(below)) return [];
	// The plan is types only, so it weighs nothing anywhere.
	if (target.startsWith("plan/") && typeOnly) return [];
	if (rules.mayImportTypes.includes(below)) return typeOnly ? [] : [`${at} ${layer} may import only types of ${below}: ${target}`];
	return [`${at} ${layer} must not import ${below}: ${target}`];
}

function floorBreach(file: string, target: string): string[] {
	const [from, to] = [floorOf(file), floorOf(target)];
	if (from === -1) return ["pure code without a floor: see FLOORS in scripts/layerRules.ts"];
	return to <= from ? [] : [`${folderOf(file)} lies below ${folderOf(target)} and must not import ${target}`];
}

function floorOf(file: string): number {
	return FLOORS.findIndex((folders) => folders.some((folder) => file.startsWith(folder)));
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));

function useBreaches(file: string, layer: LayerName, source: string): string[] {
	const code = codeOnly(source);
	const forbidden = new Set(LAYERS[layer].mustNotUse);
	if (!OWNERS_OF_PROCESS.includes(file)) forbidden.add("process");
	// A parameter of that name is what the owner hands over.
	if (/[(,]\s*process\s*:/.test(code)) forbidden.delete("process");
	return [...forbidden].flatMap((use) => {
		const match = USES[use].exec(code);
		return match === null ? [] : [`src/${file}:${lineAt(source, match.index)}: ${layer} must not use ${use}: ${match[0].trim()}`];
	});
}

/** Folders (and files beside them) of which each imports the next and the last the first. */
function circles(sources: Sources): string[] {
	const edges = new Map<string, Set<string>>();
	for (const [file, source] of sources) {
		const from = unitOf(file);
		for (const { specifier } of importsOf(source)) {
			if (!specifier.startsWith(".")) continue;
			const to = unitOf(posix.normalize(posix.join(posix.dirname(file), specifier)));
			if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
		}
	}
	const done = new Set<string>();
	const found: string[] = [];
	const visit = (unit: string, path: readonly string[]): void => {
		if (path.includes(unit)) found.push(`src/${unit}:1: imports in a circle: ${[...path.slice(path.indexOf(unit)), unit].join(" → ")}`);
		if (path.includes(unit) || done.has(unit)) return;
		for (const next of edges.get(unit) ?? []) visit(next, [...path, unit]);
		done.add(unit);
	};
	for (const unit of edges.keys()) visit(unit, []);
	return found;
}

/** What takes part in circles: a folder, or a file or folder inside it that has a layer of its own. */
function unitOf(file: string): string {
	return placeOf(file)?.replace(/\/$/, "") ?? file;
}

function layerOf(file: string): LayerName | undefined {
	const place = placeOf(file);
	return place === undefined ? undefined : PLACES[place];
}

function placeOf(file: string): string | undefined {
	const fitting = Object.keys(PLACES).filter((place) => file === place || (place.endsWith("/") && file.startsWith(place)));
	return fitting.sort((a, b) => b.length - a.length)[0];
}

function isExcepted(from: string, to: string): boolean {
	return EXCEPTIONS.some((exception) => from.startsWith(exception.from) && to === exception.to);
}

if (import.meta.main) {
	const folder = fileURLToPath(new URL("../src/", import.meta.url));
	const files = globSync("**/*.ts", { cwd: folder, exclude: ["**/*.test.ts", "**/*.fixture.ts"] }).map((file) =>
		file.replaceAll("\\", "/"),
	);
	const breaches = findBreaches(new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")])));
	for (const breach of breaches) process.stderr.write(`${breach}\n`);
	process.exitCode = breaches.length === 0 ? 0 : 1;
}
