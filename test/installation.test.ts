/** What a production installation holds: the sources, and the packages that package.json names as `dependencies`. */
import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { builtinModules } from "node:module";
import { connect } from "node:net";
import { dirname, join, posix } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { importsOf } from "../scripts/sourceText.ts";
import { type Child, startNode } from "./harness/child.ts";
import { within } from "./harness/deadline.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { untilEvent } from "./harness/portico.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: Record<string, string> };
/** Loaded by `portico demo` alone, once it knows that its packages are there. */
const DEMO = "src/commands/demoSession.ts";
const CONFIG = `
public: http://localhost
listeners: [{ address: "127.0.0.1:0" }]
services:
  app:
    product: http
    routes: [{ path: /app, to: / }]
    nodes: [{ name: a, url: "http://127.0.0.1:9" }]
    health: { check: { path: /, body: { matches: "^UP" } } }
admin: { address: "127.0.0.1:0" }
`;

/** Every package that the file reaches, in the way that Node loads it. */
function packagesFrom(entries: readonly string[]): string[] {
	const packages = new Set<string>();
	const seen = new Set([DEMO]);
	const visit = (file: string): void => {
		if (seen.has(file)) return;
		seen.add(file);
		for (const { specifier, typeOnly } of importsOf(readFileSync(join(ROOT, file), "utf8"))) {
			if (typeOnly) continue;
			if (specifier.startsWith(".")) visit(posix.join(posix.dirname(file), specifier));
			else packages.add(specifier);
		}
	};
	for (const entry of entries) visit(entry);
	return [...packages].filter((name) => !name.startsWith("node:") && !builtinModules.includes(name)).sort();
}

/** A copy of the sources beside links to the packages that `npm ci --omit=dev` installs. */
function productionCopy(t: TestContext): string {
	const folder = temporaryFolder(t, { "portico.yaml": CONFIG, "package.json": readFileSync(join(ROOT, "package.json"), "utf8") });
	for (const file of globSync("src/**/*.ts", { cwd: ROOT, exclude: ["**/*.test.ts", "**/*.fixture.ts"] })) {
		cpSync(join(ROOT, file), join(folder, file));
	}
	for (const name of Object.keys(dependencies)) {
		const link = join(folder, "node_modules", name);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(join(ROOT, "node_modules", name), link);
	}
	return folder;
}

const start = (t: TestContext, folder: string, args: readonly string[]): Child =>
	startNode(t, [join(folder, "src/cli.ts"), ...args], { cwd: folder });

async function endOf(child: Child): Promise<number | null> {
	const { code } = await within(child.exited, () => `the end of the command; output:\n${child.output}`, 20_000);
	return code;
}

/** Whether the range of `engines` takes this version, as far as ranges in a lock file go: `^20.19.0 || >=22.12.0`. */
function takes(range: string, version: readonly number[]): boolean {
	const compared = (written: string): number => {
		const parts = written.split(".").map((part) => Number.parseInt(part, 10) || 0);
		const at = [0, 1, 2].find((index) => (version[index] ?? 0) !== (parts[index] ?? 0));
		return at === undefined ? 0 : (version[at] ?? 0) - (parts[at] ?? 0);
	};
	const meets = (comparator: string): boolean => {
		const [, operator = "", written = ""] = /^(>=|>|<=|<|\^|~|=|)v?([\d.x*]+)$/.exec(comparator) ?? [];
		if (written === "" || written === "*") return true;
		const difference = compared(written);
		if (operator === ">=") return difference >= 0;
		if (operator === ">") return difference > 0;
		if (operator === "<=") return difference <= 0;
		if (operator === "<") return difference < 0;
		return Number.parseInt(written, 10) === version[0] && (operator !== "^" || difference >= 0);
	};
	return range.split("||").some((alternative) =>
		alternative
			.trim()
			.replace(/([<>=]) +/g, "$1")
			.split(/\s+/)
			.every(meets),
	);
}

test("no package asks for another Node than the oldest that `engines` allows: npm ci has nothing to warn of", () => {
	const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { engines: { node: string } };
	const oldest = `${/^>=([\d.]+)$/.exec(engines.node)?.[1]}.0`.split(".").map(Number);
	const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
		packages: Record<string, { engines?: { node?: string } | string[]; deprecated?: string }>;
	};
	const unfit = Object.entries(packages).flatMap(([name, { engines: own, deprecated }]) => {
		const range = own === undefined || Array.isArray(own) ? undefined : own.node;
		return deprecated !== undefined || (range !== undefined && !takes(range, oldest)) ? [`${name}: ${deprecated ?? range}`] : [];
	});
	assert.deepEqual(unfit, []);
	assert.deepEqual([takes(">=22", oldest), takes("^18.0.0 || >=20.20.1", oldest), takes("20 || >=22", oldest)], [false, false, true]);
});

test("what serves reaches all dependencies, and none of the packages for development", () => {
	assert.deepEqual(packagesFrom(["src/cli.ts", "src/main.ts", "src/worker/worker.ts"]), Object.keys(dependencies).sort());
});

test("commands run without the packages for development; the demo says what it lacks", async (t) => {
	const folder = productionCopy(t);

	const check = start(t, folder, ["check", "-c", "portico.yaml"]);
	assert.equal(await endOf(check), 0, check.output);

	const run = start(t, folder, ["run", "-c", "portico.yaml"]);
	const { listeners, admin } = await untilEvent(run, "ready", () => true, 20_000);
	const [listener] = listeners as string[];
	const client = connect(Number(listener?.split(":").at(-1)), "127.0.0.1");
	t.after(() => client.destroy());
	client.write("GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	assert.match(await text(client), /^HTTP\/1\.1 404 /);
	assert.equal((await fetch(`http://${admin}/metrics`)).status, 200);

	const demo = start(t, folder, ["demo"]);
	assert.equal(await endOf(demo), 1);
	assert.match(demo.stderr, /^portico: the demo needs @peculiar\/x509, reflect-metadata, ws: run `npm ci` .*\n$/);
});
