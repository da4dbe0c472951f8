// `npm start`: builds if a source is newer than the last build, then runs the demo in this very process, so that there is nothing
// between a signal and the program. What follows `npm start --` goes to the demo.
import { fileURLToPath } from "node:url";
import { build, isBuilt } from "./build.mjs";

if (!isBuilt()) {
	process.stderr.write("building…\n");
	if (!(await build())) process.exit(1);
}
const program = new URL("../dist/src/cli.js", import.meta.url);
process.argv = [process.execPath, fileURLToPath(program), "demo", ...process.argv.slice(2)];
await import(program.href);
