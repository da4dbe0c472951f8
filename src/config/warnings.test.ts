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
  - address: 127.0.0.1:\${PORT:-443}
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
	assert.deepEqual(await warningsOf(plain.replace("trust: ca.pem", "tls: { verify: off }")), ["any certificate of a node is accepted"]);
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

test("no listener has the port that clients connect to: a warning, unless a load balancer stands in front", async () => {
	const other = plain.replace(":-443", ":-8443");
	assert.deepEqual(await warningsOf(other), ["no listener has port 443, which clients of `https://sso.example.com` connect to"]);
	assert.deepEqual(await warningsOf(other.replace("https://sso.example.com", "https://sso.example.com:8443")), []);
	assert.deepEqual(await warningsOf(`${other}trustedProxies: [10.0.0.1]\n`), []);
	assert.deepEqual(await warningsOf(plain.replace(":-443", ":-0")), [], "any port");
});

test("networks of everyone, ports of the other scheme, a perTry that does nothing: warnings", async () => {
	assert.deepEqual(
		await warningsOf(plain.replace("    nodes:", "    access: { restricted: { allow: [10.0.0.0/8, 0.0.0.0/0, '::/0'] } }\n    nodes:")),
		[
			"`0.0.0.0/0`: every client may use the restricted paths, such as consoles and management APIs",
			"`::/0`: every client may use the restricted paths, such as consoles and management APIs",
		],
	);
	assert.deepEqual(await warningsOf(`${plain}trustedProxies: [0.0.0.0/0]\n`), [
		"`0.0.0.0/0`: every address is a trusted proxy, so clients can forge their address",
	]);
	const port = (number: number, more = ""): string => plain.replace("weight: 1", `ports: { servlet: ${number} }${more}`);
	assert.deepEqual(await warningsOf(port(9763)), ["9763 is the http port of wso2-is, but connections to the nodes use https"]);
	assert.deepEqual(await warningsOf(port(9764).replace("-0}", "-1}")), [
		"9764 is the http port of wso2-is, but connections to the nodes use https",
	]);
	assert.deepEqual(await warningsOf(port(9443)), []);
	assert.deepEqual(await warningsOf(port(9763).replace("    trust: ca.pem", "    transport: http")), []);
	const app = (url: string): string =>
		`${plain}  app: { product: http, routes: [{ path: /app }], nodes: [{ name: app-1, url: "${url}" }] }\n`;
	assert.deepEqual(await warningsOf(app("https://10.0.0.40:9763").replace("app: {", `app: { tls: { pin: ${"ab".repeat(32)} },`)), [
		"port 9763 is usually for http, not https",
	]);
	assert.deepEqual(await warningsOf(app("http://10.0.0.40:8080")), []);
	const perTry = (value: string, rest = ""): string =>
		`${plain.replace("    nodes:", `    retry: { perTry: ${value} }\n    nodes:`)}${rest}`;
	assert.deepEqual(await warningsOf(perTry("5m")), ["`perTry` has no effect: it is not below `firstByte`"]);
	assert.deepEqual(await warningsOf(perTry("20s", "timeouts: { firstByte: 20s }\n")), [
		"`perTry` has no effect: it is not below `firstByte`",
	]);
	assert.deepEqual(await warningsOf(perTry("20s")), []);
	assert.deepEqual(await warningsOf(perTry("off")), []);
});

test("a format without a directive and a header without a value are problems", async () => {
	const problemsOf = async (rest: string): Promise<string> => {
		const loaded = await loadText(`${tls.directory}/portico.yaml`, plain + rest, {}, TODAY);
		return "problems" in loaded ? formatProblems(loaded.problems) : "";
	};
	assert.match(
		await problemsOf("accessLog: { format: JSON }\n"),
		/`JSON` is not a format: every line would contain only this text; did you mean `json`\?/,
	);
	assert.match(await problemsOf("accessLog: { format: apache }\n"), /`apache` is not a format: .*; combined, common, json, or an Apache/);
	assert.equal(await problemsOf("accessLog: { format: '%h %U' }\n"), "");
	for (const value of ["''", "' '"])
		assert.match(
			await problemsOf(`responseHeaders: { X-Frame-Options: ${value} }\n`),
			/:16:37: this header has an empty value; set a value/,
		);
});

test("variables: unquoted ones keep their type, quoted ones are text, defaults stand in for unset and empty", async () => {
	const file = `${tls.directory}/portico.yaml`;
	const loaded = await loadText(file, plain, { PORT: "9000", OFFSET: "3" }, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	assert.deepEqual([loaded.plan.listeners[0]?.port, loaded.plan.members[0]?.port], [9000, 9446]);
	const empty = await loadText(file, plain, { PORT: "" }, TODAY);
	assert.equal("plan" in empty && empty.plan.listeners[0]?.port, 443);
	const quoted = await loadText(file, config(), {}, TODAY);
	assert.ok("problems" in quoted && quoted.problems[0]?.problem === "`weight` must be a number, not the string `1`");
	const literal = await loadText(file, `${plain}responseHeaders: { X-Template: "$\${{name}" }\n`, {}, TODAY);
	assert.deepEqual("plan" in literal && literal.plan.responseHeaders, [{ action: "set", name: "X-Template", value: "${{name}" }]);
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
	const told = "this route also serves the consoles of `is`:";
	assert.deepEqual(await route("/t/mine"), [`${told} \`/t/mine/carbon\` and \`/t/mine/services\``]);
	assert.deepEqual(await route("/t/mine", "{ path: /t/mine/carbon, access: blocked }"), [`${told} \`/t/mine/services\``]);
	assert.deepEqual(
		await route(
			"/billing",
			"{ path: '/x-{app}', to: / }, { path: '/x-carbon', access: restricted }, { path: /x-services, access: blocked }",
		),
		["no client may use this route"],
	);
	assert.deepEqual(await route("/billing"), []);
});

test("a redirect for everything, and intercepted errors without a page: warnings", async () => {
	const away = (more = "") => `${plain}redirects: [{ from: /, match: prefix, to: "https://www.example.org/"${more} }]\n`;
	assert.deepEqual(await warningsOf(away()), ["this takes paths without a prefix, such as /commonauth, which logins of `is` need"]);
	assert.deepEqual(await warningsOf(away(', hosts: ["old.example.org", "*"]')), []);
	assert.deepEqual(await warningsOf(away(", hosts: [old.example.com]")), ["no certificate of this listener is for old.example.com"]);
	const intercept = plain.replace("    nodes:", "    interceptErrors: [5xx]\n    nodes:");
	assert.deepEqual(await warningsOf(intercept), ["there are no pages to send instead"]);
});
