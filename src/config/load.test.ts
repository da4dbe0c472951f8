import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadConfig } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const DIRECTORY = "test/fixtures/config";
const fixtures = readdirSync(DIRECTORY).filter((name) => name.endsWith(".yaml"));

/** What a certificate says of its dates must not keep all else from starting. */
const ONLY_WARNED = new Set(["certificate-expired.yaml", "certificate-not-yet-valid.yaml"]);

/** UPDATE_FIXTURES=1 writes the expected texts anew; read the difference before you keep it. */
const update = process.env.UPDATE_FIXTURES === "1";

for (const fixture of fixtures) {
	test(`bad input is told in full: ${fixture.replace(".yaml", "")}`, async () => {
		const file = `${DIRECTORY}/${fixture}`;
		const loaded = await loadConfig(file, { TLS: tls.directory }, TODAY);
		assert.equal("problems" in loaded, !ONLY_WARNED.has(fixture));
		const told = formatProblems("problems" in loaded ? loaded.problems : []) + formatProblems(loaded.warnings, "warning");
		const shown = told.replaceAll(tls.directory, "TLS").replaceAll(process.cwd(), "HERE");
		const expected = file.replace(".yaml", ".txt");
		if (update) writeFileSync(expected, shown);
		assert.equal(shown, readFileSync(expected, "utf8"));
	});
}
