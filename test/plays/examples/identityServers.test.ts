/** Examples with Identity Server alone, also behind real load balancers: each file as it stands, and what its users do. */
import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { after, type TestContext, test } from "node:test";
import type { Browser } from "../../../estate/browser.ts";
import { oidcLogin } from "../../../estate/journeys.ts";
import { startHaproxy, startNginx } from "../../harness/balancers.ts";
import { peer } from "../../harness/peers.ts";
import { freePorts } from "../../harness/ports.ts";
import { ADMIN, type Served, STAFF, STRANGER, startRig, statusOf } from "./rig.ts";

const rig = await startRig({ after }, { identityServers: 2, apiManagers: 0 });
const { relyingParty } = rig.estate;
const SSO = "https://sso.example.com/";
/** Where the relying party's own requests come from. */
const APPLICATION = "127.0.0.1";
/** In the network that the examples call the load balancer's. */
const BALANCER = "127.0.9.5";

async function logInAt(served: Served, client: Browser, https = served.ports.get(443) ?? 0): Promise<void> {
	relyingParty.configure({ idp: SSO, trust: served.trust, address: "127.0.0.1", ports: new Map([[443, https]]) });
	const { user } = await oidcLogin(client, relyingParty.origin, ADMIN);
	assert.equal(user?.subject, "admin");
}

/** The nodes that received a request since this was asked last. */
async function takers(served: Served): Promise<string[]> {
	const names = ["is-1", "is-2"];
	const received = await Promise.all(names.map(async (name) => (await rig.received(served.node(name))).length));
	return names.filter((_, index) => received[index] !== 0);
}

/** What nodes are told of the clients. */
async function forwardedFor(served: Served): Promise<string[]> {
	const received = await Promise.all(["is-1", "is-2"].map((name) => rig.received(served.node(name))));
	const all = received
		.flat()
		.map(({ rawHeaders }) => rawHeaders[rawHeaders.findIndex((name) => /^x-forwarded-for$/i.test(name)) + 1] ?? "");
	return [...new Set(all)].sort();
}

test("is-5.11: plain HTTP to the nodes, SCIM open, Console for staff", async (t) => {
	const served = await rig.serve(t, "is-5.11");
	const client = served.browser(t);
	await logInAt(served, client);
	assert.equal(await statusOf(client, `${SSO}scim2/Users`), 401, "the node asks for a password");
	assert.equal(await statusOf(client, `${SSO}console/`), 403);
	const staff = served.browser(t, STAFF);
	assert.notEqual(await statusOf(staff, `${SSO}console/`), 403);
	assert.equal(await statusOf(staff, `${SSO}carbon/`), 403);
	const received = [...(await rig.received(served.node("is-1"))), ...(await rig.received(served.node("is-2")))];
	assert.deepEqual([...new Set(received.map(({ port }) => port))], ["servletHttp"]);
});

test("two-zones: each Portico uses its own zone, the other one when it is lost", async (t) => {
	for (const [zone, near, far] of [
		["ams", "is-1", "is-2"],
		["fra", "is-2", "is-1"],
	] as const) {
		const served = await rig.serve(t, "two-zones", { env: { ZONE: zone } });
		await takers(served);
		await logInAt(served, served.browser(t));
		assert.deepEqual(await takers(served), [near]);
		await rig.estate.kill(served.node(near));
		await logInAt(served, served.browser(t));
		assert.notDeepEqual(await rig.received(served.node(far)), []);
		await rig.estate.start(served.node(near));
	}
});

/** A login, the client's address at the nodes, and the rules by address, through a load balancer. @param https its port */
async function throughBalancer(t: TestContext, served: Served, https: number): Promise<void> {
	await forwardedFor(served);
	const client = served.browser(t, STRANGER, https);
	await logInAt(served, client, https);
	assert.deepEqual(await forwardedFor(served), [APPLICATION, STRANGER]);
	const lie = { "X-Forwarded-For": STAFF };
	assert.equal((await client.send(`${SSO}console/`, { headers: lie })).status, 403);
	assert.notEqual(await statusOf(served.browser(t, STAFF, https), `${SSO}console/`), 403);
}

test("behind-l7: nginx terminates TLS", { skip: peer("nginx").skip }, async (t) => {
	const served = await rig.serve(t, "behind-l7");
	const [https = 0] = await freePorts(1);
	const config = `server {
  listen 127.0.0.1:${https} ssl;
  ssl_certificate %{folder}/public.pem; ssl_certificate_key %{folder}/public.key;
  location / {
    proxy_pass http://127.0.0.1:${served.portico.port};
    proxy_bind ${BALANCER};
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto https;
  }
}`;
	await startNginx(t, https, config, { files: served.files });
	await throughBalancer(t, served, https);
	const direct = served.browser(t, STRANGER);
	const lie = { Host: "sso.example.com", "X-Forwarded-For": STAFF };
	assert.equal((await direct.send(`http://127.0.0.1:${served.portico.port}/console/`, { headers: lie })).status, 403);
	assert.equal(await statusOf(direct, `http://127.0.0.1:${served.portico.port}/portico-health`), 200);
});

test("behind-l7-proxy-protocol: HAProxy terminates TLS, encrypts again and tells the client", { skip: peer("haproxy").skip }, async (t) => {
	const served = await rig.serve(t, "behind-l7-proxy-protocol");
	const [https = 0] = await freePorts(1);
	const config = `listen sso
  mode http
  bind 127.0.0.1:${https} ssl crt %{folder}/public.both
  server portico 127.0.0.1:${served.portico.port} ssl verify none sni req.hdr(host) send-proxy-v2 source ${BALANCER}`;
	await startHaproxy(t, https, config, { files: served.files });
	await throughBalancer(t, served, https);
});

test("behind-l4-proxy-protocol: HAProxy passes TLS through, with version 1 and version 2", { skip: peer("haproxy").skip }, async (t) => {
	const served = await rig.serve(t, "behind-l4-proxy-protocol");
	const ports = await freePorts(2);
	const listen = (port: number, version: string): string => `listen ${version}
  mode tcp
  bind 127.0.0.1:${port}
  server portico 127.0.0.1:${served.portico.port} ${version} source ${BALANCER}`;
	const [first = 0, second = 0] = ports;
	await startHaproxy(t, second, [listen(first, "send-proxy"), listen(second, "send-proxy-v2")].join("\n"));
	for (const port of ports) await throughBalancer(t, served, port);
});

test("behind-l4: a relay of TCP that tells nothing", async (t) => {
	const served = await rig.serve(t, "behind-l4");
	const relay = createServer((client) => {
		const inner = connect({ port: served.portico.port, host: "127.0.0.1", localAddress: BALANCER });
		for (const [socket, other] of [
			[client, inner],
			[inner, client],
		] as const) {
			socket.on("error", () => other.destroy());
			socket.pipe(other);
		}
	});
	await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
	t.after(() => void relay.close());
	const address = relay.address();
	const https = typeof address === "object" ? (address?.port ?? 0) : 0;
	await forwardedFor(served);
	await logInAt(served, served.browser(t, STRANGER, https), https);
	assert.deepEqual(await forwardedFor(served), [BALANCER]);
	assert.equal(await statusOf(served.browser(t, STAFF, https), `${SSO}console/`), 403);
});
