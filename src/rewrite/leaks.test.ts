import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import { LeakRules } from "./leaks.ts";

const service = servicePlan({
	product: "wso2-is",
	hosts: ["sso.example.com"],
	publicOrigin: "https://sso.example.com",
	nodeOrigins: ["https://is-1.internal:9443", "http://is-1.internal:9763", "https://sso.example.com:9443", "https://idp.internal:443"],
	nodeHosts: ["is-1.internal", "10.0.0.11", "localhost"],
});
const rules = LeakRules.build(planOf([service], [routePlan()]));
const kindOf = (key: string, value: string): string | null => rules.inField(key, value)?.kind ?? null;

test("internal places are told by what they name", () => {
	for (const [value, kind] of [
		["https://localhost:9443/oauth2/authorize", "loopback"],
		["https://localhost/x", "loopback"],
		["http://127.0.0.1/authenticationendpoint/login.do?client_id=x", "loopback"],
		["https://127.9.9.9:1/", "loopback"],
		["https://[::1]:9443/", "loopback"],
		["https://IS-1.internal/samlsso", "node"],
		["https://10.0.0.11:8443/", "node"],
		["http://10.9.9.9/", "private"],
		["http://172.31.0.1/", "private"],
		["http://192.168.1.1:8080", "private"],
		["https://[fd00::1]/", "private"],
		["https://sso.example.com:9443/x", "port"],
		["https://other.example.com:9763/", "port"],
		["//localhost:9443/x", "loopback"],
		["https://user:secret@localhost:9443/", "loopback"],
		// Neither is ours.
		["https://sso.example.com/is-samlsso", null],
		["https://sso.example.com:3000/", null],
		["https://rp.example.com/cb?next=https%3A%2F%2Flocalhost%3A9443", null],
		["https://rp.example.com:443/", null],
		["https://172.32.0.1/", null],
		["https://11.0.0.1/", null],
		["https://localhost.example.com/", null],
		["https://is-1.internal.example.com/", null],
		["/oauth2/authorize", null],
		["//sso.example.com/x", null],
		["urn:ietf:rfc:6749", null],
		["", null],
	] as const)
		assert.equal(kindOf("location", value), kind, value);
});

test("a public name that is itself local is no leak, but with a port of the nodes it is", () => {
	const local = { ...service, hosts: ["localhost:8443"], publicOrigin: "https://localhost:8443" };
	const ofLocal = LeakRules.build({ ...planOf([local], [routePlan()]), publicOrigin: "https://localhost:8443" });
	for (const [value, kind] of [
		["https://localhost:8443/is-samlsso", null],
		["http://localhost:3000/", null],
		["https://localhost:9443/", "port"],
		["https://127.0.0.1:8443/", "loopback"],
	] as const)
		assert.equal(ofLocal.inField("location", value)?.kind ?? null, kind, value);
});

test("where a login ends is the relying party's business, also on its own machine; a node's address is not", () => {
	for (const [value, kind] of [
		["http://localhost:3000/callback?code=4711&session_state=x", null],
		["http://192.168.1.5/cb#id_token=x", null],
		["http://localhost:3000/callback?error=login_required", null],
		["http://localhost:3000/callback", "loopback"],
		["https://localhost/authenticationendpoint/login.do?error=x&sessionDataKey=1", "loopback"],
		["https://is-1.internal:9443/cb?code=x", "node"],
		["https://other.example.com:9443/cb?code=x", "port"],
		// Their own consoles are relying parties too.
		["https://localhost:9443/console?code=x", "loopback"],
	] as const)
		assert.equal(kindOf("location", value), kind, value);
	assert.equal(kindOf("x-next", "http://localhost:3000/callback?code=4711"), "loopback");
});

test("at the end of a flow stands a relying party or another identity provider, wherever it is; WSO2's own pages are none", () => {
	const others = (url: string, leadsAway: boolean, field: string | null): boolean => {
		const leak = rules.inText(url);
		assert.ok(leak, url);
		return rules.isOfOthers(leak, { leadsAway }, field);
	};
	for (const [url, leadsAway, field, expected] of [
		["http://127.0.0.1:5000/", true, "location", true],
		["http://10.1.2.3/acs", true, null, true],
		["https://192.168.7.7/adfs/ls", true, "location", true],
		["http://10.1.2.3/acs", true, "location", true],
		["https://localhost:9443/acs", true, "location", false],
		["https://is-1.internal/acs", true, "location", false],
		["https://127.0.0.1/authenticationendpoint/login.do", true, "location", false],
		["https://localhost/t/acme/oauth2/authorize", true, "location", false],
		["http://10.1.2.3/acs", true, "x-node", false],
		["http://10.1.2.3/acs", false, "location", false],
	] as const)
		assert.equal(others(url, leadsAway, field), expected, url);
});

test("every field that may hold a URL is looked at", () => {
	const url = "https://localhost:9443/x";
	for (const [key, value] of [
		["content-location", url],
		["link", `</a>; rel=next, <${url}>; rel="prev"`],
		["refresh", `5; url='${url}'`],
		["content-security-policy", `default-src 'self'; connect-src ${url}`],
		["www-authenticate", `Bearer realm="${url}"`],
		["x-anything", `a,${url}`],
		["set-cookie", "a=b; Path=/; Domain=.LocalHost; Secure"],
		["set-cookie", "a=b;domain=10.0.0.11"],
	] as const)
		assert.notEqual(rules.inField(key, value), null, `${key}: ${value}`);
	for (const [key, value] of [
		["set-cookie", "next=https://localhost:9443/; Path=/; Domain=example.com"],
		["set-cookie", "domain=localhost; Path=/"],
		["access-control-allow-origin", "http://localhost:3000"],
		["etag", `"${url}"`],
		["x-note", "//localhost:9443/x"],
	] as const)
		assert.equal(rules.inField(key, value), null, `${key}: ${value}`);
});

test("what is told holds no secrets and no query", () => {
	for (const [value, url] of [
		["https://user:secret@localhost:9443/a/b;jsessionid=1?code=secret#secret", "https://localhost:9443/a/b"],
		["https://localhost:9443?secret", "https://localhost:9443"],
		["HTTPS://LOCALHOST:9443/A", "HTTPS://localhost:9443/A"],
		[`https://localhost/${"x".repeat(500)}`, `https://localhost/${"x".repeat(99)}`],
	] as const)
		assert.equal(rules.inField("location", value)?.url, url);
	assert.equal(rules.inField("set-cookie", "a=secret; Domain=localhost")?.url, "localhost");
});

test("texts: the first leak, in attributes, scripts and JSON", () => {
	const first = (text: string): string | undefined => rules.inText(text)?.url;
	assert.equal(
		first(`<a href="https://rp.example.com/">x</a><form action='https://localhost:9443/commonauth'>`),
		"https://localhost:9443/commonauth",
	);
	assert.equal(first(`{"issuer":"https:\\/\\/localhost:9443\\/oauth2\\/token"}`), "https://localhost:9443");
	assert.equal(first(`var u = "wss://is-1.internal:9443/s"`), "wss://is-1.internal:9443/s");
	assert.equal(first("url(http://10.1.1.1/a.png)"), "http://10.1.1.1/a.png");
	for (const clean of [
		"",
		"://localhost",
		"ftp://localhost/x",
		"https://",
		"https://?",
		"a://b",
		"http://www.w3.org/1999/xhtml",
		"localhost:9443",
	])
		assert.equal(first(clean), undefined, clean);
});

test("whatever a node writes: no exception, and nothing told that the value does not name", () => {
	const piece = fc.oneof(
		fc.constantFrom(
			"https://",
			"http:\\/\\/",
			"://",
			"//",
			"localhost",
			"10.0.0.1",
			"[::1",
			"]",
			":9443",
			":",
			"@",
			"/",
			"?",
			";",
			"\\",
			"is-1.internal",
		),
		fc.string({ maxLength: 8, unit: "binary" }),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom("location", "set-cookie", "link", "x"), (pieces, key) => {
			const value = pieces.join("");
			for (const leak of [rules.inField(key, value), rules.inText(value)]) {
				if (leak === null) continue;
				assert.ok(value.toLowerCase().includes(leak.host));
				assert.ok(!/[?#\s]|^[^/]*\/\/[^/]*@/.test(leak.url), leak.url);
				assert.ok(leak.url.length < 500);
			}
		}),
	);
});
