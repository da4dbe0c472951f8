/** Nodes that are set up wrongly below the product: each fault is found, and nothing beside it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { nodeOf, openRig } from "./rig.ts";

const rig = await openRig({ after });
const IS = ["is-1", "is-2"] as const;
/** Half the questions, where the other product has no part in it. */
const OF_IS = ["--service", "is"];

test("clocks that are wrong are found, by how much", async () => {
	const far = await rig.diagnoseWith({ clockSkew: -180_000 }, ["is-2"]);
	assert.deepEqual(far.ids, ["clock.far"]);
	assert.match(far.finding("clock.far").evidence[0]?.result ?? "", /1(?:[67]\d|80) s behind this machine/);
	assert.match(far.remedy("clock.far"), /timedatectl set-ntp true/);
	const near = await rig.diagnoseWith({ clockSkew: 20_000 }, IS);
	assert.deepEqual([near.ids, near.code], [["clock.skew"], 1]);
	assert.match(near.finding("clock.skew").what, /this machine's clock may be wrong/);
});

test("a node that refuses heads which Portico lets through is found, with the size for its connectors", async () => {
	const found = await rig.diagnoseWith({ headerBytes: 8192 }, ["is-1"]);
	assert.deepEqual([found.ids, found.code], [["head.node"], 1]);
	assert.match(found.finding("head.node").what, /16 KiB; Portico accepts 64 KiB/);
	assert.match(found.remedy("head.node"), /\[transport.https.properties\]\nmaxHttpHeaderSize = 65536/);
});

test("a node whose certificate has expired is found, with all its other faults", async () => {
	const found = await rig.diagnoseWith({ expiredCertificate: true, headerBytes: 8192 }, ["is-2"]);
	assert.ok(found.ids.includes("certificate.expired") && found.ids.includes("head.node"), String(found.ids));
	assert.deepEqual(found.finding("certificate.expired").nodes, ["is-2/servlet"]);
	assert.match(found.remedy("certificate.expired"), /\[keystore.tls\]/);
});

test("a node whose certificate is about to expire is found", async () => {
	const found = await rig.diagnoseWith({ expiringCertificate: true }, ["is-2"], ["--only", "certificate.expiring"]);
	assert.deepEqual([found.ids, found.code], [["certificate.expiring"], 1]);
	assert.deepEqual(found.finding("certificate.expiring").nodes, ["is-2/servlet"]);
	assert.match(found.finding("certificate.expiring").what, /expires in [45] days/);
});

test("sessions that live on one node are advice with affinity", async () => {
	const found = await rig.diagnoseWith({ localSessions: true });
	assert.deepEqual([found.ids, found.code], [["session.local"], 0]);
});

test("a node that knows neither sessions nor logins of the others is found, also where it is the last of three", async () => {
	const { "is-1": first, "is-2": last } = rig.nodes;
	const nodes = [nodeOf(first), { ...nodeOf(first), name: "is-again", host: "127.0.0.1" }, nodeOf(last)];
	const is = { product: "wso2-is", host: "sso.example.com", transport: "https", tls: { verify: "off" }, nodes };
	first.switches.persistTemporaryData = false;
	last.switches.localSessions = true;
	const found = await rig.diagnose(["--only", "session,flow"], { services: { is } });
	first.switches.persistTemporaryData = true;
	last.switches.localSessions = false;
	assert.deepEqual(found.ids, ["flow.local", "session.local"]);
	for (const id of found.ids) assert.deepEqual(found.finding(id).nodes, ["is-1", "is-2"]);
});

test("a login under way that its node keeps to itself is found", async () => {
	const found = await rig.diagnoseWith({ persistTemporaryData: false });
	assert.deepEqual([found.ids, found.code], [["flow.local"], 1]);
	assert.match(found.remedy("flow.local", "is"), /\[session_data.persistence\]\nenable_persistence = true\npersist_temporary_data = true/);
	assert.ok(found.finding("flow.local", "apim"));
});

test("sessions that tell the node's name for nothing are found", async () => {
	const found = await rig.diagnoseWith({ jvmRoute: "node1" }, ["is-1"]);
	assert.deepEqual(found.ids, ["session.tag"]);
});

test("a node without RemoteIpValve is found, with the valve", async () => {
	const found = await rig.diagnoseWith({ noRemoteIpValve: true }, IS, OF_IS);
	assert.deepEqual([found.ids, found.code], [["forwarded.address"], 0]);
	assert.match(
		found.remedy("forwarded.address"),
		/\[catalinaValves\.remoteIpValve\]\nenable = true\ninternalProxies = "(?:127\\\\\.0\\\\\.0\\\\\.1|0:0:0:0:0:0:0:1)"\n[\s\S]*protocolHeader = "x-forwarded-proto"/,
	);
});

test("cookies without Secure, without HttpOnly, with another SameSite or Domain are found as they leave", async () => {
	const insecure = await rig.diagnoseWith({ insecureCookies: true }, IS, OF_IS);
	assert.deepEqual([insecure.ids, insecure.code], [["cookie.secure"], 2]);
	assert.match(insecure.remedy("cookie.secure"), /<secure>true<\/secure>/);
	const scriptable = await rig.diagnoseWith({ scriptableCookies: true }, IS, OF_IS);
	assert.deepEqual(scriptable.ids, ["cookie.http-only"]);
	const lax = await rig.diagnoseWith({ sameSite: "Lax" }, IS, OF_IS);
	assert.deepEqual(lax.ids, ["cookie.same-site"]);
	const foreign = await rig.diagnoseWith({ cookieDomain: "elsewhere.internal" }, IS, OF_IS);
	assert.deepEqual(foreign.ids, ["cookie.domain"]);
	assert.match(foreign.remedy("cookie.domain"), /aliases: \[elsewhere.internal\]/);
});

test("another version than the file's, and nodes of different versions, are found", async () => {
	const one = await rig.diagnoseWith({ saysVersion: "6.1.0" }, ["is-2"]);
	assert.deepEqual(one.ids, ["version.differs", "version.mixed"]);
	assert.match(one.remedy("version.differs"), /version: '6.1'/);
});

test("the lines that mend suit the version of the nodes, whatever the file says", async () => {
	const old = await rig.diagnoseWith({ saysVersion: "5.8.0", urlOrigin: "https://localhost:9443" }, IS, ["--only", "oidc.issuer"]);
	assert.match(old.remedy("oidc.issuer"), /<IS_HOME>\/repository\/conf\/carbon\.xml\n<HostName>sso\.example\.com<\/HostName>/);
	const manager = await rig.diagnoseWith(
		{ saysVersion: "3.2.0", customUrlHeader: "x-forwarded-for" },
		["am-1", "am-2"],
		["--only", "callback"],
	);
	assert.match(
		manager.remedy("callback.host"),
		/jaggeryapps\/publisher\/site\/public\/conf\/settings\.js\napp: \{\n {4}customUrl: \{\n {8}enabled: true,\n {8}forwardedHeader: 'X-Forwarded-Host'/,
	);
	const valve = await rig.diagnoseWith({ saysVersion: "5.10.0", noRemoteIpValve: true }, IS, ["--only", "forwarded"]);
	assert.match(valve.remedy("forwarded.address"), /className = "org\.apache\.catalina\.valves\.RemoteIpValve"/);
});

test("a node that says it is not well is found", async () => {
	const unwell = await rig.diagnoseWith({ notReady: true }, ["is-1"]);
	assert.ok(unwell.ids.includes("health.failing"), String(unwell.ids));
	assert.match(unwell.finding("health.failing").evidence.at(-1)?.result ?? "", /503/);
});

test("whatever a node answers, the doctor ends and says what it could not ask", async () => {
	for (const fault of [{ garbage: true }, { closeMidBody: true }, { failing: true }]) {
		const found = await rig.diagnoseWith(fault, IS, OF_IS);
		assert.ok(found.report.skipped.length + found.report.findings.length > 0, JSON.stringify(fault));
	}
	const silent = await rig.diagnoseWith({ halfDead: true }, ["is-1"], ["--timeout", "300ms", ...OF_IS]);
	assert.equal(silent.code, 2);
	assert.ok(silent.ids.includes("health.silent") || silent.ids.includes("port.silent"), String(silent.ids));
	assert.ok(
		silent.report.skipped.some(({ reason }) => reason.includes("nothing within 300 ms")),
		JSON.stringify(silent.report.skipped),
	);
});

test("a port that takes no connection, and one that speaks no TLS, are found", async () => {
	const { servletHttp } = rig.nodes["is-2"].ports;
	const trust = "nodes.pem";
	const closed = { name: "is-2", host: "localhost", ports: { servlet: 1 } };
	const plainPort = { name: "is-3", host: "localhost", ports: { servlet: servletHttp } };
	const is = { product: "wso2-is", host: "sso.example.com", trust, nodes: [nodeOf(rig.nodes["is-1"]), closed, plainPort] };
	const found = await rig.diagnose(["--only", "port"], { services: { is } });
	assert.deepEqual([found.finding("port.closed").nodes, found.finding("port.tls").nodes], [["is-2/servlet"], ["is-3/servlet"]]);
	assert.equal(found.code, 2);
});

test("a node that stands still, where the kernel takes the connections, is found as such", async (t) => {
	const frozen = await startRawServer(t, () => {});
	const node = { name: "is-9", host: "127.0.0.1", ports: { servlet: frozen.port } };
	const is = { product: "wso2-is", host: "sso.example.com", nodes: [nodeOf(rig.nodes["is-1"]), node], trust: "nodes.pem" };
	const found = await rig.diagnose(["--only", "port,health", "--timeout", "1s"], { services: { is } });
	assert.deepEqual([found.finding("port.silent").nodes, found.code], [["is-9/servlet"], 2]);
	assert.match(found.remedy("port.silent"), /wso2carbon\.pid[\s\S]*wso2server\.sh restart/);
});

test("ports for WebSocket and WebSub that take no connection are a warning", async () => {
	const { servletHttps, gatewayHttps } = rig.nodes["am-1"].ports;
	const node = { name: "am-1", host: "localhost", ports: { servlet: servletHttps, gateway: gatewayHttps, websocket: 1, websub: 2 } };
	const apim = { product: "wso2-apim", host: "api.example.com", trust: "nodes.pem", nodes: [node] };
	const found = await rig.diagnose(["--only", "port"], { services: { apim } });
	assert.deepEqual([found.ids, found.code], [["port.optional"], 1]);
});

test("another product than the file's is found", async () => {
	const { servletHttps } = rig.nodes["am-1"].ports;
	const node = { name: "is-9", host: "localhost", ports: { servlet: servletHttps } };
	const is = { product: "wso2-is", host: "sso.example.com", trust: "nodes.pem", nodes: [node] };
	const found = await rig.diagnose(["--only", "version"], { services: { is } });
	assert.deepEqual([found.ids, found.code], [["version.product"], 2]);
	assert.match(found.remedy("version.product"), /product: wso2-apim/);
});

test("a node with none of the endpoints that its health check asks is found", async (t) => {
	const bare = await startRawServer(t, serve("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"));
	const node = { name: "is-9", host: "127.0.0.1", ports: { servlet: bare.port } };
	const is = { product: "wso2-is", host: "sso.example.com", transport: "http", nodes: [node] };
	const found = await rig.diagnose(["--only", "health"], { services: { is } });
	assert.deepEqual([found.ids, found.code], [["health.absent"], 1]);
});

test("certificates that traffic refuses are found as what they are", async () => {
	const node = nodeOf(rig.nodes["is-1"]);
	const service = (settings: object, nodes: readonly object[] = [node]) => ({
		services: { is: { product: "wso2-is", host: "sso.example.com", nodes, ...settings } },
	});
	const only = ["--only", "certificate"];
	const untrusted = await rig.diagnose(only, service({ trust: "authority.pem" }));
	assert.deepEqual(untrusted.ids, ["certificate.untrusted"]);
	const misnamed = await rig.diagnose(only, service({ trust: "nodes.pem", tls: { serverName: "other.example.com" } }));
	assert.deepEqual(misnamed.ids, ["certificate.name"]);
	assert.match(misnamed.remedy("certificate.name"), /serverName: localhost/);
	const pinned = await rig.diagnose(only, service({ tls: { pin: "ab".repeat(32) } }));
	assert.deepEqual(pinned.ids, ["certificate.pin"]);
	const unverified = await rig.diagnose(only, service({ tls: { verify: "off" } }));
	assert.deepEqual([unverified.ids, unverified.code], [["certificate.unverified"], 1]);
});
