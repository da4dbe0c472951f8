import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import type { AffinityPlan } from "../plan/affinity.ts";
import { type Ran, runCommand } from "./commands.fixture.ts";
import { register } from "./explain.ts";

const directory = mkdtempSync(`${tmpdir()}/portico-explain-`);
after(() => rmSync(directory, { recursive: true }));
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
	"/CN=sso.yenlo.com",
];
execFileSync("openssl", [...make, "-keyout", `${directory}/sso.key`, "-out", `${directory}/sso.pem`], { stdio: "ignore" });

const explain = (...words: string[]): Promise<Ran> =>
	runCommand(register, ["explain", "-c", "examples/article.yaml", ...words], { PORTICO_TLS_DIR: directory });

test("a routed request: route, mapping, pool, members with their URLs, and the way back", async () => {
	const { out, code } = await explain("/is-samlsso?SAMLRequest=x");
	assert.equal(code, 0);
	assert.match(out, /^GET \/is-samlsso on sso\.yenlo\.com/);
	assert.match(out, /^route +is:\/samlsso \(public\)/m);
	assert.match(out, /^mapped +\/is-samlsso -> \/samlsso$/m);
	assert.match(out, /^pool +is\/servlet, roundRobin: is-1\/servlet, is-2\/servlet$/m);
	assert.match(out, /^member +is-2\/servlet weight 1: http:\/\/10\.0\.0\.12:9763\/samlsso\?SAMLRequest=x$/m);
	assert.match(out, /Location: https:\/\/localhost:9443\/samlsso -> https:\/\/sso\.yenlo\.com\/is-samlsso$/m);
	assert.match(out, /Set-Cookie: JSESSIONID=0A1B; Path=\/samlsso;.* -> is\.JSESSIONID=0A1B; Path=\/is-samlsso;/);
});

test("whether bodies are rewritten, with an example of what becomes of a page", async () => {
	const page = (await explain("/is-samlsso")).out;
	assert.match(page, /^bodies +URLs in HTML, scripts, JSON, XML and CSS become public ones$/m);
	assert.match(page, /^way back +page: href="https:\/\/localhost:9443\/samlsso" -> href="https:\/\/sso\.yenlo\.com\/is-samlsso"$/m);
	assert.match(page, /^way back +page: href="\/samlsso" -> href="\/is-samlsso"$/m);
	const api = await explain("/apim-pizzashack/1.0.0/menu");
	assert.match(api.out, /^bodies +unchanged$/m);
	assert.doesNotMatch(api.out, /page:/);
	assert.equal((JSON.parse((await explain("/is-samlsso", "--json")).out) as { rewriteBodies: boolean }).rewriteBodies, true);
	assert.doesNotMatch((await explain("/is-carbon")).out, /^bodies/m);
});

test("a portal's callback is asked for as the product knows it", async () => {
	const callback = "redirect_uri=https://sso.yenlo.com/apim-devportal/services/auth/callback/login";
	const { out } = await explain(`/apim-oidc/checksession?client_id=a&${callback}`);
	const asked = "client_id=a&redirect_uri=https%3A%2F%2Fsso.yenlo.com%2Fdevportal%2Fservices%2Fauth%2Fcallback%2Flogin";
	assert.ok(out.includes(`The node gets ?${asked}: `), out);
	assert.ok(out.includes(`/oidc/checksession?${asked}\n`), out);
});

test("affinity is told with its cookie, where the route has it", async () => {
	assert.match((await explain("/is-samlsso")).out, /^affinity +cookie portico-is: /m);
	assert.doesNotMatch((await explain("/apim-pizzashack/1.0.0/menu")).out, /affinity/);
	const { affinity } = JSON.parse((await explain("/is-samlsso", "--json")).out) as { affinity: AffinityPlan };
	assert.deepEqual([affinity.mode, affinity.name, affinity.flows], ["cookie", "portico-is", true]);
	assert.match((await explain("/is-samlsso")).out, /^affinity +a login in progress stays on its node /m);
});

const PAGE = "https://sso.yenlo.com/is-authenticationendpoint/login.do?sessionDataKey=1";

test("a path without its prefix: which service it belongs to, and by what", async () => {
	const byPage = await explain("POST", "/commonauth", "--header", `Referer: ${PAGE}`);
	assert.equal(byPage.code, 0);
	assert.match(byPage.out, /^route +is:\/commonauth \(public\)/m);
	assert.match(byPage.out, /^step +It belongs to is by its page \(Referer\)\.\nstep +Treated as \/is-commonauth\.$/m);

	assert.match(byPage.out, /^step +A login in progress in the form counts like one in the query: set its service with --flow.$/m);

	const byCookie = await explain("POST", "/commonauth", "--header", `Referer: ${PAGE}`, "--header", "Cookie: portico-apim=x");
	assert.match(byCookie.out, /^route +apim:\/commonauth /m);
	assert.match(byCookie.out, /^step +Affinity cookies are assumed to be genuine: only the running server knows the key\.$/m);
	assert.match(byCookie.out, /^step +It belongs to apim by its affinity cookie\.$/m);

	const byFlow = await explain("/commonauth?sessionDataKey=1", "--flow", "is", "--header", "Cookie: portico-apim=x");
	assert.match(byFlow.out, /^step +It belongs to is by the login in progress in its query\.$/m);
	assert.match((await explain("/commonauth", "--flow", "si")).err, /there is no service "si"/);

	const unknown = await explain("/commonauth?sessionDataKey=1");
	assert.equal(unknown.code, 1);
	assert.match(unknown.out, /404 route_not_found, rule path\.unknown/);
	assert.match(unknown.out, /^step +Only the running server knows which logins are in progress\.$/m);
	assert.match(unknown.out, /^step +Nothing decides between them\.$/m);
});

test("access holds for a path without its prefix as for the one with it", async () => {
	const { out, code } = await explain("/carbon", "--header", `Referer: ${PAGE}`);
	assert.equal(code, 1);
	assert.match(out, /^refused +403 http_request_denied, rule access\.blocked$/m);
});

test("method, absolute URL, upgrade and client are taken from the command line", async () => {
	assert.match((await explain("post", "https://sso.yenlo.com/apim-token")).out, /^POST \/apim-token .*\n.*apim:\/token/);
	assert.match(
		(await explain("/apim-chat/1", "--upgrade", "WebSocket")).out,
		/apim-1\/websocket weight 1: http:\/\/10\.0\.1\.11:9099\/chat\/1/,
	);
	assert.match((await explain("/is-samlsso", "--client", "::ffff:10.1.2.3")).out, /client 10\.1\.2\.3/);
});

test("a refused request names its rule and reason; exit code 1", async () => {
	const table: readonly [words: readonly string[], refused: RegExp][] = [
		[["/apim-t/..;/carbon/"], /400 path_refused, rule path\.dot-segment/],
		[["/is-carbon"], /403 http_request_denied, rule access\.blocked\nbecause +No client may/],
		[["/is-console"], /rule access\.restricted\nbecause +This path is restricted to no one/],
		[["TRACE", "/is-samlsso"], /405 method_refused, rule method\.trace/],
		[["OPTIONS", "/is-commonauth"], /rule method\.route\nbecause +The route allows GET, HEAD, POST/],
		[["https://other.example.com/"], /421 misdirected_request, rule host\.unknown/],
		[["/nothing"], /404 route_not_found, rule path\.unknown/],
		[["/is-samlsso\\x"], /400 request_target_refused/],
	];
	for (const [words, refused] of table) {
		const { out, code } = await explain(...words);
		assert.match(out, refused);
		assert.equal(code, 1);
	}
});

test("--down shows the decision without those nodes, --header whose turn it is by a hash", async () => {
	const file = `${directory}/zones.yaml`;
	const node = (name: string, more: string): string => `{ name: ${name}, host: 10.0.0.${name.at(-1)}, ${more} }`;
	writeFileSync(
		file,
		`public: http://localhost
listeners: [ { address: 127.0.0.1:0 } ]
zone: ams
services:
  is:
    product: wso2-is
    prefix: /is-
    transport: http
    balance: { policy: consistentHash, hash: { on: header, name: X-User } }
    nodes: [ ${node("is-1", "zone: ams")}, ${node("is-2", "zone: ams")}, ${node("is-3", "zone: fra, standby: true")} ]
`,
	);
	const ask = (...words: string[]): Promise<Ran> => runCommand(register, ["explain", "-c", file, "/is-samlsso", ...words]);
	const { out } = await ask("--down", "is-1", "--header", "X-User: ann", "--header", "Cookie:  a=b");
	assert.match(out, /^pool +is\/servlet, consistentHash: is-2\/servlet, is-3\/servlet$/m);
	assert.match(out, /^policy +by the header x-user, always the first/m);
	assert.match(out, /^spread +local \(ams\): 100 % of new traffic; 1 of 2 eligible/m);
	assert.match(out, /^member +is-1\/servlet weight 1, down, zone ams, 0 % of new traffic: http/m);
	assert.match(out, /^member +is-3\/servlet weight 1, zone fra, standby, 0 % of new traffic: http/m);
	assert.match((await ask("--down", "is-1", "--down", "is-2/servlet")).out, /^pool +is\/servlet, consistentHash: is-3\/servlet$/m);
	const none = await ask("--down", "is-1", "--down", "is-2", "--down", "is-3");
	assert.match(none.out, /no member is eligible$/m);
	assert.match(none.out, /^spread +no member is eligible: requests get 503$/m);
	const told = JSON.parse((await ask("--json", "--down", "is-1")).out);
	assert.deepEqual([told.request.down, told.pool.members[0].down, told.pool.spread.length], [["is-1"], true, 2]);
	for (const words of [
		["--down", "is-9"],
		["--header", "nothing"],
	]) {
		const { err, code } = await ask(...words);
		assert.match(err, /^portico: (there is no node `is-9`; did you mean `is-1`|"nothing" is not a header)/);
		assert.equal(code, 1);
	}
});

test("a path that no route covers comes with the nearest routes, an unknown host with those that are served", async () => {
	assert.match((await explain("/is-samlso")).out, /^nearest +\/is-samlsso/m);
	assert.match((await explain("/is-oauth3/token")).out, /^nearest +\/is-oauth2/m);
	assert.match((await explain("https://sso.yenlo.com:8443/is-samlsso")).out, /^served +sso\.yenlo\.com$/m);
	assert.doesNotMatch((await explain("/wp-login.php?redirect=elsewhere-and-far-away")).out, /^nearest .*, .*, .*, /m);
	const { near } = JSON.parse((await explain("--json", "/is-samlso")).out).refused;
	assert.equal(near[0], "/is-samlsso");
});

test("the file may be an argument before method and URL", async () => {
	const run = (...words: string[]): Promise<Ran> => runCommand(register, ["explain", ...words], { PORTICO_TLS_DIR: directory });
	assert.match((await run("examples/article.yaml", "/is-samlsso")).out, /^GET \/is-samlsso/);
	assert.match((await run("examples/article.yaml", "POST", "/is-samlsso")).out, /^POST \/is-samlsso/);
	assert.match((await run("/is-samlsso")).err, /^portico: there is no portico\.yaml in this directory\nName the configuration: /);
});

test("--json has the same facts", async () => {
	const { out } = await explain("--json", "/apim-t/acme/pizza/1.0");
	const told = JSON.parse(out);
	assert.equal(told.route.id, "apim:/t/{tenant}");
	assert.equal(told.nodePath, "/t/acme/pizza/1.0");
	assert.deepEqual(told.pool.order, ["apim-1/gateway", "apim-2/gateway"]);
	assert.equal(told.refused, null);
});

test("a bad URL, a bad address and a bad configuration are told without a stack trace", async () => {
	for (const [words, exit] of [
		[["ftp://x/"], 1],
		[["sso.yenlo.com/x"], 1],
		[["/x", "--client", "nobody"], 3],
		[["GET", "/x", "/y"], 3],
		[["portico.yaml", "/x"], 3],
		[["portico.yaml"], 3],
		[[], 3],
	] as const) {
		const { err, code } = await explain(...words);
		assert.match(err, /^portico: /);
		assert.doesNotMatch(err, /\n\s+at /);
		assert.equal(code, exit, String(words));
	}
	const { err, code } = await runCommand(register, ["explain", "-c", "gone.yaml", "/x"]);
	assert.match(err, /^gone\.yaml:1:1: the configuration cannot be read/);
	assert.equal(code, 1);
});

test("--listener says what one listener does with the request; without it the one that serves the host is named", async () => {
	writeFileSync(
		`${directory}/ports.yaml`,
		`public: http://localhost:8080
listeners: [ { address: 127.0.0.1:8080 }, { address: 127.0.0.1:8444 } ]
services:
  portal: { product: http, routes: [ { path: / } ], nodes: [ { name: p, url: http://127.0.0.1:9 } ] }
  gw: { product: http, host: localhost:8444, routes: [ { path: / } ], nodes: [ { name: g, url: http://127.0.0.1:9 } ] }
`,
	);
	const ask = (...words: string[]): Promise<Ran> => runCommand(register, ["explain", "-c", `${directory}/ports.yaml`, ...words]);
	const alone = /^step +Host localhost:8444 is served only by 127\.0\.0\.1:8444\b/m;
	const there = await ask("http://localhost:8444/x", "--listener", "127.0.0.1:8444");
	assert.deepEqual([there.code, alone.test(there.out)], [0, true]);
	assert.match((await ask("http://localhost:8444/x")).out, alone);
	const other = await ask("http://localhost:8444/x", "--listener", "127.0.0.1:8080");
	assert.equal(other.code, 1);
	assert.match(other.out, /^refused +421 misdirected_request, rule host\.unknown$/m);
	assert.match(other.out, /^served +localhost:8080$/m);
	assert.match(other.out, /only by 127\.0\.0\.1:8444, not by 127\.0\.0\.1:8080\.$/m);
	assert.match((await ask("/x", "--listener", "443")).err, /there is no listener "443"; the file has 127\.0\.0\.1:8080, 127\.0\.0\.1:8444/);
});

test("a redirect shows its status and Location, a fixed response its body, also on a host that only redirects", async () => {
	const file = `${directory}/own.yaml`;
	const text = `public: https://sso.yenlo.com
listeners: [{ address: "0.0.0.0:443", tls: { certificates: [{ cert: sso.pem, key: sso.key }] } }, { address: "0.0.0.0:80", redirectTo: https, redirectExcept: [/acme] }]
redirects: [{ from: "/t/{tenant}", match: prefix, to: "/o/{tenant}" }, { from: /, match: prefix, to: "https://sso.yenlo.com/", hosts: ["*"], status: 301 }]
responses: [{ path: /robots.txt, body: "User-agent: *" }]
services: { app: { product: http, routes: [{ path: /app }], nodes: [{ name: a, url: "http://10.0.0.1" }] } }
`;
	writeFileSync(file, text);
	const ask = (...words: string[]) => runCommand(register, ["explain", "-c", file, ...words]);
	const { out, code } = await ask("/t/a/b?c");
	assert.equal(code, 0);
	assert.match(out, /^response +302, by :redirect:\/t\/\{tenant\}\/\*, pattern \/t\/\{tenant\}$/m);
	assert.match(out, /^Location +\/o\/a\/b\?c$/m);
	assert.match((await ask("/robots.txt")).out, /^body +13 bytes, text\/plain; charset=utf-8$/m);
	const elsewhere = (await ask("http://other.example/x")).out;
	assert.match(elsewhere, /^Location +https:\/\/sso\.yenlo\.com\/x$/m);
	assert.match(elsewhere, /Over http the listener 0\.0\.0\.0:80 does the same, without a redirect to https\.$/m);
	assert.match((await ask("http://sso.yenlo.com/app")).out, /redirects to https\. The following is for https\.$/m);
	const { own } = JSON.parse((await ask("--json", "/t/a")).out) as { own: { location: string } };
	assert.equal(own.location, "/o/a");
});

test("header rules in the order in which they apply, each with its line, and X-Forwarded-Prefix", async () => {
	const file = `${directory}/headers.yaml`;
	const lines = [
		"public: http://sso.example.com",
		'listeners: [{ address: "127.0.0.1:80" }]',
		"requestHeaders: { set: { X-Tenant: '{tenant}', Authorization: Basic aGlkZGVu }, remove: [X-Debug] }",
		"responseHeaders:",
		"  add: { Link: </a> }",
		"  default: { X-Frame-Options: DENY }",
		"services:",
		"  app:",
		"    product: http",
		"    routes:",
		"      - { path: /sso, to: /, responseHeaders: { remove: [Server] } }",
		"      - { path: /bare, requestHeaders: { inherit: false }, responseHeaders: { inherit: false } }",
		'    nodes: [{ name: a, url: "http://127.0.0.1:9" }]',
	];
	writeFileSync(file, `${lines.join("\n")}\n`);
	const { out, code } = await runCommand(register, ["explain", file, "/sso/x"]);
	assert.equal(code, 0, out);
	const told = out.split("\n").filter((line) => /^(forwarded|request|response) /.test(line));
	assert.deepEqual(
		told.map((line) => line.replace(/ +/g, " ")),
		[
			"forwarded X-Forwarded-Prefix: /sso",
			"request remove X-Debug (headers.yaml:3)",
			"request set X-Tenant: {tenant} (headers.yaml:3)",
			"request set Authorization: … (headers.yaml:3)",
			"response remove Server (headers.yaml:11)",
			"response default X-Frame-Options: DENY (headers.yaml:6)",
			"response add Link: </a> (headers.yaml:5)",
		],
	);
	assert.doesNotMatch((await runCommand(register, ["explain", file, "/bare"])).out, /^(forwarded|request|response) /m);
	const refused = (await runCommand(register, ["explain", file, "/nothing"])).out;
	assert.match(refused, /^response +default X-Frame-Options: DENY {2}\(headers\.yaml:6\)$/m, "Portico's own responses");
});
