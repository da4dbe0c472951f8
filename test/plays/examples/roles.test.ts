/** Examples of API Manager in a distributed deployment: each file as it stands, and what its users do. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { logIn, portalLogin } from "../../../estate/journeys.ts";
import { ADMIN, echo, STAFF, startRig, statusOf } from "./rig.ts";

const rig = await startRig({ after }, { identityServers: 0, apiManagers: 5 });
const AM = "https://am.example.com/";
const GW = "https://gw.example.com/";

/** Which nodes of the file received requests with such paths. Forgets all of them. */
async function takers(served: { node(name: string): string }, names: readonly string[], path: RegExp): Promise<string[]> {
	const taken = await Promise.all(names.map(async (name) => [name, await rig.received(served.node(name))] as const));
	return taken.flatMap(([name, requests]) => (requests.some(({ target }) => path.test(target)) ? [name] : []));
}

test("control-plane-and-gateways: portals at the control plane, APIs at the gateways, one of each is enough", async (t) => {
	const served = await rig.serve(t, "control-plane-and-gateways");
	const client = served.browser(t);
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
	const nodes = [(await echo(client, GW)).node, (await echo(client, GW)).node];
	assert.deepEqual(nodes.sort(), [served.node("gw-1"), served.node("gw-2")]);
	for (const path of ["carbon/", "services/Version", "publisher/", "internal/data/v1/keymanagers"])
		assert.equal(await statusOf(client, AM + path), 403, path);
	assert.match((await client.open(`${GW}carbon/`)).text, /The requested resource is not available/, "of Synapse");
	await Promise.all(["cp-1", "gw-1"].map((name) => rig.estate.kill(served.node(name))));
	for (let calls = 0; calls < 4; calls++) assert.equal((await echo(client, GW)).node, served.node("gw-2"));
	assert.equal((await portalLogin(served.browser(t, STAFF), AM, "publisher", ADMIN)).apis.status, 200);
	assert.deepEqual(await takers(served, ["tm-1"], /./), []);
	await Promise.all(["cp-1", "gw-1"].map((name) => rig.estate.start(served.node(name))));
});

test("roles-on-one-host: the path decides between control plane and gateways", async (t) => {
	const served = await rig.serve(t, "roles-on-one-host");
	await takers(served, ["gw-1", "gw-2"], /./);
	const client = served.browser(t);
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
	assert.match((await echo(client, AM)).node, new RegExp(`${served.node("gw-1")}|${served.node("gw-2")}`));
	const requests = [...(await rig.received(served.node("gw-1"))), ...(await rig.received(served.node("gw-2")))];
	assert.deepEqual([...new Set(requests.map(({ port }) => port))], ["gatewayHttp"]);
	assert.equal(await statusOf(client, `${AM}carbon/`), 403);
});

test("key-manager: logins at the key managers, portals at the control plane", async (t) => {
	const served = await rig.serve(t, "key-manager");
	const nodes = ["cp-1", "km-1", "km-2", "gw-1"];
	await takers(served, nodes, /./);
	const client = served.browser(t);
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
	assert.equal((await echo(client, GW)).node, served.node("gw-1"));
	const [loggedInAt, ...others] = await takers(served, nodes, /^\/(oauth2\/authorize|commonauth)/);
	assert.match(loggedInAt ?? "", /^km-/);
	assert.deepEqual(others, []);
	await rig.estate.kill(served.node(loggedInAt ?? ""));
	assert.equal((await portalLogin(served.browser(t, STAFF), AM, "publisher", ADMIN)).apis.status, 200);
	await rig.estate.start(served.node(loggedInAt ?? ""));
	assert.equal(await statusOf(client, `${AM}keymanager-operations/dcr/register`), 403);
});

test("apim-3.2: profiles of their own, and tokens at the gateway", async (t) => {
	const served = await rig.serve(t, "apim-3.2");
	const nodes = ["pub-1", "dev-1", "km-1", "gw-1", "tm-1"];
	await takers(served, nodes, /./);
	for (const [portal, node, from] of [
		["publisher", "pub-1", STAFF],
		["devportal", "dev-1", undefined],
	] as const) {
		const client = served.browser(t, from);
		const page = await logIn(client, await client.open(`${AM}${portal}/services/auth/login`), ADMIN);
		assert.deepEqual([page.url, page.status], [`${AM}${portal}/`, 200]);
		assert.deepEqual(await takers(served, ["pub-1", "dev-1"], new RegExp(`^/${portal}/`)), [node]);
	}
	assert.deepEqual(await takers(served, nodes, /^\/commonauth/), ["km-1"]);
	const headers = {
		Authorization: `Basic ${Buffer.from("demo-api:demo-api-secret").toString("base64")}`,
		"Content-Type": "application/x-www-form-urlencoded",
	};
	const client = served.browser(t);
	const { status, body } = await client.send(`${GW}token`, { method: "POST", headers, body: "grant_type=client_credentials" });
	assert.equal(status, 200, body.toString());
	const { access_token: token } = JSON.parse(body.toString()) as { access_token: string };
	const menu = await client.send(`${GW}pizzashack/1.0.0/menu`, { headers: { Authorization: `Bearer ${token}` } });
	assert.equal(menu.status, 200);
	assert.equal(await statusOf(client, `${GW}pizzashack/1.0.0/menu`), 401);
});
