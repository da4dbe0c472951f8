/** What the documentation says is true: its configurations load, its commands run, its paths and names exist. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { ERRORS, PHASES } from "../src/errors.ts";
import { TestAuthority } from "./harness/certs.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { runPortico } from "./harness/portico.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = ["README.md", "CHANGELOG.md", ...globSync("docs/**/*.md", { cwd: ROOT }), "bench/README.md"].filter((page) =>
	existsSync(join(ROOT, page)),
);
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
	const found = read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^\\1\`\`\``, "gms"));
	return Array.from(found, ([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

/** A folder with the configuration as portico.yaml and every certificate, key, CA and page that it names. */
async function installed(t: TestContext, text: string): Promise<string> {
	const expanded = text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
	const names = [...expanded.matchAll(/\b[\w./-]+\.(?:pem|key|crt|html|json|ico)\b/g)].map(([name]) => name);
	const hosts = [...text.matchAll(/https:\/\/([\w.-]+)|host: ([\w.-]+)/g)].map(([, origin, host]) => origin ?? host ?? "");
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: [...new Set(["localhost", ...hosts])] });
	const contentOf = (name: string) => {
		if (/\.(?:html|json|ico)$/.test(name)) return "{}";
		return name.endsWith(".key") ? key : /ca\b/.test(name) ? authority.cert : cert;
	};
	return temporaryFolder(t, { ...Object.fromEntries(names.map((name) => [name, contentOf(name)])), "portico.yaml": text });
}

test("every configuration in the documentation and in examples/ is valid", async (t) => {
	const inPages = PAGES.flatMap((page) => fences(page, "yaml").map((text) => [page, text] as const));
	const examples = globSync("examples/*.yaml", { cwd: ROOT }).map((file) => [file, read(file)] as const);
	const base = parse(fences("README.md", "yaml")[0] ?? "") as object;
	for (const [where, text] of [...inPages, ...examples]) {
		// A part of a configuration is checked in its place in the one of the README.
		const whole = /^public:/m.test(text) ? text : stringify({ ...base, ...(parse(text) as object) });
		const { code, stderr } = await runPortico(t, ["check", "-c", "portico.yaml"], { cwd: await installed(t, whole) });
		assert.equal(code, 0, `${where}:\n${whole}\n${stderr}`);
	}
});

test("every command in the documentation runs, or has a proof that exists", async (t) => {
	const cwd = await installed(t, fences("README.md", "yaml")[0] ?? "");
	const commands = PAGES.flatMap((page) => fences(page, "sh").flatMap((text) => text.trim().split("\n")));
	for (const command of new Set(commands)) {
		if (command === RUN) continue;
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

test("every path that is named exists", () => {
	for (const page of PAGES) {
		for (const [, path = ""] of read(page).matchAll(/`((?:src|test|estate|bench|scripts|docs|examples|deploy)\/[\w./-]*)`/g)) {
			assert.ok(existsSync(join(ROOT, path)), `${page} names ${path}`);
		}
	}
});

test("the walk of a request has the phases of the code, in their order", () => {
	const page = read("docs/architecture.md");
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
	const rows = [...read("docs/dependencies.md").matchAll(/^\| (`.*?`) \|/gm)].map(([, names = ""]) => names);
	const described = rows.flatMap((names) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)).sort();

	assert.deepEqual(described, declared);
});

test("the error codes and events of the operations page exist, with their status", () => {
	const page = read("docs/operations.md");
	const sources = globSync("src/**/*.ts", { cwd: ROOT }).map(read).join("\n");
	for (const [, status = "", code = ""] of page.matchAll(/^\| (\d{3})\b.*? \| `(\w+)` \|/gm)) {
		assert.equal(ERRORS[code as keyof typeof ERRORS]?.status, Number(status), code);
	}
	const events = page.slice(page.indexOf("| event |"), page.indexOf("## Files"));
	for (const [, names = ""] of events.matchAll(/^\| (`.*?`) \|/gm)) {
		for (const [, event = ""] of names.matchAll(/`(\w+)`/g)) assert.ok(sources.includes(`"${event}"`), event);
	}
});

test("the error codes and settings of the security page exist", () => {
	const page = read("docs/security.md");
	const settings = read("docs/config.md");
	for (const [, name = ""] of page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) assert.ok(name in ERRORS, name);
	for (const [, name = ""] of page.matchAll(/`(?:limits|timeouts|overload|retry|cookies)\.(\w+)`/g))
		assert.ok(settings.includes(`| \`${name}\` |`), name);
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
