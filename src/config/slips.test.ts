/** One slip of the pen is one problem, at its place: never what the parser makes of the rest of the file. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText, type Problem } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const GOOD = `public: https://sso.example.com
listeners:
  - address: 127.0.0.1:443
    tls:
      certificates: [{ cert: sso.pem, key: sso.key }]
  - { address: 127.0.0.1:80, redirectTo: https }
services:
  is:
    product: wso2-is
    prefix: /is-
    trust: ca.pem
    nodes:
      - name: is-1
        host: 10.0.0.11
      - { name: is-2, host: 10.0.0.12 }
    balance: { policy: roundRobin }
  app:
    product: http
    routes: [{ path: /app, to: / }]
    nodes: [{ name: app-1, url: http://10.0.0.40:8080 }]
accessLog:
  path: "-"
  format: combined
`;

async function told(text: string): Promise<readonly Problem[]> {
	const loaded = await loadText(`${tls.directory}/portico.yaml`, text, { CERT: "sso.pem", KEY: "sso.key", HOST: "10.0.0.11" }, TODAY);
	return "problems" in loaded ? loaded.problems : [];
}

test("what is without a slip is without a problem", async () => {
	assert.deepEqual(await told(GOOD), []);
});

const slips: readonly (readonly [name: string, from: string, to: string, line: number, says: RegExp])[] = [
	["a variable in braces", "{ cert: sso.pem,", "{ cert: ${CERT},", 5, /a variable between \{ \} or \[ \] needs quotes/],
	["a tab", "    tls:", "\ttls:", 4, /a tab is used for indentation/],
	["a tab before a list", "      - name: is-1", "\t- name: is-1", 13, /a tab is used for indentation/],
	["a tab behind spaces", "        host: 10.0.0.11", "      \thost: 10.0.0.11", 14, /a tab is used for indentation/],
	["a missing bracket", "key: sso.key }]", "key: sso.key }", 6, /not closed before here/],
	["a missing brace", "key: sso.key }]", "key: sso.key ]", 5, /not closed before here/],
	["a bracket too many", "key: sso.key }]", "key: sso.key }]]", 5, /./],
	["a missing quote", 'path: "-"', 'path: "-', 22, /the quote that begins here is not closed/],
	["a missing quote before another text in quotes", "host: 10.0.0.11", 'host: "10.0.0.11', 14, /the quote that begins here is not closed/],
	["a missing colon", "    product: wso2-is", "    product wso2-is", 9, /./],
	["no space behind a colon", "    product: wso2-is", "    product:wso2-is", 9, /./],
	["an indentation too small", "    prefix: /is-", "   prefix: /is-", 10, /the indentation is inconsistent/],
	["an indentation too large", "    prefix: /is-", "      prefix: /is-", 9, /./],
	["two colons", "format: combined", "format: combined: json", 23, /./],
	["a key twice", "    prefix: /is-", "    prefix: /is-\n    prefix: /sso-", 11, /this key appears twice/],
	["a misspelt key", "    product: wso2-is", "    prodcut: wso2-is", 9, /unknown key `prodcut`; did you mean `product`\?/],
	[
		"a merge key",
		"{ name: is-2, host: 10.0.0.12 }",
		"{ <<: { host: 10.0.0.12 }, name: is-2 }",
		15,
		/unknown key `<<`; YAML 1\.2 has no merge keys/,
	],
];

for (const [name, from, to, line, says] of slips) {
	test(`${name} is one problem`, async () => {
		assert.ok(GOOD.includes(from), from);
		const problems = await told(GOOD.replace(from, to));
		assert.deepEqual(
			problems.map((problem) => problem.line),
			[line],
			formatProblems(problems),
		);
		assert.match(formatProblems(problems), says);
	});
}

test("every variable in braces is told, and what else is wrong besides", async () => {
	const text = GOOD.replace("{ cert: sso.pem, key: sso.key }", "{ cert: ${CERT}, key: ${KEY} }").replace(
		"host: 10.0.0.12",
		"host: ${HOST}",
	);
	assert.deepEqual(
		(await told(text)).map(({ line, column }) => [line, column]),
		[
			[5, 30],
			[5, 44],
			[15, 29],
		],
	);
	const both = await told(text.replace("format: combined", "format: 'combined"));
	assert.deepEqual([both.length, both.at(-1)?.line], [4, 23]);
});

test("a file that is indented with tabs is one problem, which counts the lines", async () => {
	const problems = await told(GOOD.replaceAll(/^( {2})+/gm, (spaces) => "\t".repeat(spaces.length / 2)));
	assert.equal(problems.length, 1);
	assert.match(formatProblems(problems), /:3:1: a tab is used for indentation, here and in 18 more lines; use only spaces/);
});

test("words of other proxies come with what they are called here", async () => {
	const table: readonly (readonly [from: string, to: string, says: RegExp])[] = [
		["accessLog:", "proxy_pass: http://10.0.0.40:8080\naccessLog:", /unknown key `proxy_pass`; list the nodes in `nodes`/],
		["accessLog:", "server_name: sso.example.com\naccessLog:", /unknown key `server_name`; the public origin is `public`/],
		["accessLog:", "upstream: {}\naccessLog:", /unknown key `upstream`; list the nodes in `nodes`/],
		["redirectTo: https", "redirect: https", /unknown key `redirect`; a listener that redirects to https has `redirectTo: https`/],
		["policy: roundRobin", "policy: least_conn", /`least_conn` is not one of .*; did you mean `leastConnections`\?/],
		["policy: roundRobin", "policy: ip_hash", /did you mean `consistentHash`\?/],
		["    balance:", "    sticky: true\n    balance:", /unknown key `sticky`; sticky sessions are `affinity`/],
		[
			"    balance:",
			"    least_conn: true\n    balance:",
			/unknown key `least_conn`; the policy is `balance: \{ policy: leastConnections \}`/,
		],
		["host: 10.0.0.12", 'host: "10.0.0.12:9443"', /"10\.0\.0\.12:9443" is not a host; write 10\.0\.0\.12; the ports of a node follow/],
		["host: 10.0.0.12", "host: https://10.0.0.12", /is not a host; write 10\.0\.0\.12$/m],
		["accessLog:", "limits: { requestHead: 64K }\naccessLog:", /"64K" is not a size; write 64KiB$/m],
		["accessLog:", "timeouts: { firstByte: 1m30s }\naccessLog:", /"1m30s" is not a duration; write 90s$/m],
		["accessLog:", "timeouts: { firstByte: 5 min }\naccessLog:", /"5 min" is not a duration; write 5m$/m],
		["accessLog:", "timeouts: { firstByte: 0.5s }\naccessLog:", /"0\.5s" is not a duration; write 500ms$/m],
		["accessLog:", "timeouts: { firstByte: soon }\naccessLog:", /"soon" is not a duration; write a whole number and ms, s, m, h or d: 10s/],
		["accessLog:", "limits: { headerFields: 0 }\naccessLog:", /`headerFields` must be at least 1, not 0$/m],
		["host: 10.0.0.12", "host: 10.0.0.12, offset: 99999", /`offset` must be at most 50000, not 99999$/m],
		["host: 10.0.0.12", "host:", /`host` has no value; it must be a string$/m],
	];
	for (const [from, to, says] of table) {
		const problems = await told(GOOD.replace(from, to));
		assert.match(formatProblems(problems), says);
		assert.equal(problems.length, 1, formatProblems(problems));
	}
});
