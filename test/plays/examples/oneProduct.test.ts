/** Examples with API Managers that do everything (all-in-one): each file as it stands, and what its users do. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { logIn, portalLogin } from "../../../estate/journeys.ts";
import { responseText } from "../../harness/message.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { ADMIN, echo, STAFF, startRig, statusOf, webSocketNode } from "./rig.ts";

const rig = await startRig({ after }, { identityServers: 0, apiManagers: 2, apim: { version: "4.5.0" } });
const AM = "https://am.example.com/";
const GW = "https://gw.example.com/";
const EVENT = "echo/1.0.0/webhooks_events_receiver_resource?topic=a";
/** A gateway has no such API. */
const OF_SYNAPSE = /The requested resource is not available/;

test("all-in-one: portals and APIs on one host, consoles for staff", async (t) => {
	const served = await rig.serve(t, "all-in-one");
	const [stranger, staff] = [served.browser(t), served.browser(t, STAFF)];
	const { page, apis } = await portalLogin(stranger, AM, "devportal", ADMIN);
	assert.ok(page.url.startsWith(`${AM}devportal`), page.url);
	assert.equal(apis.status, 200);
	assert.equal((await portalLogin(staff, AM, "publisher", ADMIN)).apis.status, 200);
	assert.equal((await echo(stranger, AM)).node, served.node("apim-1"));
	assert.equal(await webSocketNode(t, served, "am.example.com"), served.node("apim-1"));
	for (const path of ["publisher/", "carbon/", "services/Version"]) assert.equal(await statusOf(stranger, AM + path), 403, path);
	assert.equal(await statusOf(staff, `${AM}carbon/`), 403);
	const { status, headers } = await stranger.send("http://am.example.com/devportal/");
	assert.deepEqual([status, headers.location], [301, `${AM}devportal/`]);
});

test("active-active: two nodes of one machine by their offsets; one of them is enough", async (t) => {
	const served = await rig.serve(t, "active-active");
	const client = served.browser(t, STAFF);
	const nodes = [(await echo(client, AM)).node, (await echo(client, AM)).node];
	assert.deepEqual(nodes.sort(), [served.node("apim-1"), served.node("apim-2")]);
	assert.equal((await portalLogin(client, AM, "publisher", ADMIN)).apis.status, 200);
	await rig.estate.kill(served.node("apim-1"));
	for (let calls = 0; calls < 4; calls++) assert.equal((await echo(client, AM)).node, served.node("apim-2"));
	assert.equal((await portalLogin(served.browser(t, STAFF), AM, "publisher", ADMIN)).apis.status, 200);
	await rig.estate.start(served.node("apim-1"));
});

test("active-passive: the second node waits until the first one fails", async (t) => {
	const served = await rig.serve(t, "active-passive");
	const client = served.browser(t);
	for (let calls = 0; calls < 4; calls++) assert.equal((await echo(client, AM)).node, served.node("apim-1"));
	await rig.estate.kill(served.node("apim-1"));
	assert.equal((await echo(client, AM)).node, served.node("apim-2"));
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
	await rig.estate.start(served.node("apim-1"));
});

test("portal-and-gateway-hosts: every path of the gateway host is an API's, none of the portal host", async (t) => {
	const served = await rig.serve(t, "portal-and-gateway-hosts");
	const client = served.browser(t);
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
	assert.equal(await statusOf(client, `${AM}echo/1.0.0/x`), 404);
	assert.equal((await echo(client, GW)).tenant, null);
	for (const path of ["carbon/", "api/x", "devportal/"]) assert.match((await client.open(GW + path)).text, OF_SYNAPSE, path);
	assert.match(await webSocketNode(t, served, "gw.example.com"), /^apim-/);
	assert.equal((await client.send(GW + EVENT, { method: "POST", body: "{}" })).status, 200);
	assert.equal(await statusOf(client, `${AM}carbon/`), 403);
});

test("websocket-and-websub-hosts: each kind of traffic at its host", async (t) => {
	const served = await rig.serve(t, "websocket-and-websub-hosts");
	const client = served.browser(t);
	assert.match((await echo(client, GW)).node, /^apim-/);
	assert.match(await webSocketNode(t, served, "ws.example.com"), /^apim-/);
	await assert.rejects(webSocketNode(t, served, "gw.example.com"));
	assert.equal((await client.send(`https://events.example.com/${EVENT}`, { method: "POST", body: "{}" })).status, 200);
	assert.equal((await client.send(GW + EVENT, { method: "POST", body: "{}" })).status, 200, "the echo API itself");
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
});

test("gateway-path: APIs below a path that gateways do not know", async (t) => {
	const served = await rig.serve(t, "gateway-path");
	const client = served.browser(t);
	assert.equal((await echo(client, `${AM}gateway/`)).target, "/echo/1.0.0/x");
	assert.equal(await statusOf(client, `${AM}echo/1.0.0/x`), 404);
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
});

test("tenant-domains: hosts, an alias and hosts for many", async (t) => {
	const served = await rig.serve(t, "tenant-domains");
	const client = served.browser(t);
	assert.equal((await echo(client, "https://api.pizza.example.org/")).tenant, "pizza.example.org");
	assert.equal((await echo(client, "https://acme.gw.example.com/")).tenant, "acme.example.net");
	assert.equal((await echo(client, `${GW}t/books/`)).tenant, "books.example.org");
	for (const host of ["developer.pizza.example.org", "acme.dev.example.com"]) {
		const visitor = served.browser(t);
		assert.match((await visitor.open(`https://${host}/`)).text, /devportal/i);
		const { login, page, apis } = await portalLogin(visitor, `https://${host}/`, "devportal", ADMIN);
		for (const { url } of [...login.hops, ...page.hops]) assert.equal(new URL(url).host, host, url);
		assert.equal(apis.status, 200);
	}
});

test("two-environments: each at its port, and nowhere else", async (t) => {
	const served = await rig.serve(t, "two-environments");
	const [client, staff] = [served.browser(t), served.browser(t, STAFF)];
	const inTest = `${served.origin("am.example.com", 8443)}/`;
	assert.equal((await echo(client, AM)).node, served.node("apim-1"));
	assert.equal((await echo(client, inTest)).node, served.node("test-1"));
	const { url, status } = await logIn(staff, await staff.open(`${inTest}admin/services/auth/login`), ADMIN);
	assert.deepEqual([url, status], [`${inTest}admin/`, 200]);
	assert.equal(await statusOf(staff, `${AM}admin/`), 403);
	const elsewhere = served.browser(t, STAFF, served.ports.get(8443));
	assert.equal(await statusOf(elsewhere, `${AM}devportal/`), 421);
});

test("application-beside: an application that does not know its path", async (t) => {
	const reply = (): string => responseText(200, ["Content-Type: text/html"], '<a href="/cart">cart</a>');
	const application = await startRawServer(t, serve(reply));
	const served = await rig.serve(t, "application-beside", {
		urls: new Map([["http://10.0.2.11:8080", `http://127.0.0.1:${application.port}`]]),
	});
	const client = served.browser(t);
	assert.equal((await client.open(`${AM}shop/`)).text, '<a href="/shop/cart">cart</a>');
	assert.equal((await echo(client, AM)).node, served.node("apim-1"));
	assert.equal((await portalLogin(client, AM, "devportal", ADMIN)).apis.status, 200);
});
