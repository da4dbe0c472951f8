/**
 * Control planes and gateways of API Manager behind one Portico, as shipped (`localhost`, 9443 and 8243): the portals, the APIs and a tenant have hosts of their
 * own, and each path goes to the nodes that have it.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Browser } from "../../../estate/browser.ts";
import { startEstate } from "../../../estate/estate.ts";
import { portalLogin } from "../../../estate/journeys.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { status } from "../admin/rig.ts";

const scope = { after };
const ADMIN = { username: "admin", password: "admin" };
const [PORTALS, APIS, TENANT_APIS, TENANT_PORTAL] = ["am.example.com", "gw.example.com", "gw.foo.com", "dev.foo.com"];
const authority = await TestAuthority.create();
const [{ cert, key }, [port = 0]] = await Promise.all([
	authority.issue({ names: [PORTALS, APIS, TENANT_APIS, TENANT_PORTAL, "*.apis.example.com", "*.dev.example.com"] }),
	freePorts(1),
]);
const origin = (host: string): string => `https://${host}:${port}`;
const estate = await startEstate({ identityServers: 0, apiManagers: 3, relyingParty: { idp: origin(PORTALS), trust: authority.cert } });
scope.after(() => estate.close());
const ROLES = [["control-plane"], ["control-plane"], ["gateway"]];
const config = {
	public: origin(PORTALS),
	listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
	services: {
		apim: {
			product: "wso2-apim",
			host: `${PORTALS}:${port}`,
			gateway: { host: `${APIS}:${port}` },
			tenants: [
				{ tenant: "foo.com", gateway: `${TENANT_APIS}:${port}`, devportal: `${TENANT_PORTAL}:${port}` },
				{ tenant: "bar.com", alias: "bar" },
				{ tenant: "{name}.org", gateway: `{name}.apis.example.com:${port}`, devportal: `{name}.dev.example.com:${port}` },
			],
			trust: "nodes.pem",
			access: { restricted: { allow: ["127.0.0.0/8"] } },
			nodes: estate.nodes().map(({ name, ports }, index) => ({
				name,
				host: "localhost",
				roles: ROLES[index],
				// One control plane is asked in clear.
				...(index === 1
					? { transport: "http", ports: { servlet: ports.servletHttp } }
					: {
							ports: { servlet: ports.servletHttps, gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls },
						}),
			})),
		},
	},
	admin: { address: "127.0.0.1:0" },
	accessLog: [],
	workers: 1,
};
const portico = await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
const [, , gateway] = estate.nodes().map(({ name }) => name);

function browser(ofTest: { after(end: () => void): void }): Browser {
	const made = new Browser({ trust: authority.cert, address: "127.0.0.1" });
	ofTest.after(() => made.close());
	return made;
}

async function echo(client: Browser, url: string): Promise<{ node: string; tenant: string | null; target: string }> {
	const { status: code, body } = await client.send(url);
	assert.equal(code, 200, `${url}: ${body.toString()}`);
	return JSON.parse(body.toString()) as { node: string; tenant: string | null; target: string };
}

/** A gateway has no such API. */
const OF_SYNAPSE = /The requested resource is not available/;

async function textOf(client: Browser, url: string): Promise<string> {
	return (await client.send(url)).body.toString();
}

test("the portals are at their host, and nowhere else", async (t) => {
	for (const portal of ["publisher", "devportal"] as const) {
		const client = browser(t);
		const { login, page, apis } = await portalLogin(client, `${origin(PORTALS)}/`, portal, ADMIN);
		for (const { url } of [...login.hops, ...page.hops]) assert.ok(url.startsWith(`${origin(PORTALS)}/`), url);
		assert.equal(apis.status, 200);
		assert.notEqual(apis.names.length, 0);
	}
	assert.match(await textOf(browser(t), `${origin(PORTALS)}/echo/1.0.0/x`), /route_not_found|not found/i);
	assert.match(await textOf(browser(t), `${origin(APIS)}/devportal/`), OF_SYNAPSE);
});

test("APIs are at theirs, whatever their context is, and gateways alone answer", async (t) => {
	const client = browser(t);
	assert.deepEqual(await pick(echo(client, `${origin(APIS)}/echo/1.0.0/x`)), { node: gateway, tenant: null });
	assert.deepEqual(await pick(echo(client, `${origin(APIS)}/t/any.org/echo/1.0.0/x`)), { node: gateway, tenant: "any.org" });
	assert.deepEqual(await pick(echo(client, `${origin(APIS)}/t/bar/echo/1.0.0/x`)), { node: gateway, tenant: "bar.com" });
	for (const path of ["/api/x", "/services/Version", "/carbon/", "/admin/1.0"]) {
		assert.match(await textOf(client, origin(APIS) + path), OF_SYNAPSE, path);
	}
	assert.equal((await client.send(`${origin(APIS)}/health-check`)).status, 403);
});

for (const [kind, tenant, apiHost, portalHost] of [
	["hosts of its own", "foo.com", TENANT_APIS, TENANT_PORTAL],
	["wildcard hosts", "acme.org", "acme.apis.example.com", "acme.dev.example.com"],
] as const) {
	test(`a tenant with ${kind} has its APIs at the root of one, and its developer portal at the root of another`, async (t) => {
		const client = browser(t);
		assert.deepEqual(await pick(echo(client, `${origin(apiHost)}/echo/1.0.0/x?y`)), { node: gateway, tenant });
		const front = await client.open(`${origin(portalHost)}/`);
		assert.equal(front.status, 200);
		assert.match(front.text, /devportal/i);
		const { login, page, apis } = await portalLogin(client, `${origin(portalHost)}/`, "devportal", ADMIN);
		for (const { url } of [...login.hops, ...page.hops]) assert.ok(url.startsWith(`${origin(portalHost)}/`), url);
		assert.equal(apis.status, 200);
	});
}

test("the status knows roles, and only pools that have nodes", async () => {
	const [service, ...others] = (await status(portico)).services;
	assert.deepEqual(others, []);
	assert.deepEqual(
		service?.nodes.map(({ roles }) => roles),
		ROLES,
	);
	assert.deepEqual(
		service?.pools.map(({ name, members }) => [name, members]),
		[
			["apim/servlet", 2],
			["apim/servlet-gateway", 1],
			["apim/gateway", 1],
			["apim/websocket", 1],
			["apim/websub", 1],
		],
	);
});

async function pick(answer: ReturnType<typeof echo>): Promise<{ node: string; tenant: string | null }> {
	const { node, tenant } = await answer;
	return { node, tenant };
}
