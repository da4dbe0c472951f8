/** Faults of the file and of the public side: each is found. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { API, nodeOf, openRig, PUBLIC } from "./rig.ts";

const ANSWER = serve("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n");
const OPEN = { restrict: ["/carbon", "/services"], restricted: { allow: ["0.0.0.0/0"] } };

/** No HSTS, Identity Server's consoles for everybody, a certificate that ends soon and lacks a name, request heads of 16 KiB, no affinity for API Manager. */
const rig = await openRig(
	{ after },
	{
		config: { responseHeaders: {}, limits: { requestHead: "16KiB" } },
		is: { access: OPEN },
		apim: { affinity: { mode: "off" }, access: {}, responseHeaders: { "Strict-Transport-Security": "max-age=86400" } },
		days: 20,
		names: [PUBLIC],
	},
);

test("the public certificate: too few days and a name that it lacks are found", async () => {
	const found = await rig.diagnose(["--only", "front"]);
	assert.deepEqual(found.ids, ["front.name", "front.expiring"]);
	assert.match(found.finding("front.name").what, /api\.example\.com/);
	assert.match(found.finding("front.expiring").what, /expires in (?:19|20) days/);
});

test("a certificate of a private authority is advice, unless the doctor is told of the authority", async () => {
	const stranger = await TestAuthority.create();
	const { out, code } = await rig.run(["--only", "front.untrusted"], stranger.cert);
	assert.match(out, /front\.untrusted/);
	assert.equal(code, 0);
});

test("another certificate than the file's on the public side is found", async () => {
	const tls = { certificates: [{ cert: "other.pem", key: "other.key" }] };
	const found = await rig.diagnose(["--only", "front.stale"], { listeners: [{ address: "127.0.0.1:0", tls }] });
	assert.deepEqual([found.ids, found.code], [["front.stale"], 1]);
});

test("a public side where nothing answers is found", async () => {
	const found = await rig.diagnose(["--only", "front", "--resolve", "127.0.0.1:1"]);
	assert.deepEqual([found.ids, found.code], [["front.closed"], 2]);
});

test("a public side that takes connections and never answers is found, over TLS and over plain http", async (t) => {
	const { cert, key } = await (await TestAuthority.create()).issue({ names: [PUBLIC, API], days: 90 });
	const silent = await startRawServer(t, () => {}, { tls: { cert, key } });
	const words = ["--only", "front", "--skip", "front.stale,front.untrusted", "--timeout", "1s"];
	const found = await rig.diagnose([...words, "--resolve", `127.0.0.1:${silent.port}`]);
	assert.deepEqual([found.ids, found.code], [["front.silent"], 2]);
	const plain = await startRawServer(t, () => {});
	const file = { public: `http://${PUBLIC}`, listeners: [{ address: "127.0.0.1:8080" }] };
	const plainly = await rig.diagnose([...words, "--resolve", `127.0.0.1:${plain.port}`], file);
	assert.deepEqual([plainly.ids, plainly.code], [["front.silent", "front.plain"], 2]);
});

test("a public side over plain http where nothing listens is found", async () => {
	const file = { public: `http://${PUBLIC}`, listeners: [{ address: "127.0.0.1:8080" }] };
	const found = await rig.diagnose(["--only", "front", "--resolve", "127.0.0.1:1"], file);
	assert.deepEqual([found.ids, found.code], [["front.closed", "front.plain"], 2]);
});

test("a public certificate that has expired is found, and nothing else of it", async (t) => {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue({ names: [PUBLIC, API], expired: true });
	const { port } = await startRawServer(t, ANSWER, { tls: { cert, key } });
	const found = await rig.diagnose(["--only", "front", "--skip", "front.stale", "--resolve", `127.0.0.1:${port}`]);
	assert.deepEqual([found.ids, found.code], [["front.expired"], 2]);
});

test("a public origin of http is found", async (t) => {
	const { port } = await startRawServer(t, ANSWER);
	const file = { public: `http://${PUBLIC}`, listeners: [{ address: "127.0.0.1:8080" }] };
	const found = await rig.diagnose(["--only", "front", "--resolve", `127.0.0.1:${port}`], file);
	assert.deepEqual([found.ids, found.code], [["front.plain"], 1]);
});

test("something before Portico that names the product is found", async () => {
	const found = await rig.diagnose(["--only", "leak.server"], {
		services: { is: { product: "wso2-is", host: PUBLIC, trust: "nodes.pem", nodes: [nodeOf(rig.nodes["is-1"])] } },
	});
	assert.deepEqual(found.ids, []);
	const { servletHttps } = rig.nodes["is-1"].ports;
	const direct = await rig.diagnose(["--only", "leak.server", "--resolve", `127.0.0.1:${servletHttps}`]);
	assert.deepEqual([direct.ids, direct.code], [["leak.server"], 0]);
});

test("answers without Strict-Transport-Security are found, and a short one", async () => {
	const found = await rig.diagnose(["--only", "hsts"]);
	assert.deepEqual([found.ids, found.code], [["hsts.missing", "hsts.short"], 1]);
	assert.equal(found.finding("hsts.short").service, "apim");
	assert.match(found.remedy("hsts.missing", "is"), /responseHeaders:\n {2}Strict-Transport-Security: max-age=31536000/);
});

test("consoles that the file opens to everybody are found, and restricted paths that nobody may use", async () => {
	const found = await rig.diagnose(["--only", "exposed"]);
	assert.deepEqual([found.ids, found.code], [["exposed.console", "exposed.management", "exposed.nobody"], 2]);
	assert.match(found.finding("exposed.console", "is").evidence[0]?.result ?? "", /\/carbon.*\/services\/Version/);
	assert.match(found.remedy("exposed.console"), /restricted: \{ allow: \[10\.0\.0\.0\/8\] \}/);
	assert.equal(found.finding("exposed.nobody").service, "apim");
});

test("a console that responses although the file blocks it is found", async () => {
	const found = await rig.diagnose(["--only", "exposed.live"], {
		services: { is: { product: "wso2-is", host: PUBLIC, trust: "nodes.pem", nodes: [nodeOf(rig.nodes["is-1"])] } },
	});
	assert.deepEqual([found.ids, found.code], [["exposed.live"], 2]);
	assert.ok(found.finding("exposed.live").evidence.some(({ request }) => request.endsWith("/services/Version")));
});

test("a limit of request heads below what WSO2 needs is found", async () => {
	const found = await rig.diagnose(["--only", "head"]);
	assert.deepEqual(found.ids, ["head.ours"]);
	assert.match(found.remedy("head.ours"), /limits:\n {2}requestHead: 64KiB/);
});

test("sessions that nothing keeps on their node are an error", async () => {
	const found = await rig.diagnoseWith({ localSessions: true }, ["am-1", "am-2"], ["--only", "session"]);
	assert.deepEqual([found.ids, found.code], [["session.lost"], 2]);
	assert.match(found.remedy("session.lost"), /apim:\n {4}affinity: \{ mode: cookie \}/);
});

test("affinity by a jvmRoute that the nodes do not have is found", async () => {
	const is = { product: "wso2-is", host: PUBLIC, trust: "nodes.pem", affinity: { mode: "jvmRoute" }, nodes: [nodeOf(rig.nodes["is-1"])] };
	const found = await rig.diagnose(["--only", "session"], { services: { is } });
	assert.deepEqual([found.ids, found.code], [["session.route"], 2]);
	assert.match(found.remedy("session.route"), /jvmRoute="is-1"/);
});

test("plain http to gateways and logins is found, and a node that takes such requests for http", async () => {
	const { servletHttp, gatewayHttp, websocket, websub } = rig.nodes["am-1"].ports;
	const node = { name: "am-1", host: "localhost", ports: { servlet: servletHttp, gateway: gatewayHttp, websocket, websub } };
	rig.nodes["am-1"].switches.noRemoteIpValve = true;
	const apim = { product: "wso2-apim", host: "api.example.com", transport: "http", nodes: [node] };
	const found = await rig.diagnose(["--only", "transport,forwarded"], { services: { apim } });
	assert.deepEqual(found.ids, ["forwarded.scheme", "transport.gateway", "transport.servlet"]);
	assert.match(found.remedy("transport.gateway"), /transport: https/);
});

test("an API that is published for https only, where gateways are asked over plain http, is found by its name", async () => {
	const { servletHttp, gatewayHttp, websocket, websub } = rig.nodes["am-1"].ports;
	const node = { name: "am-1", host: "localhost", ports: { servlet: servletHttp, gateway: gatewayHttp, websocket, websub } };
	const plainOnes = { services: { apim: { product: "wso2-apim", host: API, transport: "http", nodes: [node] } } };
	const both = await rig.diagnose(["--only", "transport.denied"], plainOnes);
	assert.deepEqual(both.report.findings, []);
	for (const name of ["am-1", "am-2"] as const) rig.nodes[name].switches.httpsOnly = true;
	const found = await rig.diagnose(["--only", "transport.denied"], plainOnes);
	const lost = await fetch(`http://127.0.0.1:${gatewayHttp}/pizzashack/1.0.0/menu`);
	for (const name of ["am-1", "am-2"] as const) rig.nodes[name].switches.httpsOnly = false;
	assert.equal(lost.status, 404);
	assert.deepEqual([found.ids, found.code], [["transport.denied"], 2]);
	assert.deepEqual(
		found.finding("transport.denied").evidence.map(({ result }) => result),
		['PizzaShackAPI: "transport": ["https"]'],
	);
	assert.match(found.remedy("transport.denied"), /transport: https\n/);
});

test("a dash prefix, which the nodes cannot know: lost endpoints, SAML locations and the issuer are found, with what to do about the prefix", async () => {
	const dash = await openRig({ after }, { is: { host: undefined, prefix: "/is-", rewriteBodies: false } });
	const found = await dash.diagnose(["--service", "is", "--only", "oidc,saml,callback"]);
	assert.deepEqual(found.ids, ["oidc.endpoint", "saml.location", "oidc.discovery"]);
	assert.match(found.remedy("oidc.endpoint"), /host: login.example.com/);
	assert.match(found.remedy("oidc.discovery"), /issuer = "https:\/\/sso.example.com\/is-oauth2\/token"[\s\S]*host: login.example.com/);
	assert.match(found.remedy("saml.location"), /idp_url = "https:\/\/sso.example.com\/is-samlsso"/);
});
