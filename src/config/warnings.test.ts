import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadConfig, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const config = (more: { cert?: string; key?: string; host?: string; rest?: string } = {}): string => `
public: https://${more.host ?? "sso.example.com"}
listeners:
  - address: 127.0.0.1:\${PORT:-8443}
    tls: { certificates: [ { cert: ${more.cert ?? "sso.pem"}, key: ${more.key ?? "sso.key"} } ] }
services:
  is:
    product: wso2-is
    prefix: /is-
    trust: ca.pem
    nodes:
      - name: is-1
        host: 10.0.0.11
        weight: "\${WEIGHT:-1}"
        offset: \${OFFSET:-0}
${more.rest ?? ""}`;

async function warningsOf(text: string): Promise<string[]> {
	const loaded = await loadText(`${tls.directory}/portico.yaml`, text, {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.warnings.map(({ problem }) => problem);
}

const plain = config().replace(/weight: .*/, "weight: 1");

test("a good configuration has no warnings", async () => {
	assert.deepEqual(await warningsOf(plain), []);
});

test("a certificate near its end, a public host that no certificate names, a key for everyone to read: warnings", async () => {
	assert.deepEqual(await warningsOf(plain.replace("sso.pem", "soon.pem")), ["this certificate expires on 2026-06-11, in 10 days"]);
	assert.deepEqual(await warningsOf(plain.replace("https://sso.example.com", "https://login.example.com")), [
		"no certificate of this listener is for login.example.com",
	]);
	assert.deepEqual(await warningsOf(plain.replace("https://sso.example.com", "https://x.example.org")), []);
	assert.deepEqual(await warningsOf(plain.replace("sso.key", "open.key")), ["every user of this machine can read this key"]);
});

test("unverified nodes, plain http and a missing log directory: warnings", async () => {
	assert.deepEqual(await warningsOf(plain.replace("trust: ca.pem", "tls: { verify: off }")), ["any certificate of a node is believed"]);
	assert.equal((await warningsOf(plain.replace("    trust: ca.pem\n", ""))).length, 1);
	const [first] = await warningsOf(`${plain}accessLog: { path: gone/access.log }\n`);
	assert.match(first ?? "", /^the directory .*gone does not exist here$/);
});

test("a zone that no node is in, and nodes that all stand by: warnings", async () => {
	assert.deepEqual(await warningsOf(plain.replace("weight: 1", "zone: ams").concat("zone: ams\n")), []);
	assert.deepEqual(await warningsOf(plain.replace("weight: 1", "zone: ams").concat("zone: asm\n")), ["no node is in zone `asm`"]);
	assert.deepEqual(await warningsOf(`${plain}zone: ams\n`), ["no node is in zone `ams`"]);
	assert.deepEqual(await warningsOf(plain.replace("weight: 1", "standby: true")), ["all nodes are standby, so each of them serves"]);
});

test("variables: unquoted ones keep their type, quoted ones are text, defaults stand in for unset and empty", async () => {
	const file = `${tls.directory}/portico.yaml`;
	const loaded = await loadText(file, plain, { PORT: "9000", OFFSET: "3" }, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	assert.deepEqual([loaded.plan.listeners[0]?.port, loaded.plan.members[0]?.port], [9000, 9446]);
	const empty = await loadText(file, plain, { PORT: "" }, TODAY);
	assert.equal("plan" in empty && empty.plan.listeners[0]?.port, 8443);
	const quoted = await loadText(file, config(), {}, TODAY);
	assert.ok("problems" in quoted && quoted.problems[0]?.problem === "a number is expected, not the text `1`");
	const literal = await loadText(file, `${plain}responseHeaders: { X-Template: "$\${name}" }\n`, {}, TODAY);
	assert.deepEqual("plan" in literal && literal.plan.routes[0]?.responseHeaders, [["X-Template", `$\{name}`]]);
});

test("what is no file, no text or not there is told plainly", async () => {
	const problemsOf = async (name: string): Promise<string[]> => {
		const loaded = await loadConfig(`${tls.directory}/${name}`, {}, TODAY);
		return "problems" in loaded ? loaded.problems.map(({ problem }) => problem) : [];
	};
	mkdirSync(`${tls.directory}/folder`);
	writeFileSync(`${tls.directory}/latin1.yaml`, Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
	writeFileSync(`${tls.directory}/huge.yaml`, Buffer.alloc(5 * 1024 * 1024, 0x20));
	writeFileSync(`${tls.directory}/nested.yaml`, "[".repeat(200_000));
	assert.deepEqual(await problemsOf("gone.yaml"), ["the configuration cannot be read (it does not exist)"]);
	assert.deepEqual(await problemsOf("folder"), ["the configuration cannot be read (it is a directory)"]);
	assert.deepEqual(await problemsOf("latin1.yaml"), ["the file is not UTF-8 text"]);
	assert.match((await problemsOf("huge.yaml"))[0] ?? "", /^the file has 5242880 bytes/);
	assert.match((await problemsOf("nested.yaml"))[0] ?? "", /^a bracket or brace is not closed|nested too deep/);
});

test("a route of product http to the port of a product's consoles, unless it blocks them: a warning", async () => {
	const route = (path: string, more = ""): Promise<string[]> =>
		warningsOf(`${plain}  other:
    product: http
    nodes: [ { name: o-1, url: "https://10.0.0.11:9443" } ]
    tls: { serverName: is-1 }
    routes: [ { path: "${path}" }, ${more} ]
`);
	const told = "this route serves the consoles of `is` too:";
	assert.deepEqual(await route("/t/mine"), [`${told} \`/t/mine/carbon\` and \`/t/mine/services\``]);
	assert.deepEqual(await route("/t/mine", "{ path: /t/mine/carbon, access: blocked }"), [`${told} \`/t/mine/services\``]);
	assert.deepEqual(
		await route(
			"/billing",
			"{ path: '/x-{app}', to: / }, { path: '/x-carbon', access: restricted }, { path: /x-services, access: blocked }",
		),
		["nobody may use this route"],
	);
	assert.deepEqual(await route("/billing"), []);
});
