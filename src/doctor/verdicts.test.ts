/** The findings for replies that test/plays/doctor/ does not cover. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StatusReport } from "../admin/model.ts";
import { LeakRules } from "../rewrite/leaks.ts";
import { clockFindings, clockOffset } from "./checks/clock.ts";
import { cookieFindings } from "./checks/cookies.ts";
import { healthFindings } from "./checks/health.ts";
import { hstsFindings, publicSample } from "./checks/hsts.ts";
import { leakFindings } from "./checks/leaks.ts";
import { discoveryFindings, discoveryOf } from "./checks/oidc.ts";
import { portFindings } from "./checks/ports.ts";
import { runningFindings } from "./checks/running.ts";
import { samlFindings } from "./checks/saml.ts";
import { routeFindings } from "./checks/sessions.ts";
import { productOf, versionFindings } from "./checks/version.ts";
import { deploymentWith, memberOf, responseWith, serviceOf } from "./deployment.fixture.ts";
import { reachOf } from "./deployment.ts";
import type { Finding } from "./finding.ts";
import { remoteIpValve } from "./remedies/server.ts";
import { portalUrl } from "./remedies/urls.ts";

const ids = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id);
const SECOND = 1000;
const NOON = Date.parse("Sun, 06 Nov 1994 12:00:00 GMT");

test("a clock is as far off as it is for certain: neither the round trip nor the missing milliseconds count", () => {
	const offset = (dated: number, sentAt: number, respondedAt: number) =>
		clockOffset(responseWith([["Date", new Date(dated).toUTCString()]], { sentAt, respondedAt }));
	assert.equal(offset(NOON, NOON, NOON), 0);
	assert.equal(offset(NOON, NOON + 999, NOON + 1500), 0);
	assert.equal(offset(NOON, NOON - 90 * SECOND, NOON), 0);
	assert.equal(offset(NOON + 10 * SECOND, NOON, NOON + SECOND), 9 * SECOND);
	assert.equal(offset(NOON - 10 * SECOND, NOON, NOON + SECOND), -(10 * SECOND - 999));
	assert.equal(clockOffset(responseWith([["Date", "yesterday"]])), null);
	fc.assert(
		fc.property(fc.integer({ min: -1e7, max: 1e7 }), fc.nat(30_000), fc.nat(30_000), (skew, before, after) => {
			const sentAt = NOON + 123;
			const written = Math.floor((sentAt + before + skew) / SECOND) * SECOND;
			const found = offset(written, sentAt, sentAt + before + after) ?? Number.NaN;
			assert.ok(Math.abs(found) <= Math.abs(skew) && found * skew >= 0, `${found} of ${skew}`);
			assert.ok(Math.abs(found) >= Math.abs(skew) - before - after - SECOND);
		}),
	);
});

test("one wrong clock is reported for its node; if all differ by the same time, this machine may be wrong", async () => {
	const service = serviceOf(await deploymentWith(), "is");
	const clock = (node: string, offset: number) => ({ node, offset, response: responseWith([]) });
	assert.match(clockFindings(service, [clock("a", 0), clock("b", 70 * SECOND)])[0]?.what ?? "", /^The node's clock/);
	assert.match(
		clockFindings(service, [clock("a", 69 * SECOND), clock("b", 70 * SECOND)])[0]?.what ?? "",
		/this machine's clock may be wrong/,
	);
	assert.deepEqual(clockFindings(service, [clock("a", 5 * SECOND)]), []);
});

test("versions are read from whatever names the product", () => {
	assert.deepEqual(productOf("<ns:return>WSO2 API Manager-4.2.0</ns:return>"), { product: "wso2-apim", version: "4.2.0" });
	assert.deepEqual(productOf("<title>WSO2 Identity Server 5.11.0</title>"), { product: "wso2-is", version: "5.11.0" });
	assert.equal(productOf("Apache Tomcat/9.0.1"), null);
});

test("a patch of the configured version suits it; another product never does", async () => {
	const reports = (text: string) => [
		{ ...(productOf(text) ?? assert.fail(text)), node: "is-1", response: responseWith([], { body: text }) },
	];
	const any = serviceOf(await deploymentWith(), "is");
	const exact = serviceOf(await deploymentWith({ is: { version: "6.1" } }), "is");
	assert.deepEqual(versionFindings(any, reports("WSO2 Identity Server-7.0.3")), []);
	assert.deepEqual(versionFindings(exact, reports("WSO2 Identity Server-6.1.0")), []);
	assert.deepEqual(ids(versionFindings(exact, reports("WSO2 Identity Server-6.0.0"))), ["version.differs"]);
	assert.deepEqual(ids(versionFindings(any, reports("WSO2 API Manager-4.2.0"))), ["version.product"]);
});

test("older products are mended in their XML files", async () => {
	const deployment = await deploymentWith({ is: { version: "5.8" } });
	const document =
		discoveryOf(responseWith([], { body: JSON.stringify({ issuer: "https://localhost:9443/oauth2/token" }) }), "is-1") ?? assert.fail();
	const [found] = discoveryFindings(deployment, serviceOf(deployment, "is"), [document]);
	const remedies = found?.remedies.map(({ file, lines }) => `${file}: ${lines}`).join("\n") ?? "";
	assert.match(remedies, /<IS_HOME>\/repository\/conf\/carbon\.xml: <HostName>sso\.example\.com<\/HostName>/);
	assert.match(remedies, /proxyPort="443"/);
	assert.match(remedies, /identity\/identity\.xml: [\s\S]*<IDTokenIssuerID>https:\/\/sso\.example\.com\/is-oauth2\/token</);
	assert.doesNotMatch(remedies, /deployment\.toml/);
});

test("what is no discovery document is none", () => {
	for (const body of ["", "null", "[]", "{", '{"issuer":7}', "<html>"]) assert.equal(discoveryOf({ request: "", body }, null), null, body);
});

test("a slash prefix is set in the product", async () => {
	const deployment = await deploymentWith({ is: { prefix: "/is/" } });
	const metadata = '<SingleSignOnService Location="https://localhost:9443/samlsso"/>';
	const [found] = samlFindings(deployment, serviceOf(deployment, "is"), { node: "is-1", qualifier: "", request: "GET", body: metadata });
	const lines = found?.remedies.map((remedy) => remedy.lines).join("\n") ?? "";
	assert.match(lines, /proxy_context_path = "\/is"/);
	assert.match(lines, /idp_url = "https:\/\/sso\.example\.com\/is\/samlsso"/);
});

test("SAML locations: the public one is right, with the port spelled out a warning, without the prefix lost", async () => {
	const deployment = await deploymentWith();
	const of = (location: string) =>
		ids(
			samlFindings(deployment, serviceOf(deployment, "is"), {
				node: "is-1",
				qualifier: "",
				request: "GET",
				body: `<X Location="${location}"></X>`,
			}),
		);
	assert.deepEqual(of("https://sso.example.com/is-samlsso"), []);
	assert.deepEqual(of("https://sso.example.com:443/is-samlsso"), ["saml.port"]);
	assert.deepEqual(of("https://sso.example.com/samlsso"), ["saml.location"]);
	assert.deepEqual(of("https://10.0.0.11:9443/samlsso"), ["saml.location"]);
});

test("where a URL leads is decided by the routes", async () => {
	const routes = [{ path: "/oidc/logout", allow: ["198.51.100.0/24"] }];
	const deployment = await deploymentWith({ is: { access: { block: ["/myaccount"] }, routes } });
	const reach = (url: string) => reachOf(deployment, serviceOf(deployment, "is"), url);
	assert.equal(reach("https://sso.example.com/is-oauth2/authorize"), "served");
	assert.equal(reach("https://sso.example.com/is-scim2/Users"), "served");
	assert.equal(reach("https://sso.example.com/is-myaccount"), "refused");
	assert.equal(reach("https://sso.example.com/is-oidc/logout"), "served", "for some clients");
	assert.equal(reach("https://sso.example.com/commonauth"), "bare");
	assert.equal(reach("https://sso.example.com/nothing/here"), "unrouted");
	assert.equal(reach("https://api.example.com/oauth2/token"), "elsewhere");
	assert.equal(reach("http://sso.example.com/is-oauth2/authorize"), "elsewhere");
	assert.equal(reach("not a url"), "malformed");
});

test("cookies under a dash prefix: mapped paths and the root are right, a path of the node is lost", async () => {
	const deployment = await deploymentWith();
	const of = (cookie: string) => ids(cookieFindings(deployment, serviceOf(deployment, "is"), responseWith([["Set-Cookie", cookie]])));
	for (const path of ["/", "/is-authenticationendpoint", "/t/acme/"])
		assert.deepEqual(of(`JSESSIONID=1; Path=${path}; Secure; HttpOnly`), [], path);
	assert.deepEqual(of("JSESSIONID=1; Path=/nothing; Secure; HttpOnly"), ["cookie.path"]);
	const twice = ["/is-myaccount/", "/myaccount/"].map((path) => ["Set-Cookie", `CLIENT_ID=1; Path=${path}; Secure`] as const);
	assert.deepEqual(ids(cookieFindings(deployment, serviceOf(deployment, "is"), responseWith(twice))), []);
	assert.deepEqual(ids(cookieFindings(deployment, serviceOf(deployment, "is"), responseWith(twice.slice(1)))), ["cookie.path"]);
	assert.deepEqual(of("opbs=1; Path=/; Secure; SameSite=None"), []);
	assert.deepEqual(of("is.commonAuthId=1; Path=/; Secure; HttpOnly; SameSite=Strict"), ["cookie.same-site"]);
	assert.deepEqual(of("AM_ACC_TOKEN_DEFAULT_P2=1; Path=/; Secure; HttpOnly; SameSite=Strict"), []);
	assert.deepEqual(of("commonAuthId=; Max-Age=0; Path=/"), []);
	assert.deepEqual(of("x=1; Path=/; Secure; HttpOnly; Domain=example.com"), []);
});

test("cookies under a slash prefix: its root, and those of tenants and organisations below it, are right", async () => {
	const deployment = await deploymentWith({ is: { prefix: "/is/" } });
	const of = (path: string) =>
		ids(
			cookieFindings(
				deployment,
				serviceOf(deployment, "is"),
				responseWith([["Set-Cookie", `commonAuthId=1; Path=${path}; Secure; HttpOnly`]]),
			),
		);
	for (const path of ["/is", "/is/", "/is/t/acme/", "/is/o/club", "/is/oauth2"]) assert.deepEqual(of(path), [], path);
	for (const path of ["/isle", "/nothing/"]) assert.deepEqual(of(path), ["cookie.path"], path);
});

test("portal settings are named by file, key and version", async () => {
	const deployment = await deploymentWith();
	const of = (version: string, portal: string) => portalUrl({ ...serviceOf(deployment, "apim"), version }, portal);
	const root = "<API-M_HOME>/repository/deployment/server";
	assert.equal(of("4.x", "publisher").file, `${root}/webapps/publisher/site/public/conf/settings.json`);
	assert.equal(of("4.1", "devportal").file, `${root}/webapps/devportal/site/public/theme/settings.json`);
	assert.equal(of("3.2", "publisher").file, `${root}/jaggeryapps/publisher/site/public/conf/settings.js`);
	assert.equal(of("3.2.0", "devportal").file, `${root}/jaggeryapps/devportal/site/public/theme/settings.js`);
	assert.deepEqual(JSON.parse(`{${of("4.2", "admin").lines}}`), {
		app: { customUrl: { enabled: true, forwardedHeader: "X-Forwarded-Host" } },
	});
	assert.match(of("3.2", "admin").lines, /^app: \{\n {4}customUrl: \{\n {8}enabled: true,\n {8}forwardedHeader: 'X-Forwarded-Host',/);
});

test("Strict-Transport-Security: too short is advice, and each service has a page to ask", async () => {
	const deployment = await deploymentWith();
	const service = serviceOf(deployment, "is");
	assert.deepEqual(ids(hstsFindings(service, responseWith([["Strict-Transport-Security", "max-age=86400"]]))), ["hsts.short"]);
	assert.deepEqual(ids(hstsFindings(service, responseWith([["Strict-Transport-Security", 'max-age="31536000"; includeSubDomains']]))), []);
	assert.deepEqual(
		[publicSample(deployment, service), publicSample(deployment, serviceOf(deployment, "apim"))],
		["/is-oauth2/jwks", "/oauth2/jwks"],
	);
});

test("leaks: names of products, nodes in headers and in bodies; foreign and public addresses are none", async () => {
	const deployment = await deploymentWith();
	const rules = LeakRules.build(deployment.plan);
	const of = (fields: readonly (readonly [string, string])[], body = "") =>
		ids(leakFindings(serviceOf(deployment, "is"), rules, responseWith(fields, { body })));
	assert.deepEqual(of([["Server", "WSO2 Carbon Server"]]), ["leak.server"]);
	assert.deepEqual(of([["Location", "https://10.0.0.11:9443/x?code=1"]]), ["leak.header"]);
	assert.deepEqual(of([], '<a href="https://localhost:9443/console">'), ["leak.body"]);
	assert.deepEqual(of([["Location", "https://app.example.org/cb"]], "https://sso.example.com/is-oauth2/authorize"), []);
});

test("ports: those that only some APIs need are warnings", async () => {
	const service = serviceOf(await deploymentWith(), "apim");
	const refused = { kind: "noResponse", request: "connect", failed: "connect", reason: "ECONNREFUSED", timedOut: false } as const;
	const of = (kind: string) => ids(portFindings(service, memberOf(service, `apim-1/${kind}`), refused));
	assert.deepEqual(
		[of("servlet"), of("gateway"), of("websocket"), of("websub")],
		[["port.closed"], ["port.closed"], ["port.optional"], ["port.optional"]],
	);
});

test("ports: one that is closed is mended by starting the node, with the script of its version, or by its place in the file", async () => {
	const refused = { kind: "noResponse", request: "connect", failed: "connect", timedOut: false } as const;
	const lines = async (name: string, member: string, more: Parameters<typeof deploymentWith>[0], reason = "ECONNREFUSED") => {
		const service = serviceOf(await deploymentWith(more), name);
		return portFindings(service, memberOf(service, member), { ...refused, reason })[0]?.remedies.map((each) => each.lines) ?? [];
	};
	const [start, place] = await lines("is", "is-1/servlet", {});
	assert.equal(start, "sh <IS_HOME>/bin/wso2server.sh start");
	assert.match(place ?? "", /\{ name: is-1, host: 10\.0\.0\.11, offset: 0 \}/);
	assert.equal((await lines("apim", "apim-1/servlet", { apim: { version: "3.2" } }))[0], "sh <API-M_HOME>/bin/wso2server.sh start");
	assert.equal((await lines("apim", "apim-1/servlet", { apim: { version: "4.0" } }))[0], "sh <API-M_HOME>/bin/api-manager.sh start");
	assert.deepEqual((await lines("is", "is-1/servlet", {}, "ENOTFOUND")).length, 1, "a name without an address is not mended by a start");
	const node = { name: "is-1", host: "2001:db8::1" };
	assert.match((await lines("is", "is-1/servlet", { is: { nodes: [node] } }))[1] ?? "", /host: "2001:db8::1"/);
});

test("ports: one that takes connections and is silent is a node that stands still, not one of another protocol", async () => {
	const service = serviceOf(await deploymentWith(), "is");
	const member = memberOf(service, "is-1/servlet");
	const of = (timedOut: boolean) =>
		portFindings(service, member, { kind: "noResponse", request: "TLS", failed: "tls", reason: "x", timedOut });
	assert.deepEqual([ids(of(true)), ids(of(false))], [["port.silent"], ["port.tls"]]);
	assert.match(of(true)[0]?.remedies[0]?.lines ?? "", /^jstack [\s\S]*\nsh <IS_HOME>\/bin\/wso2server\.sh restart$/);
});

test("health: a node that takes the connection and does not answer is an error; one that takes none is told by its port", async () => {
	const service = serviceOf(await deploymentWith(), "is");
	const { pool, plan } = memberOf(service, "is-1/servlet");
	const probes = (pool.health.check?.probes ?? []).flatMap((probe) => (probe.kind === "http" ? [probe] : []));
	const of = (failed: "connect" | "tls" | "response") => {
		const reply = { kind: "noResponse", request: "GET", failed, reason: "nothing within 5000 ms", timedOut: true } as const;
		return healthFindings(
			service,
			{ pool, plan },
			probes.map((probe) => ({ probe, reply })),
		);
	};
	assert.deepEqual([ids(of("response")), ids(of("tls")), ids(of("connect"))], [["health.silent"], [], []]);
	assert.deepEqual([of("response")[0]?.severity, of("response")[0]?.nodes], ["error", ["is-1/servlet"]]);
});

test("forwarding: the valve is told the address of the machine that sent the request, as Java writes it", async () => {
	const deployment = await deploymentWith();
	const of = (version: string, from: string) => remoteIpValve({ ...serviceOf(deployment, "is"), version }, from).lines;
	assert.match(of("7.1", "192.0.2.7"), /\ninternalProxies = "192\\\\\.0\\\\\.2\\\\\.7"\n/);
	assert.match(of("5.8", "192.0.2.7"), / internalProxies="192\\\.0\\\.2\\\.7"/);
	assert.match(of("7.1", "::1"), /\ninternalProxies = "0:0:0:0:0:0:0:1"\n/);
	assert.match(of("7.1", "fe80::a:b%eth0"), /\ninternalProxies = "fe80:0:0:0:0:0:a:b"\n/);
	assert.match(of("7.1", "2001:db8:1:2:3:4:5:6"), /\ninternalProxies = "2001:db8:1:2:3:4:5:6"\n/);
});

test("health: a node with none of the endpoints is found; a gateway without its own is held by its gate", async () => {
	const deployment = await deploymentWith();
	const of = (name: string, member: string) => {
		const service = serviceOf(deployment, name);
		const { pool, plan } = memberOf(service, member);
		const probes = (pool.health.check?.probes ?? []).flatMap((probe) => (probe.kind === "http" && probe.via === null ? [probe] : []));
		return ids(
			healthFindings(
				service,
				{ pool, plan },
				probes.map((probe) => ({ probe, reply: responseWith([], { status: 404 }) })),
			),
		);
	};
	assert.deepEqual(of("is", "is-1/servlet"), ["health.absent"]);
	assert.deepEqual(of("apim", "apim-1/gateway"), []);
});

test("jvmRoute: right where affinity goes by it, needless elsewhere", async () => {
	const service = serviceOf(await deploymentWith(), "is");
	const member = memberOf(service, "is-1/servlet");
	const of = (used: boolean, id: string) => ids(routeFindings(service, member, used, id, "GET"));
	assert.deepEqual(
		[of(true, "AB.is-1"), of(true, "AB"), of(true, "AB.other"), of(false, "AB"), of(false, "AB.is-1")],
		[[], ["session.route"], ["session.route"], [], ["session.tag"]],
	);
});

test("the running Portico: members that are down, leaks with their fix, and a report without leaks", async () => {
	const deployment = await deploymentWith({ apim: { nodes: [{ name: "apim-1", host: "10.0.1.11" }] } });
	const members = (name: string) =>
		serviceOf(deployment, name).members.map(({ plan }) => ({
			name: plan.name,
			address: `${plan.host}:${plan.port}`,
			health: "up",
			evidence: null,
			cause: null,
		}));
	const services = ["is", "apim"].map((name) => ({ name, nodes: [{ members: members(name) }] }));
	const leak = {
		service: "is",
		route: "is:/oauth2/authorize",
		where: "header",
		kind: "loopback",
		field: "location",
		url: "https://localhost:9443/x",
		count: 3,
		firstAt: new Date(NOON - 3_600_000).toISOString(),
		lastAt: new Date(NOON - 14 * 60_000).toISOString(),
		fix: "set the hostname",
	};
	const report = (fields: object): StatusReport => ({ services, ...fields }) as unknown as StatusReport;
	assert.deepEqual(runningFindings(deployment, report({}), NOON), []);
	const [found] = runningFindings(deployment, report({ leaks: [leak] }), NOON);
	assert.equal(found?.id, "running.leaks");
	assert.match(
		found?.evidence[0]?.result ?? "",
		/is:\/oauth2\/authorize: https:\/\/localhost:9443\/x in location, 3 times since 1994-11-06T11:00:00\.000Z, last 1994-11-06T11:46:00/,
	);
	assert.deepEqual(runningFindings(deployment, report({ leaks: [leak] }), NOON + 60_000), []);
	const { firstAt: _, lastAt: __, ...momentless } = leak;
	assert.deepEqual(ids(runningFindings(deployment, report({ leaks: [momentless] }), NOON)), ["running.leaks"]);
	assert.ok(found?.remedies.some(({ lines }) => lines === "set the hostname"));
	const down = services.map((service) => ({
		...service,
		nodes: [{ members: members(service.name).map((member) => ({ ...member, health: "down", evidence: "answered 503" })) }],
	}));
	assert.deepEqual(new Set(ids(runningFindings(deployment, report({ services: down }), NOON))), new Set(["running.down"]));
});
