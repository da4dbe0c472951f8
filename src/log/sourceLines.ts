/** Stack traces of the bundled program name the files and lines of its sources. A map is read when a stack first needs it. */
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** `file:///opt/portico/dist/src/cli.js:12:34` */
const POSITION = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/;

/** For one thread, before anything of it can fail. From the sources it changes nothing: they have no maps. */
export function nameSourceLines(): void {
	const maps = new Map<string, SourceMap | null>();
	Error.prepareStackTrace = (error, sites) => {
		const frames = sites.map(
			(site) =>
				`\n    at ${String(site).replace(POSITION, (position, file, line, column) => {
					if (!maps.has(file)) maps.set(file, mapOf(file));
					const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
					return entry === undefined || !("originalSource" in entry)
						? position
						: `${new URL(entry.originalSource, file).href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
				})}`,
		);
		// Errors of Node say their code.
		return `${error.toString()}${frames.join("")}`;
	};
}

/** Null if the file has none, or there is no descriptor to read it with. */
function mapOf(file: string): SourceMap | null {
	const map = new URL(`${file}.map`);
	try {
		return existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, "utf8"))) : null;
	} catch {
		return null;
	}
}
