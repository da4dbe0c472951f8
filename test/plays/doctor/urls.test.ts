/** Nodes that write wrong URLs: each fault is found, and nothing beside it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { API, openRig, PUBLIC } from "./rig.ts";

/** What a node writes leaves as it is. */
const asItIs = { rewriteBodies: false };
const rig = await openRig({ after }, { is: asItIs, apim: asItIs });
const IS = ["is-1", "is-2"] as const;
const AM = ["am-1", "am-2"] as const;

test("an Identity Server left at localhost:9443: issuer, endpoints and SAML locations are found, with the host name for deployment.toml", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: "https://localhost:9443" }, IS);
	assert.deepEqual(found.ids, ["oidc.issuer", "oidc.endpoint", "saml.location", "leak.body"]);
	assert.equal(found.code, 2);
	assert.deepEqual(found.finding("saml.location").nodes, IS);
	assert.match(
		found.remedy("oidc.issuer"),
		/<IS_HOME>\/repository\/conf\/deployment.toml\n\[server\]\nhostname = "sso.example.com"\n\n\[transport.https.properties\]\nproxyPort = 443/,
	);
	assert.match(found.remedy("saml.location"), /\[saml.endpoints\]\nidp_url = "https:\/\/sso.example.com\/samlsso"/);
});

test("a missing proxyPort: URLs with the port 9443 are found", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: `https://${PUBLIC}:9443` }, IS);
	assert.deepEqual(found.ids, ["oidc.issuer", "oidc.endpoint", "saml.location", "leak.body"]);
	assert.match(found.finding("oidc.issuer").evidence[0]?.result ?? "", /sso\.example\.com:9443/);
});

test("an API Manager left at localhost:9443: portal settings and callbacks are found too", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: "https://localhost:9443" }, AM);
	assert.deepEqual(found.ids, ["oidc.issuer", "oidc.endpoint", "saml.location", "portal.settings", "callback.host", "leak.body"]);
	assert.match(
		found.remedy("portal.settings"),
		/webapps\/devportal\/site\/public\/theme\/settings.json\n"app": \{\n {4}"customUrl": \{\n {8}"enabled": true,\n {8}"forwardedHeader": "X-Forwarded-Host"/,
	);
	assert.match(found.remedy("callback.host"), /hostname = "api.example.com"/);
});

test("an issuer that was set by itself: only the issuer is found", async () => {
	const found = await rig.diagnoseWith({ issuer: "http://old.example.com/oauth2/token" }, IS);
	assert.deepEqual(found.ids, ["oidc.issuer"]);
	assert.match(found.remedy("oidc.issuer"), /\[oauth.oidc.id_token\]\nissuer = "https:\/\/sso.example.com\/oauth2\/token"/);
});

test("nodes with different issuers are found", async () => {
	const found = await rig.diagnoseWith({ issuer: `https://${PUBLIC}/oauth2/oidcdiscovery` }, ["is-2"]);
	assert.deepEqual(found.finding("oidc.differs").nodes, ["is-1", "is-2"]);
});

test("an issuer below a path where no discovery document stands is found", async () => {
	const found = await rig.diagnoseWith({ issuer: `https://${PUBLIC}/nowhere` }, IS);
	assert.deepEqual(found.ids, ["oidc.discovery"]);
	assert.equal(found.code, 1);
	assert.match(found.remedy("oidc.discovery"), /\[oauth.oidc.id_token\]\nissuer = "https:\/\/sso.example.com\/oauth2\/token"/);
	assert.doesNotMatch(found.remedy("oidc.discovery"), /host of its own/);
});

test("callbacks that were registered under a former host are found for portals and applications", async () => {
	const found = await rig.diagnoseWith({ oldCallbacks: true });
	assert.deepEqual(found.ids, ["callback.registered"]);
	assert.match(
		found.remedy("callback.registered", "apim"),
		/regexp=\(https:\/\/api\\\.example\\\.com\/\w+\/services\/auth\/callback\/login\|/,
	);
	assert.match(
		found.remedy("callback.registered", "is"),
		/\[myaccount\]\ncallback_url = "regexp=\(https:\/\/sso\\\\\.example\\\\\.com\/myaccount\|https:\/\/sso\\\\\.example\\\\\.com\/t\/\(\.\*\)\/myaccount\|/,
	);
	const before = await rig.diagnoseWith({ oldCallbacks: true, saysVersion: "6.1.0" }, IS, ["--only", "callback"]);
	assert.match(
		before.remedy("callback.registered"),
		/\/carbon, Service Providers, My Account, OAuth\/OpenID Connect, Callback Url\nregexp=\(https:/,
	);
});

test("gateway addresses of the developer portal that are not public are found, with the environment's lines", async () => {
	const shipped = await rig.diagnoseWith({ gatewayOrigin: "https://localhost:8243" }, AM, ["--only", "gateway"]);
	assert.deepEqual([shipped.ids, shipped.code], [["gateway.url"], 2]);
	assert.match(shipped.finding("gateway.url").evidence[0]?.result ?? "", /^https:\/\/localhost:8243\/pizzashack\/1\.0\.0$/);
	assert.match(shipped.remedy("gateway.url"), /\[\[apim\.gateway\.environment\]\][\s\S]*https_endpoint = "https:\/\/api\.example\.com"/);
	const portless = await rig.diagnoseWith({ gatewayOrigin: `https://${API}:-1` }, AM, ["--only", "gateway"]);
	assert.deepEqual(portless.ids, ["gateway.url"]);
	const wrongPort = await rig.diagnoseWith({ gatewayOrigin: `https://${API}:8243` }, AM, ["--only", "gateway"]);
	assert.deepEqual(wrongPort.ids, ["gateway.url"]);
});

test("portals that take X-Forwarded-For for their host, as customUrl is shipped, are found", async () => {
	const found = await rig.diagnoseWith({ customUrlHeader: "x-forwarded-for" }, AM, ["--only", "portal,callback"]);
	assert.deepEqual([found.ids, found.code], [["portal.settings", "callback.host"], 2]);
	assert.match(found.remedy("callback.host"), /"forwardedHeader": "X-Forwarded-Host"/);
	const right = await rig.diagnoseWith({ customUrlHeader: "x-forwarded-host" }, AM, ["--only", "portal,callback"]);
	assert.deepEqual(right.report.findings, []);
});

test("SAML metadata that spells out the port 443 is found", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: `https://${PUBLIC}:443` }, IS, ["--only", "saml"]);
	assert.deepEqual([found.ids, found.code], [["saml.port"], 1]);
});

test("one API Manager of two that writes wrong URLs is found by its name", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: "https://localhost:9443" }, ["am-2"], ["--only", "portal,callback"]);
	assert.deepEqual([found.ids, found.code], [["portal.settings", "callback.host"], 2]);
	assert.ok(found.finding("portal.settings").nodes.includes("am-2") && !found.finding("portal.settings").nodes.includes("am-1"));
	assert.deepEqual(found.finding("callback.host").nodes, ["am-2"]);
});

test("what is wrong for a tenant alone is found where the tenant is named, with the place for each", async () => {
	const fault = { tenantOrigin: "https://localhost:9443" };
	const unnamed = await rig.diagnoseWith(fault, IS, ["--service", "is"]);
	assert.deepEqual(unnamed.report.findings, []);
	const found = await rig.diagnoseWith(fault, IS, ["--service", "is", "--tenant", "acme.com"]);
	assert.deepEqual(found.ids, ["oidc.issuer", "oidc.endpoint", "saml.location", "leak.body"]);
	assert.ok(found.report.findings.every(({ id, what }) => id === "leak.body" || what.includes("tenant acme.com")));
	assert.match(
		found.remedy("oidc.issuer"),
		/as an administrator of tenant acme\.com[^\n]*\nhttps:\/\/sso\.example\.com\/t\/acme\.com\/oauth2\/token\n/,
	);
	assert.match(found.remedy("saml.location"), /Destination URLs\nhttps:\/\/sso\.example\.com\/t\/acme\.com\/samlsso\n/);
	assert.match(found.finding("leak.body").evidence[0]?.request ?? "", /\/t\/acme\.com\/authenticationendpoint\/login\.do/);
});

test("a tenant that is set up well has no findings", async () => {
	const { report, code } = await rig.diagnose(["--tenant", "acme.com", "--tenant", "beta"]);
	assert.deepEqual([report.findings, report.skipped, code], [[], [], 0]);
});

test("a header that names a node's address is found as it leaves, and a redirect to a private one", async () => {
	const named = await rig.diagnoseWith({ servedBy: "https://10.9.9.9:9443/" }, IS, ["--only", "leak"]);
	assert.deepEqual([named.ids, named.code], [["leak.header"], 2]);
	assert.match(named.finding("leak.header").evidence[0]?.result ?? "", /^X-Served-By: https:\/\/10\.9\.9\.9:9443/);
	const led = await rig.diagnoseWith({ urlOrigin: "https://10.9.9.9:9443" }, IS, ["--only", "leak.header"]);
	assert.match(led.remedy("leak.header"), /aliases: \[10\.9\.9\.9\]/);
});

test("cookies for a path that the service does not have outside are found", async () => {
	const found = await rig.diagnoseWith({ cookiePrefix: "/proxy" }, IS, ["--only", "cookie"]);
	assert.deepEqual([found.ids, found.code], [["cookie.path"], 2]);
	assert.match(found.remedy("cookie.path"), /deployment\.toml\n\[server\]\nproxy_context_path = ""\n/);
	assert.doesNotMatch(found.remedy("cookie.path"), /host of its own/);
});

test("--service leaves the others alone", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: "https://localhost:9443" }, [...IS, ...AM], ["--service", "apim"]);
	assert.ok(found.report.findings.length > 0);
	assert.deepEqual([...new Set(found.report.findings.map(({ service }) => service))], ["apim"]);
	assert.ok(
		found.report.findings.every(({ remedies }) => remedies.every(({ lines }) => !lines.includes(PUBLIC))),
		API,
	);
});
