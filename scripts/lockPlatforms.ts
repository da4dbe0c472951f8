/**
 * `node scripts/lockPlatforms.ts`, after a change of dependencies: adds to package-lock.json the optional packages of other platforms that
 * the registry at hand did not offer (a mirror may hold only some). npm leaves those out of the lock, and then `npm ci` refuses it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface LockedPackage {
	readonly version?: string;
	readonly dev?: boolean;
	readonly optional?: boolean;
	readonly os?: readonly string[];
	readonly cpu?: readonly string[];
	readonly libc?: readonly string[];
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const FILE = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"];

const lock = JSON.parse(readFileSync(FILE, "utf8")) as { packages: Record<string, LockedPackage> };
const added: string[] = [];
for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
	if (parent === "") continue;
	for (const [name, version] of Object.entries(optionalDependencies)) {
		const path = `node_modules/${name}`;
		if (lock.packages[path] !== undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
		lock.packages[path] = { version, ...platformOf(name), ...(dev === true ? { dev } : {}), optional: true };
		added.push(`${name}@${version}`);
	}
}
const root = lock.packages[""];
const { "": _, ...rest } = lock.packages;
const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, "en")));
if (added.length > 0) writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: { "": root, ...sorted } }, null, 2)}\n`);
process.stdout.write(`${added.length} packages of other platforms added${added.map((each) => `\n  ${each}`).join("")}\n`);

/** What such packages tell by their names: `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
	const words = name.split("/").at(-1)?.split("-") ?? [];
	const os = SYSTEMS.filter((system) => words.includes(system));
	const cpu = PROCESSORS.filter((processor) => words.includes(processor));
	const libc =
		words.includes("musl") || words.includes("musleabihf")
			? ["musl"]
			: words.includes("gnu") || words.includes("gnueabihf")
				? ["glibc"]
				: [];
	return {
		...(os.length > 0 ? { os } : {}),
		...(cpu.length > 0 ? { cpu } : {}),
		...(libc.length > 0 && os.includes("linux") ? { libc } : {}),
	};
}
