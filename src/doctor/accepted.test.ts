import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonFor } from "./accepted.ts";
import { reportJson, reportText } from "./doctorReport.ts";
import { exitCode, type Finding } from "./finding.ts";

const finding = (id: string, severity: Finding["severity"], accepted: string | null): Finding => ({
	...{ id, severity, service: "is", nodes: [], what: "wrong", evidence: [], why: "because", remedies: [], accepted },
});

test("an entry accepts a finding or all findings of a check, of one service or of all", () => {
	const accepted = [
		{ finding: "hsts", service: "is", reason: "one" },
		{ finding: "oidc.issuer", reason: "two" },
	];
	assert.equal(reasonFor(accepted, "hsts.missing", "is"), "one");
	assert.equal(reasonFor(accepted, "hsts.missing", "apim"), null);
	assert.equal(reasonFor(accepted, "oidc.issuer", null), "two");
	assert.equal(reasonFor(accepted, "oidc.issuerLonger", "is"), null);
	assert.equal(reasonFor(accepted, "hst", "is"), null);
});

test("accepted findings are shown with their reason and do not count", () => {
	const findings = [finding("a.x", "warning", null), finding("b.y", "error", "known since May")];
	assert.equal(exitCode(findings), 1);
	assert.equal(exitCode(findings.slice(1)), 0);
	const manual = {
		check: "hairpin",
		service: "is",
		nodes: ["is-1"],
		what: "reaches it",
		why: "why",
		lines: "getent hosts x",
		accepted: "seen",
	};
	const diagnosis = { findings, skipped: [], byHand: [manual], exitCode: exitCode(findings) };
	const text = reportText(diagnosis, "portico.yaml", false);
	assert.match(text, /^accepted {2}b\.y {2}is: wrong\n {2}reason {4}known since May\n {2}why/m);
	assert.match(text, /^ {2}hairpin {2}is, is-1: reaches it\n {11}accepted: seen$/m);
	assert.doesNotMatch(text, /getent/);
	assert.match(text, /^portico\.yaml: 1 warning, 1 accepted$/m);
	const { counts } = reportJson(diagnosis, { file: "portico.yaml", public: "https://x", time: "" });
	assert.deepEqual(counts, { error: 0, warning: 1, advice: 0 });
});
