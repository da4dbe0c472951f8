import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { register } from "./check.ts";
import { runCommand } from "./commands.fixture.ts";

const directory = mkdtempSync(`${tmpdir()}/portico-check-`);
after(() => rmSync(directory, { recursive: true }));
const names = ["sso.yenlo.com", "sso.example.com", "login.example.com", "api.example.com"].map((name) => `DNS:${name}`).join(",");
const make = [
	"req",
	"-x509",
	"-newkey",
	"ec",
	"-pkeyopt",
	"ec_paramgen_curve:P-256",
	"-nodes",
	"-days",
	"90",
	"-subj",
	"/CN=sso.example.com",
	"-addext",
	`subjectAltName=${names}`,
];
for (const name of ["sso", "api", "wso2-ca"])
	execFileSync("openssl", [...make, "-keyout", `${directory}/${name}.key`, "-out", `${directory}/${name}.pem`], { stdio: "ignore" });
const env = { PORTICO_TLS_DIR: directory, PORTICO_LOG_DIR: directory };

for (const example of ["minimal", "article", "tls-to-nodes"]) {
	test(`examples/${example}.yaml passes without a warning`, async () => {
		const { out, err, code } = await runCommand(register, ["check", "-c", `examples/${example}.yaml`], env);
		assert.equal(err, "");
		assert.equal(code, 0);
		assert.match(out, /: ok\n/);
		assert.match(out, /listener {3}\S+:443 https\n/);
		assert.match(out, /2 nodes \(apim-1, apim-2\), \d+ routes/);
	});
}

test("problems go to standard error with their place, the line and a caret; exit code 1", async () => {
	const { out, err, code } = await runCommand(register, ["check", "-c", "test/fixtures/config/weights.yaml"], { TLS: "." });
	assert.equal(out, "");
	assert.equal(code, 1);
	assert.match(err, /^test\/fixtures\/config\/weights\.yaml:11:48: a weight is 1 to 1000; use .*\n {3}11 \| .*weight: 0 \}\n {6}\| +\^\n/m);
	assert.match(err, /weights\.yaml: 5 problems\n$/);
});

test("--json tells the same to machines", async () => {
	const bad = await runCommand(register, ["check", "--json", "-c", "test/fixtures/config/empty.yaml"]);
	assert.equal(bad.code, 1);
	assert.deepEqual(
		JSON.parse(bad.out).problems.map(({ line, problem }: { line: number; problem: string }) => [line, problem]),
		[[1, "the file is empty"]],
	);
	const good = await runCommand(register, ["check", "--json", "-c", "examples/minimal.yaml"], env);
	assert.equal(good.code, 0);
	const { ok, summary } = JSON.parse(good.out);
	assert.ok(ok);
	assert.deepEqual(summary.services[0].nodes, ["is-1", "is-2"]);
});

test("warnings fail with --strict alone; the file may be an argument", async () => {
	const { err, code } = await runCommand(register, ["check", "-c", "examples/article.yaml"], {
		...env,
		PORTICO_LOG_DIR: `${directory}/gone`,
	});
	assert.equal(code, 0);
	assert.match(err, /: warning: the directory .*gone does not exist here/);
	const strict = await runCommand(register, ["check", "--strict", "examples/article.yaml"], {
		...env,
		PORTICO_LOG_DIR: `${directory}/gone`,
	});
	assert.deepEqual([strict.code, strict.err], [1, err]);
	assert.equal((await runCommand(register, ["check", "--strict", "examples/article.yaml"], env)).code, 0);
	const twice = await runCommand(register, ["check", "a.yaml", "-c", "b.yaml"]);
	assert.deepEqual(
		[twice.code, twice.err],
		[3, 'portico: "a.yaml" and -c b.yaml both set the configuration file; pass only one of them\n'],
	);
});
