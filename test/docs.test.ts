/** What the documentation says is true: its configurations load, its commands run, its paths and names exist. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments, stringify } from "yaml";
import { formatProblems, loadConfig } from "../src/config/load.ts";
import { ERRORS, PHASES } from "../src/errors.ts";
import { METRICS } from "../src/metrics/metrics.ts";
import { TestAuthority } from "./harness/certs.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { peer } from "./harness/peers.ts";
import { runPortico } from "./harness/portico.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = [
	"README.md",
	"CHANGELOG.md",
	"CONTRIBUTING.md",
	...globSync("docs/**/*.md", { cwd: ROOT }).sort(),
	"bench/README.md",
	"examples/README.md",
].filter((page) => existsSync(join(ROOT, page)));
const PACKAGE = JSON.parse(read("package.json")) as Record<
	"scripts" | "dependencies" | "optionalDependencies" | "devDependencies",
	Record<string, string>
> & {
	version: string;
};

/**
 * What proves the commands that stand in the documentation. `portico …` is run; the others are too large for a test, so each names the
 * files that run it.
 */
const PROOF: Readonly<Record<string, readonly string[]>> = {
	"npm ci": [".ci/run"],
	"npm start": ["scripts/start.mjs"],
	"npm test": [".ci/run", "scripts/test.test.ts"],
	"npm test -- router": ["scripts/test.test.ts"],
	"npm run ok": [".ci/run", "scripts/ok.ts"],
	"npm run dev": ["package.json"],
	"npm run build": ["scripts/build.mjs"],
	"npm prune --omit=dev": ["test/installation.test.ts"],
	"npm run bench": ["bench/main.ts"],
	"npm run chaos -- --minutes 10": ["test/chaos/chaos.test.ts"],
	"npm run chaos -- --seconds 30 --seed 1": ["test/chaos/chaos.test.ts"],
	"npm run fuzz -- --target requestParser --seconds 60 --seed 1": ["test/fuzz/fuzz.test.ts"],
	"npm run fuzz -- --seconds 60 --save": ["test/fuzz/fuzz.test.ts"],
};
/** Pages whose commands are one story, which a play runs from the first to the last, except those of npm and portico. */
const STORIES: Readonly<Record<string, string>> = {
	"docs/tutorial.md": "test/plays/pages/tutorial.test.ts",
	"docs/how-to/install.md": "test/plays/pages/install.test.ts",
};
/** Ends by a signal only; every play that uses the harness runs it. */
const RUN = "portico run -c portico.yaml";
/** They ask a running Portico; a play runs each of them. */
const ADMIN_COMMAND = /^portico (status|drain|enable|disable|weight|maintenance|reload)\b/;
const ADMIN_PLAYS = ["test/plays/admin/commands.test.ts", "test/plays/pages/maintenance.test.ts"];
/** It asks a live estate. */
const DOCTOR_COMMAND = /^portico doctor\b/;
const DOCTOR_PLAY = "test/plays/doctor/command.test.ts";

function read(file: string): string {
	return readFileSync(join(ROOT, file), "utf8");
}

/** The texts of the fenced blocks of one language, those of steps without their indentation. */
function fences(page: string, language: string): string[] {
	// In a list they are indented as its items are.
	const blocks = read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^\\1\`\`\``, "gms"));
	return [...blocks].map(([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

let authority: TestAuthority | null = null;

/** A folder with the configuration as portico.yaml and every certificate, key, CA and page that it names. */
async function installed(t: TestContext, text: string): Promise<string> {
	const expanded = text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
	const names = [...expanded.matchAll(/\b[\w./-]+\.(?:pem|key|crt|html|json|ico)\b/g)].map(([name]) => name);
	const hosts = [...text.matchAll(/https:\/\/([\w.-]+)|host: ([\w.-]+)/g)].map(([, origin, host]) => origin ?? host ?? "");
	authority ??= await TestAuthority.create();
	const ca = authority.cert;
	const { cert, key } = await authority.issue({ names: [...new Set(["localhost", ...hosts])] });
	const contentOf = (name: string) => {
		if (/\.(?:html|json|ico)$/.test(name)) return "{}";
		return name.endsWith(".key") ? key : /ca\b/.test(name) ? ca : cert;
	};
	const secrets = [...text.matchAll(/\$\{file:([\w./-]+)\}/g)].map(([, name = ""]) => [name, "s".repeat(40)] as const);
	return temporaryFolder(t, {
		...Object.fromEntries([...names.map((name) => [name, contentOf(name)] as const), ...secrets]),
		"portico.yaml": text,
	});
}

/** `part` over `base`: maps are merged at any depth, everything else is replaced. */
function merged(base: unknown, part: unknown): unknown {
	if (!isMap(base) || !isMap(part)) return part ?? base;
	const keys = new Set([...Object.keys(base), ...Object.keys(part)]);
	return Object.fromEntries([...keys].map((key) => [key, key in part ? merged(base[key], part[key]) : base[key]]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

test("every configuration in the documentation and in examples/ is valid", async (t) => {
	const inPages = PAGES.flatMap((page) => fences(page, "yaml").map((text) => [page, text] as const));
	const examples = globSync("examples/*.yaml", { cwd: ROOT }).map((file) => [file, read(file)] as const);
	const base = parse(fences("README.md", "yaml")[0] ?? "") as object;
	for (const [where, text] of [...inPages, ...examples]) {
		// A part of a configuration is checked in its place in the one of the README.
		const whole = /^public:/m.test(text) ? text : stringify(merged(base, parse(text)));
		const env = Object.fromEntries([...whole.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, name.padEnd(40, "-")]));
		const loaded = await loadConfig(join(await installed(t, whole), "portico.yaml"), env);
		assert.ok("plan" in loaded, `${where}:\n${whole}\n${"problems" in loaded ? formatProblems(loaded.problems) : ""}`);
	}
});

test("every command in the documentation runs, or has a proof that exists", async (t) => {
	const cwd = await installed(t, fences("README.md", "yaml")[0] ?? "");
	const commands = PAGES.flatMap((page) => {
		const lines = fences(page, "sh").flatMap((text) => text.trim().split("\n"));
		const story = STORIES[page];
		if (story === undefined) return lines;
		assert.ok(existsSync(join(ROOT, story)), `${page}: ${story}`);
		return lines.filter((line) => line.startsWith("npm ") || line.startsWith("portico completion "));
	});
	for (const command of new Set(commands)) {
		if (command === RUN) continue;
		if (command.startsWith("openssl ")) {
			if (peer("openssl").skip !== false) continue;
			const { status, stderr } = spawnSync("bash", ["-c", command], { cwd, encoding: "utf8" });
			assert.equal(status, 0, `${command}\n${stderr}`);
			continue;
		}
		const [, name] = ADMIN_COMMAND.exec(command) ?? [];
		if (name !== undefined) {
			assert.ok(
				ADMIN_PLAYS.some((play) => read(play).includes(`run("${name}"`)),
				`no play runs: ${command}`,
			);
			continue;
		}
		if (DOCTOR_COMMAND.test(command)) {
			for (const option of command.match(/--\w+/g) ?? [])
				assert.ok(read(DOCTOR_PLAY).includes(`"${option}"`), `${DOCTOR_PLAY} does not use ${option}: ${command}`);
			continue;
		}
		if (command.startsWith("portico ")) {
			const { code, stdout, stderr } = await runPortico(t, command.split(" ").slice(1), { cwd });
			assert.equal(code, 0, `${command}\n${stdout}${stderr}`);
		} else {
			assert.ok(PROOF[command], `nothing proves: ${command}`);
			for (const file of PROOF[command]) assert.ok(existsSync(join(ROOT, file)), `${command}: ${file}`);
		}
	}
});

test("every YAML of other programs can be read", () => {
	for (const page of PAGES) {
		for (const text of fences(page, "yml"))
			for (const document of parseAllDocuments(text)) assert.deepEqual("errors" in document ? document.errors : [], [], page);
	}
});

test("every HAProxy configuration is valid", { skip: peer("haproxy").skip }, (t) => {
	for (const page of PAGES) {
		for (const text of fences(page, "haproxy")) {
			const folder = temporaryFolder(t, { "haproxy.cfg": text });
			const { status, stderr } = spawnSync("haproxy", ["-c", "-f", "haproxy.cfg"], { cwd: folder, encoding: "utf8" });
			assert.equal(status, 0, `${page}\n${stderr}`);
		}
	}
});

test("every npm script that is mentioned exists", () => {
	for (const page of PAGES) {
		for (const [, name = ""] of read(page).matchAll(/\bnpm run ([a-z]\w*)/g)) assert.ok(PACKAGE.scripts[name], `${page}: npm run ${name}`);
	}
});

test("every link inside the repository leads somewhere", () => {
	for (const page of PAGES) {
		for (const [, target = ""] of read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
			if (/^https?:/.test(target)) continue;
			assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`);
		}
	}
});

test("every anchor that a link names exists", () => {
	for (const page of PAGES) {
		for (const [, target = "", anchor = ""] of read(page).matchAll(/\]\(([^)#\s]*)#([^)]+)\)/g)) {
			if (/^https?:/.test(target)) continue;
			const other = target === "" ? page : join(dirname(page), target);
			assert.ok(anchorsOf(other).has(anchor), `${page} links to ${other}#${anchor}`);
		}
	}
});

/** Explicit ones, and those that GitHub makes of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
	const text = read(page);
	const explicit = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
	const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
		title
			.toLowerCase()
			.replace(/[^\p{L}\p{N}_ -]/gu, "")
			.replaceAll(" ", "-"),
	);
	return new Set([...explicit, ...headings]);
}

test("every page is in the table of contents", () => {
	const contents = read("docs/README.md");
	for (const page of globSync("docs/**/*.md", { cwd: ROOT })) {
		if (page !== "docs/README.md") assert.ok(contents.includes(`](${page.replace("docs/", "")})`), page);
	}
});

test("every path that is named exists", () => {
	for (const page of PAGES) {
		for (const [, path = ""] of read(page).matchAll(/`((?:src|test|estate|bench|scripts|docs|examples|deploy)\/[\w./-]*)`/g)) {
			assert.ok(existsSync(join(ROOT, path)), `${page} names ${path}`);
		}
	}
});

test("the walk of a request has the phases of the code, in their order", () => {
	const page = read("docs/explanation/request-life.md");
	const walk = page.match(/^`received .*`$/m)?.[0] ?? "";
	const rows = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, phase]) => phase);

	assert.deepEqual(
		walk.match(/[a-z]{4,}/g)?.filter((word) => word !== "attempts"),
		[...PHASES],
	);
	assert.deepEqual(rows, [...PHASES]);
});

test("every dependency has its line, and every line its dependency", () => {
	const { dependencies, optionalDependencies, devDependencies } = PACKAGE;
	const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort();
	const rows = [...read("docs/explanation/dependencies.md").matchAll(/^\| (`.*?`) \|/gm)].map(([, names = ""]) => names);
	const described = rows.flatMap((names) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)).sort();

	assert.deepEqual(described, declared);
});

test("the error codes of the symptoms exist, with their status", () => {
	for (const [, status = "", code = ""] of read("docs/how-to/troubleshoot.md").matchAll(/^\| (\d{3})\b.*? \| `(\w+)` \|/gm)) {
		assert.equal(ERRORS[code as keyof typeof ERRORS]?.status, Number(status), code);
	}
});

test("the error codes and settings of the security page exist", () => {
	const page = read("docs/explanation/security.md");
	const settings = read("docs/reference/config.md");
	for (const [, name = ""] of page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) assert.ok(name in ERRORS, name);
	for (const [, name = ""] of page.matchAll(/`(?:limits|timeouts|overload|retry|cookies)\.(\w+)`/g))
		assert.ok(settings.includes(`</a>\`${name}\` |`), name);
});

test("every metric that is named exists", () => {
	for (const page of PAGES) {
		for (const [name] of read(page).matchAll(/\bportico_[a-z_]+\b/g)) {
			const metric = name.replace(/_(?:bucket|sum|count)$/, "");
			assert.ok(name in METRICS || metric in METRICS, `${page} names ${name}`);
		}
	}
});

test("the changelog knows the version of the package", () => {
	assert.ok(read("CHANGELOG.md").includes(`## [${PACKAGE.version}]`));
});

test("the systemd unit starts what the build makes, and waits longer than a drain takes", () => {
	const unit = read("deploy/portico.service");
	const stop = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
	const drain = Number(/drain: duration\.prefault\("(\d+)s"\)/.exec(read("src/config/schema.ts"))?.[1]);

	assert.match(unit, /^ExecStart=\S+\/node_modules\/\.bin\/node \S+\/dist\/src\/cli\.js run -c /m);
	assert.ok(stop > drain, `${stop} > ${drain}`);
});
