/** The demo, as a newcomer meets it: other commands find it by the configuration that it prints, and the doctor tells how its nodes differ from well configured ones. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import type { JsonReport } from "../../../src/doctor/doctorReport.ts";
import { startDemo } from "../../browser/demo.ts";
import { runPortico } from "../../harness/portico.ts";

const demo = await startDemo({ after });
const file = demo.offer("The configuration");
const json = async (t: Parameters<typeof runPortico>[0], words: readonly string[]): Promise<unknown> =>
	JSON.parse((await runPortico(t, [...words, "-c", file, "--json"])).stdout);

test("its status can be asked with the configuration that it prints, and a node be drained", async (t) => {
	const { code, stdout } = await runPortico(t, ["status", "-c", file]);
	assert.equal(code, 0, stdout);
	for (const member of ["is-1/servlet", "is-2/servlet", "apim-1/gateway", "apim-2/servlet"]) assert.ok(stdout.includes(member), stdout);
	const drained = await runPortico(t, ["drain", "is-2", "-c", file]);
	assert.equal(drained.code, 0, drained.stderr);
	const enabled = await runPortico(t, ["enable", "is-2", "-c", file]);
	assert.equal(enabled.code, 0, enabled.stderr);
});

test("its admin server is on loopback, at the address that it prints", async () => {
	const [url = ""] = demo.offer("Status, health, metrics").split(",");
	assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/status$/);
	assert.equal((await fetch(url)).status, 200);
});

test("the doctor finds how nodes as shipped differ, with lines for their versions, and nothing else", async (t) => {
	const report = (await json(t, ["doctor", "--timeout", "30s"])) as JsonReport;
	assert.deepEqual(
		[...new Set(report.findings.map(({ id }) => id))].sort(),
		[
			...["forwarded.address", "front.untrusted", "head.node", "hsts.missing", "leak.body"],
			...["oidc.issuer", "saml.location", "session.local"],
		],
		JSON.stringify(report.findings.map(({ id, what, evidence }) => [id, what, evidence])),
	);
	assert.deepEqual(report.skipped, []);
	const lines = report.findings.flatMap(({ remedies }) => remedies.map((remedy) => `${remedy.file}: ${remedy.lines}`)).join("\n");
	assert.match(lines, /deployment\.toml: \[server\]\nhostname = "localhost"\n\n\[transport\.https\.properties\]\nproxyPort = \d+/);
	// What belongs to the demo says so.
	for (const { id, accepted } of report.findings) assert.match(accepted ?? "", /\. In production, |^With it, .* In production, /, id);
	for (const { check, accepted } of report.byHand) assert.match(accepted ?? "", /In production, /, check);
	assert.deepEqual(report.counts, { error: 0, warning: 0, advice: 0 });
	assert.equal(report.exitCode, 0);
});

test("a finding that does not exist cannot be accepted", async (t) => {
	const wrong = join(dirname(file), "wrong.yaml");
	writeFileSync(wrong, readFileSync(file, "utf8").replace("finding: hsts.missing", "finding: hsts.mising"));
	const { code, stderr } = await runPortico(t, ["doctor", wrong]);
	assert.equal(code, 3);
	assert.match(stderr, /^portico: `doctor\.accept` of .*: there is no finding "hsts\.mising"; docs\/doctor\.md lists them$/m);
});
