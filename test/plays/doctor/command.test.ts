/** The command itself: what it prints, its exit codes, what it sends, and what it makes of responses that are none. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { within } from "../../harness/deadline.ts";
import { runPortico } from "../../harness/portico.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { openRig, PUBLIC } from "./rig.ts";

const rig = await openRig({ after }, { config: { admin: { address: "127.0.0.1:0" } } });
const { cert: authority } = await TestAuthority.create();
const admin = `http://${String(rig.portico.log.find(({ msg }) => msg === "ready")?.admin)}`;
const front = ["--resolve", `127.0.0.1:${rig.portico.port}`, "--ca", "authority.pem", "--timeout", "30s"];

test("the program prints a report for people, with the lines that mend, and exits by severity", async (t) => {
	rig.nodes["is-1"].switches.headerBytes = 8192;
	const run = (words: readonly string[]) =>
		runPortico(t, ["doctor", "-c", "portico.yaml", ...front, ...words], { cwd: rig.portico.folder });
	const warned = await run(["--only", "head,clock"]);
	rig.nodes["is-1"].switches.headerBytes = 66_560;
	assert.equal(warned.code, 1, warned.stderr);
	assert.match(warned.stdout, /^warning {2}head\.node {2}is, is-1: The node rejects a request head of 16 KiB/);
	assert.match(
		warned.stdout,
		/\n {2}evidence {2}GET https:\/\/localhost:\d+\/services\/Version with a head of 16 KiB\n {12}returned 400\n {2}why {7}/,
	);
	assert.match(
		warned.stdout,
		/\n {2}fix {7}<IS_HOME>\/repository\/conf\/deployment\.toml:\n {14}\[transport\.https\.properties\]\n {14}maxHttpHeaderSize = 65536\n/,
	);
	assert.match(warned.stdout, /\nportico\.yaml: 1 warning\n$/);
	const clean = await run(["--skip", "oidc", "--service", "apim", "--json"]);
	assert.equal(clean.code, 0, clean.stdout);
	assert.deepEqual(Object.keys(JSON.parse(clean.stdout) as object), [
		"version",
		"file",
		"public",
		"time",
		"exitCode",
		"counts",
		"findings",
		"skipped",
		"byHand",
	]);
});

test("what it cannot use is said, with exit code 3", async (t) => {
	const run = (words: readonly string[]) => runPortico(t, ["doctor", "-c", "portico.yaml", ...words], { cwd: rig.portico.folder });
	for (const [words, message] of [
		[["--service", "nobody"], /there is no service "nobody"; the file has is, apim/],
		[["--only", "oidc.nothing"], /there is no check "oidc\.nothing"/],
		[["--tenant", "a/../b"], /"a\/\.\.\/b" is not the name of a tenant/],
		[["--timeout", "soon"], /"soon" is not a timeout/],
		[["--resolve", "a:b:c"], /"a:b:c" is not an address/],
		[["--ca", "portico.yaml"], /portico\.yaml contains no certificate in PEM/],
		[["--ca", "nowhere.pem"], /ENOENT.*nowhere\.pem/],
	] as const) {
		const { code, stderr } = await run(words);
		assert.equal(code, 3, stderr);
		assert.match(stderr, message);
	}
	const missing = await runPortico(t, ["doctor", "-c", "nowhere.yaml"], { cwd: rig.portico.folder });
	assert.equal(missing.code, 3);
	assert.match(missing.stderr, /nowhere\.yaml:1:1: the configuration cannot be read/);
});

test("a run that nobody answers, or that has nothing to look at, is not taken for a healthy one", async () => {
	const dead = {
		services: {
			is: { product: "wso2-is", host: PUBLIC, transport: "http", nodes: [{ name: "is-1", host: "127.0.0.1", ports: { servlet: 1 } }] },
		},
	};
	const silent = await rig.diagnose(["--only", "oidc,saml", "--resolve", "127.0.0.1:1"], dead);
	assert.deepEqual([silent.code, silent.report.exitCode, silent.report.findings], [3, 3, []]);
	assert.ok(silent.report.skipped.some(({ check, reason }) => check === "saml" && reason.includes("ECONNREFUSED")));
	for (const [words, needs] of [
		[["--only", "portal", "--service", "is"], "API Manager 3.0 or later"],
		[["--only", "running"], "`admin` in the file, or --admin"],
	] as const) {
		const idle = await rig.diagnose(words, { admin: undefined });
		assert.equal(idle.code, 3);
		assert.ok(idle.report.skipped[0]?.reason.startsWith(`nothing to check; it needs ${needs}`), JSON.stringify(idle.report.skipped));
	}
	const told = await rig.run(["--only", "hairpin"], authority);
	assert.match(told.out, /\/portico\.yaml: nothing could be checked/);
	const file = await rig.diagnose(["--only", "transport"], dead);
	assert.equal(file.code, 1);
	const partly = await rig.diagnose(["--only", "clock,running"], { admin: undefined });
	assert.deepEqual([partly.code, partly.report.skipped.map(({ check }) => check)], [0, ["running"]]);
});

test("what only the nodes can tell is listed, with the commands to run there", async () => {
	const { report, code } = await rig.diagnose(["--skip", "oidc"]);
	assert.equal(code, 0);
	assert.deepEqual(
		report.byHand.map(({ check, service, nodes }) => [check, service, nodes]),
		[
			["hairpin", "is", ["is-1", "is-2"]],
			["hairpin", "apim", ["am-1", "am-2"]],
		],
	);
	const lines = report.byHand[0]?.lines ?? "";
	assert.match(lines, /^getent hosts sso\.example\.com /);
	assert.match(lines, new RegExp(`https://sso\\.example\\.com:${rig.nodes["is-1"].ports.servletHttps}/services/Version`));
	assert.match(lines, /https:\/\/sso\.example\.com\/oauth2\/jwks/);
	assert.deepEqual((await rig.diagnose(["--skip", "hairpin"])).report.byHand, []);
});

test("a user and password in an address are in no message", async (t) => {
	for (const address of [
		"http://adm:s3cret@127.0.0.1",
		"adm:s3cret@127.0.0.1",
		"http://adm:s3/cret@127.0.0.1/x",
		"http://127.0.0.1/x?token=s3cret",
	]) {
		const words = ["--only", "running", "--admin", address];
		const found = await rig.diagnose(words);
		assert.match(found.report.skipped[0]?.reason ?? "", /is not the URL of an admin server/, address);
		const { stdout, stderr } = await runPortico(t, ["status", "--admin", address], { cwd: rig.portico.folder });
		assert.match(stderr, /is not the URL of an admin server/);
		assert.doesNotMatch(JSON.stringify(found.report) + stdout + stderr, /s3|adm:/, address);
	}
	const { stderr } = await runPortico(t, ["doctor", "-c", "portico.yaml", "--resolve", "https://adm:s3cret@x:y:z"], {
		cwd: rig.portico.folder,
	});
	assert.match(stderr, /is not an address/);
	assert.doesNotMatch(stderr, /s3cret/);
});

test("it asks with GET alone, without passwords or tokens, and by the public name", async () => {
	for (const { requests } of Object.values(rig.nodes)) requests.clear();
	await rig.diagnose();
	const sent = Object.values(rig.nodes).flatMap(({ requests }) => requests.last);
	assert.ok(sent.length > 50, String(sent.length));
	for (const { method, target, rawHeaders } of sent) {
		assert.equal(method, "GET", target);
		const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
		assert.ok(!names.includes("authorization"), target);
		const host = rawHeaders[names.indexOf("host") * 2 + 1];
		assert.ok(host === PUBLIC || host === "api.example.com" || /^localhost:/.test(host ?? ""), `${target} of ${host}`);
	}
});

test("the running Portico's own view is taken in, where it gives one", async (t) => {
	const through = await rig.diagnose(["--only", "running", "--admin", admin]);
	assert.deepEqual([through.report.findings, through.report.skipped], [[], []]);
	const other = { product: "http", routes: [{ path: "/other" }], nodes: [{ name: "o-1", url: "http://127.0.0.1:1" }] };
	const differing = await rig.diagnose(["--only", "running", "--admin", admin], { services: { other } });
	assert.deepEqual([differing.ids, differing.code], [["running.differs"], 1]);
	assert.match(differing.finding("running.differs").evidence[0]?.result ?? "", /not running: o-1\/http 127\.0\.0\.1:1/);
	const silent = await startRawServer(t, serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
	const unknown = await rig.diagnose(["--only", "running", "--admin", `http://127.0.0.1:${silent.port}`]);
	assert.deepEqual(unknown.report.findings, []);
	assert.equal(unknown.report.skipped[0]?.check, "running");
});

test("members that the running Portico has down, and addresses of nodes that left through it, are found", async (t) => {
	const health = { check: { interval: "50ms" } };
	const own = await openRig(t, { config: { admin: { address: "127.0.0.1:0" } }, is: { health } });
	const running = async (id: string) => {
		const words = ["--only", "running", "--admin", `http://${String(own.portico.log.find(({ msg }) => msg === "ready")?.admin)}`];
		const poll = async () => {
			for (;;) {
				const found = await own.diagnose(words);
				if (found.ids.includes(id)) return found;
			}
		};
		return within(poll(), id, 60_000);
	};
	own.nodes["is-2"].switches.notReady = true;
	const down = await running("running.down");
	assert.deepEqual([down.finding("running.down").nodes, down.code], [["is-2/servlet"], 1]);
	assert.match(down.finding("running.down").evidence[0]?.result ?? "", /503/);
	own.nodes["is-2"].switches.notReady = false;

	own.nodes["is-1"].switches.servedBy = "http://10.9.9.9/?secret=token";
	own.nodes["is-2"].switches.servedBy = "http://10.9.9.9/?secret=token";
	await own.diagnose(["--only", "hsts"]);
	const leaked = await running("running.leaks");
	assert.match(
		leaked.finding("running.leaks").evidence[0]?.result ?? "",
		/^is:\/oauth2\/jwks: http:\/\/10\.9\.9\.9\/ in x-served-by, \d+ times since 20[\d-]+T[\d:.]+Z, last 20[\d-]+T[\d:.]+Z$/,
	);
	assert.doesNotMatch(JSON.stringify(leaked.report), /token/);
});

test("a token in the environment is not sent, not even to the admin server", async (t) => {
	const asked: string[] = [];
	const server = await startRawServer(
		t,
		serve(({ raw }) => {
			asked.push(raw.toString());
			return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
		}),
	);
	const words = ["doctor", "-c", "portico.yaml", "--only", "running", "--admin", `http://127.0.0.1:${server.port}`];
	await runPortico(t, words, { cwd: rig.portico.folder, env: { PORTICO_ADMIN_TOKEN: "a-token-that-stays-here-0123456789" } });
	assert.ok(asked.length > 0);
	assert.ok(
		asked.every((head) => !/authorization/i.test(head)),
		asked.join(),
	);
});
