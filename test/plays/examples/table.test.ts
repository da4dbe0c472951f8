/** The table of examples: each file is in it, passes `portico check --strict`, and does with the request of its row what the row says. */
import assert from "node:assert/strict";
import { chmodSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { register as registerCheck } from "../../../src/commands/check.ts";
import { runCommand } from "../../../src/commands/commands.fixture.ts";
import { register as registerExplain } from "../../../src/commands/explain.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { environmentOf, hostsIn } from "./rig.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const README = readFileSync(join(EXAMPLES, "README.md"), "utf8");
const ROW = /^\| .* \| \[([\w.-]+)\]\(\1\.yaml\) \| `(\S+)` \| (.*) \|$/gm;

interface Explained {
	readonly nodePath: string | null;
	readonly pool?: { readonly order: readonly string[] };
	readonly refused: { readonly status: number } | null;
}

function resultOf({ nodePath, pool, refused }: Explained): string {
	if (refused !== null) return String(refused.status);
	return `\`${nodePath}\` at ${pool?.order.map((member) => member.split("/")[0]).join(", ")}`;
}

test("every example is in the table once", () => {
	const files = globSync("*.yaml", { cwd: EXAMPLES }).map((file) => basename(file, ".yaml"));
	assert.deepEqual([...README.matchAll(ROW)].map(([, name]) => name).sort(), files.sort());
});

test("every example passes the strict check, and does what its row says", async (t) => {
	const authority = await TestAuthority.create();
	for (const [, name = "", url = "", expected] of README.matchAll(ROW)) {
		const text = readFileSync(join(EXAMPLES, `${name}.yaml`), "utf8");
		const { cert, key } = await authority.issue({ names: hostsIn(text) });
		const files = [...text.replace(/\$\{\w+:-([^}]*)\}/g, "$1").matchAll(/tls\/[\w-]+\.(?:pem|key)/g)].map(([file]) => file);
		const contents = files.map((file) => [file, file.endsWith(".key") ? key : file.endsWith("-ca.pem") ? authority.cert : cert]);
		const folder = temporaryFolder(t, { ...Object.fromEntries(contents), "portico.yaml": text });
		for (const each of files) chmodSync(join(folder, each), 0o600);
		const file = join(folder, "portico.yaml");
		const env = { ...environmentOf(text), PORTICO_LOG_DIR: EXAMPLES };
		const checked = await runCommand(registerCheck, ["check", "--strict", file], env);
		assert.deepEqual([checked.code, checked.err], [0, ""], name);
		const { out, err } = await runCommand(registerExplain, ["explain", "--json", file, url], env);
		assert.equal(err, "", name);
		assert.equal(resultOf(JSON.parse(out) as Explained), expected, name);
	}
});
