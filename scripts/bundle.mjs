// Bundles programs, so that a start of one loads a few files in place of hundreds: most of what a start costs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/**
 * What becomes one bundle. The chunks of a bundle are as deep in the tree as the files that find another program by
 * `import.meta.url`: `src/commands/`, `src/control/`, `estate/`.
 */
const BUNDLES = [
	{ entries: ["src/cli"], chunks: "src/chunks", external: [] },
	// By itself: a worker loads one file.
	{ entries: ["src/worker/thread"], chunks: "src/worker", external: [] },
	{ entries: ["src/auth/hashWorker"], chunks: "src/auth", external: [] },
	// Its packages are for development, and `portico demo` says so when they are missing.
	{ entries: ["estate/main", "estate/nodeMain"], chunks: "estate", external: ["@peculiar/x509", "reflect-metadata", "ws"] },
];

/**
 * `import "node:http"` reads every export of the module, and one of those loads the whole WebSocket client: a tenth of a
 * second and 16 MiB. What is a plain value is taken from the module without that.
 */
const lightHttp = {
	name: "light-http",
	resolveId: (id) => (id === "node:http" ? "\0light:http" : null),
	load(id) {
		if (id !== "\0light:http") return null;
		const values = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule("node:http")));
		const names = values.filter(([, { value }]) => value !== undefined).map(([name]) => name);
		return `const http = process.getBuiltinModule("node:http");\nexport default http;\nexport const { ${names.join(", ")} } = http;`;
	},
};

/**
 * @param root the checkout, with a slash at its end
 * @param to the folder that takes the place of `dist`
 * @throws Error with the bundler's message
 */
export async function bundle(root, to) {
	const packages = new Set();
	for (const { entries, chunks, external } of BUNDLES) {
		const build = await rolldown({
			cwd: root,
			input: Object.fromEntries(entries.map((entry) => [entry, `${root}${entry}.ts`])),
			platform: "node",
			external,
			plugins: [lightHttp],
		});
		const { output } = await build.write({
			dir: to,
			format: "esm",
			entryFileNames: "[name].js",
			chunkFileNames: `${chunks}/[name]-[hash].js`,
			sourcemap: true,
			comments: { annotation: false, jsdoc: false, legal: true },
		});
		await build.close();
		for (const { moduleIds = [] } of output) for (const id of moduleIds) packages.add(packageOf(id));
	}
	packages.delete(null);
	writeFileSync(
		join(to, "licenses.txt"),
		[...packages]
			.sort()
			.map((folder) => licenseOf(folder))
			.join("\n"),
	);
}

/** The folder of the package that a file belongs to; null: it is ours. */
function packageOf(file) {
	return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? null;
}

/** What a package that became part of the bundles asks to go with it. */
function licenseOf(folder) {
	const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "license.md", "LICENCE"]
		.map((each) => join(folder, each))
		.find(existsSync);
	return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(file, "utf8").trim()}\n`;
}
