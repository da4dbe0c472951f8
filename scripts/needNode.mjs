// Preloaded by the npm scripts (plain JavaScript, so that any Node can read it): says clearly what is wrong on a Node that cannot
// run TypeScript sources, instead of a syntax error.
const NEEDED = 26;

const [major] = process.versions.node.split(".").map(Number);
if (major < NEEDED) {
	process.stderr.write(
		[
			`Portico needs Node ${NEEDED} or newer; this is ${process.version} (${process.execPath}).`,
			"`npm ci` brings the right one on Linux x64 and arm64, macOS arm64 and Windows x64, as an optional package: run it",
			"without --omit=optional, and start things with `npm start`, `npm test` or `npm run …`. Elsewhere install Node yourself.",
			"",
		].join("\n"),
	);
	process.exit(1);
}
