import assert from "node:assert/strict";
import { makeTlsFiles, TODAY } from "../../../src/config/files.fixture.ts";
import { formatProblems, loadText } from "../../../src/config/load.ts";
import type { Scope } from "../../harness/deadline.ts";
import type { Target } from "../target.ts";

const WORDS = [
	"public: ",
	"hosts: ",
	"listeners:\n  - ",
	"services:\n  is:\n    ",
	"product: http\n",
	"product: wso2-is\n",
	"prefix: /is-\n",
	"nodes: ",
	"routes: [{ path: /a }]",
	"trust: ca.pem\n",
	"tls: { certificates: [{ cert: sso.pem, key: sso.key }] }",
	"affinity: { mode: cookie }\n",
	"health: { check: { path: /h } }\n",
	"limits: { memory: 1MiB }\n",
	"\n",
	"  ",
	": ",
	"- ",
	"{",
	"}",
	"[",
	"]",
	'"',
	"#",
	"&a ",
	"*a",
	"<<: *a\n",
	"!!binary ",
	"!!set ",
	"null",
	"1e999",
	"0x7f",
	".inf",
	"__proto__: 1\n",
	"constructor: {}\n",
	`$\{`,
	`$\{PORTICO_TLS_DIR}`,
	"|\n",
	">-\n",
	"? ",
	"---\n",
	"%YAML 1.1\n",
	"\ufeff",
	"\u2028",
	"10s",
	"64KiB",
	"50%",
];

/** The loader of portico.yaml, which finds certificates in a folder of the scope's own. */
export async function configTarget(scope: Scope): Promise<Target> {
	const tls = await makeTlsFiles();
	scope.after(() => tls.remove());
	return {
		name: "config",
		sources: ["config/"],
		words: WORDS,
		longest: 3_000,
		async check(input) {
			const text = input.toString("utf8");
			// Not loadConfig, which turns an exception into a problem.
			const loaded = await loadText(`${tls.directory}/portico.yaml`, text, { PORTICO_TLS_DIR: "." }, TODAY);
			const lines = text.split("\n").length;
			const told = "plan" in loaded ? loaded.warnings : [...loaded.problems, ...loaded.warnings];
			for (const { line, column } of told)
				assert.ok(line >= 1 && line <= lines && column >= 1, `a problem at ${line}:${column} of ${lines} lines`);
			assert.doesNotMatch(formatProblems(told), /[\x00-\x08\x0b-\x1f\x7f]/, "control characters in a message");
			if ("plan" in loaded) structuredClone(loaded.plan);
			else assert.ok(loaded.problems.length > 0, "refused without a problem");
		},
	};
}
