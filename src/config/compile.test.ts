import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Plan } from "../plan/plan.ts";
import { type RouteDecision, Router } from "../route/router.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const HEAD = `public: https://sso.example.com
listeners: [ { address: "127.0.0.1:0", tls: { certificates: [ { cert: sso.pem, key: sso.key } ] } } ]
services:
`;

async function planOf(services: string, head = HEAD): Promise<Plan> {
	const loaded = await loadText(`${tls.directory}/portico.yaml`, head + services, {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.plan;
}

const NODES: Readonly<Record<string, string>> = { is: "10.0.0", apim: "10.0.1" };
const service = (name: string, product: string, more: string): string =>
	`  ${name}: { product: ${product}, trust: ca.pem, nodes: [ { name: ${name}-1, host: ${NODES[name]}.11 }, { name: ${name}-2, host: ${NODES[name]}.12, offset: 1 } ], ${more} }\n`;

interface Asked {
	readonly method?: string;
	readonly upgrade?: string;
	readonly client?: string;
	readonly host?: string;
}

function ask(plan: Plan, path: string, asked: Asked = {}): RouteDecision {
	const { method = "GET", upgrade = null, client = "192.0.2.1", host = "sso.example.com" } = asked;
	return Router.build(plan).decide({ authority: host, path, method, upgrade, clientAddress: client });
}

/** `pool nodePath`, or the rule that refuses. */
function outcome(plan: Plan, path: string, asked: Asked = {}): string {
	const decision = ask(plan, path, asked);
	return decision.kind === "route" ? `${plan.pools[decision.route.pool]?.kind} ${decision.nodePath}` : decision.rule;
}

const both = await planOf(
	service("is", "wso2-is", "prefix: /is-") +
		service("apim", "wso2-apim", "prefix: /apim-, access: { restricted: { allow: [ 10.0.0.0/8 ] } }"),
);

test("Identity Server's contexts are an allow-list in every tenant and organisation form", () => {
	const table: Readonly<Record<string, string>> = {
		"/is-samlsso": "servlet /samlsso",
		"/is-oauth2/token": "servlet /oauth2/token",
		"/is-t/acme/oauth2/authorize": "servlet /t/acme/oauth2/authorize",
		"/is-o/sub/oidc/logout": "servlet /o/sub/oidc/logout",
		"/is-t/acme/o/sub/authenticationendpoint/login.do": "servlet /t/acme/o/sub/authenticationendpoint/login.do",
		"/is-scim2/Me": "servlet /scim2/Me",
		"/is-api/users/v2/me/sessions": "servlet /api/users/v2/me/sessions",
		"/is-api/users/v2/other": "access.restricted",
		"/is-scim2/Users": "access.restricted",
		"/is-oauth2/introspect": "access.restricted",
		"/is-console": "access.restricted",
		"/is-carbon/admin/login.jsp": "access.blocked",
		"/is-services/UserAdmin": "access.blocked",
		"/is-t/acme/carbon": "access.blocked",
		"/is-t/acme/o/sub/services": "access.blocked",
		"/is-o/sub/carbon": "access.blocked",
		"/is-api/health-check/v1.0/health": "access.blocked",
		"/is-t/acme/api/health-check/v1.0/health": "access.blocked",
		"/is-oauth2/unheard": "path.unknown",
		"/is-dashboard": "path.unknown",
		"/is-": "path.unknown",
		"/samlsso": "path.unknown",
	};
	for (const [path, expected] of Object.entries(table)) assert.equal(outcome(both, path), expected, path);
});

test("a restricted context is for the listed clients; an empty list is for nobody", () => {
	assert.equal(outcome(both, "/apim-publisher", { client: "10.9.9.9" }), "servlet /publisher");
	assert.equal(outcome(both, "/apim-publisher", { client: "192.0.2.1" }), "access.restricted");
	assert.equal(outcome(both, "/is-console", { client: "10.9.9.9" }), "access.restricted");
});

test("API Manager: webapps go to the servlet port, all else to the gateway, tenants by their next segment", () => {
	const table: Readonly<Record<string, string>> = {
		"/apim-devportal/apis": "servlet /devportal/apis",
		"/apim-oauth2/token": "servlet /oauth2/token",
		"/apim-api/am/devportal/v3/apis": "servlet /api/am/devportal/v3/apis",
		"/apim-api/am/gateway/v2/server-startup-healthcheck": "access.blocked",
		"/apim-api/unheard": "access.blocked",
		"/apim-health-check": "access.blocked",
		"/apim-t/acme/carbon": "access.blocked",
		"/apim-carbon": "access.blocked",
		"/apim-pizza/1.0/menu": "gateway /pizza/1.0/menu",
		"/apim-token": "gateway /token",
		"/apim-store": "gateway /store",
		"/apim-t/acme": "gateway /t/acme",
		"/apim-t/acme/pizza/1.0": "gateway /t/acme/pizza/1.0",
		"/apim-t/acme/oauth2/token": "servlet /t/acme/oauth2/token",
		"/apim-t/acme/authenticationendpoint/login.do": "servlet /t/acme/authenticationendpoint/login.do",
		"/apim-chat/1/webhooks_events_receiver_resource": "websub /chat/1/webhooks_events_receiver_resource",
		"/apim-t/acme/chat/1/webhooks_events_receiver_resource": "websub /t/acme/chat/1/webhooks_events_receiver_resource",
	};
	for (const [path, expected] of Object.entries(table)) assert.equal(outcome(both, path), expected, path);
	assert.equal(outcome(both, "/apim-chat/1.0", { upgrade: "websocket" }), "websocket /chat/1.0");
	assert.equal(outcome(both, "/apim-t/acme/chat/1.0", { upgrade: "websocket" }), "websocket /t/acme/chat/1.0");
	assert.equal(outcome(both, "/apim-carbon", { upgrade: "websocket" }), "access.blocked");
});

test("the version decides the contexts", async () => {
	const old = await planOf(
		service("is", "wso2-is", "prefix: /is-, version: '5.9'") + service("apim", "wso2-apim", "prefix: /apim-, version: '2.6'"),
	);
	assert.equal(outcome(old, "/is-dashboard"), "servlet /dashboard");
	assert.equal(outcome(old, "/is-myaccount"), "path.unknown");
	assert.equal(outcome(old, "/apim-store"), "servlet /store");
	assert.equal(outcome(old, "/apim-devportal"), "gateway /devportal");
	assert.ok(old.routes.some(({ id, pool }) => id === "apim:/token" && old.pools[pool]?.kind === "gateway"));
	assert.ok(!both.routes.some(({ id }) => id === "apim:/token"));
});

test("slash form, bare form and a host of its own reach the same contexts", async () => {
	const plan = await planOf(service("is", "wso2-is", "prefix: /is/") + service("apim", "wso2-apim", "host: api.example.org"));
	assert.equal(outcome(plan, "/is/samlsso"), "servlet /samlsso");
	assert.equal(outcome(plan, "/is/t/acme/carbon"), "access.blocked");
	assert.equal(outcome(plan, "/is-samlsso"), "path.unknown");
	assert.equal(outcome(plan, "/pizza/1.0", { host: "api.example.org" }), "gateway /pizza/1.0");
	assert.equal(outcome(plan, "/carbon", { host: "api.example.org" }), "access.blocked");
	assert.equal(outcome(plan, "/pizza/1.0", { host: "evil.example.org" }), "host.unknown");
	assert.deepEqual(
		plan.services.map(({ publicOrigin, mappings }) => [publicOrigin, mappings]),
		[
			["https://sso.example.com", [{ from: "/is", to: "" }]],
			["https://api.example.org", [{ from: "", to: "" }]],
		],
	);
	const bare = await planOf(service("is", "wso2-is", "prefix: /"));
	assert.equal(outcome(bare, "/samlsso"), "servlet /samlsso");
	assert.equal(outcome(bare, "/t/acme/services/x"), "access.blocked");
});

test("`access` opens, restricts and blocks paths with what is below, in every form", async () => {
	const plan = await planOf(
		service(
			"is",
			"wso2-is",
			"prefix: /is-, access: { open: [ /scim2, /app ], restrict: [ /carbon, /oauth2/authn ], block: [ /myaccount, /scim2/Bulk ], restricted: { allow: [ 10.0.0.0/8 ] } }",
		),
	);
	assert.equal(outcome(plan, "/is-scim2/Users"), "servlet /scim2/Users");
	assert.equal(outcome(plan, "/is-t/a/scim2/Users"), "servlet /t/a/scim2/Users");
	assert.equal(outcome(plan, "/is-scim2/Bulk"), "access.blocked");
	assert.equal(outcome(plan, "/is-o/b/scim2/Bulk"), "access.blocked");
	assert.equal(outcome(plan, "/is-app/page"), "servlet /app/page");
	assert.equal(outcome(plan, "/is-t/a/app"), "servlet /t/a/app");
	assert.equal(outcome(plan, "/is-carbon"), "access.restricted");
	assert.equal(outcome(plan, "/is-t/a/carbon", { client: "10.1.1.1" }), "servlet /t/a/carbon");
	assert.equal(outcome(plan, "/is-oauth2/authn"), "access.restricted");
	assert.equal(outcome(plan, "/is-myaccount/x"), "access.blocked");
});

test("opening or restricting a path leaves health checks and what is blocked below it shut", async () => {
	const plan = await planOf(
		service("is", "wso2-is", "prefix: /is-, access: { open: [ /api ], restricted: { allow: [ 0.0.0.0/0 ] } }") +
			service("apim", "wso2-apim", "prefix: /apim-, access: { restrict: [ / ], restricted: { allow: [ 0.0.0.0/0 ] } }"),
	);
	assert.equal(outcome(plan, "/is-api/health-check/v1.0/health"), "access.blocked");
	assert.equal(outcome(plan, "/is-api/server/v1/x"), "servlet /api/server/v1/x");
	assert.equal(outcome(plan, "/apim-carbon"), "access.blocked");
	assert.equal(outcome(plan, "/apim-health-check"), "access.blocked");
});

test("a restricted API is restricted on every port it has", async () => {
	const plan = await planOf(service("apim", "wso2-apim", "prefix: /apim-, access: { restrict: [ /pizza ], block: [ /t/acme ] }"));
	const receiver = "1/webhooks_events_receiver_resource";
	assert.equal(outcome(plan, "/apim-pizza/1.0"), "access.restricted");
	assert.equal(outcome(plan, "/apim-pizza/1.0", { upgrade: "websocket" }), "access.restricted");
	assert.equal(outcome(plan, `/apim-pizza/${receiver}`), "access.restricted");
	assert.equal(outcome(plan, `/apim-other/${receiver}`), `websub /other/${receiver}`);
	assert.equal(outcome(plan, "/apim-t/acme/x"), "access.blocked");
	assert.equal(outcome(plan, "/apim-t/acme/oauth2/token"), "access.blocked");
	assert.equal(outcome(plan, `/apim-t/acme/x/${receiver}`), "access.blocked");
	assert.equal(outcome(plan, "/apim-t/other/x", { upgrade: "websocket" }), "websocket /t/other/x");
});

test("routes of a WSO2 service change the preset's rows, or add rows that inherit from what covers them", async () => {
	const plan = await planOf(
		service(
			"is",
			"wso2-is",
			"prefix: /is-, maxBody: 1MiB, routes: [ { path: /commonauth, methods: [ GET, POST ] }, { path: /scim2/Users, maxBody: 5MiB }, { path: /t/acme/scim2/Users, maxBody: 0 }, { path: /login, exact: true } ]",
		) +
			service(
				"apim",
				"wso2-apim",
				"prefix: /apim-, routes: [ { path: /mywebapp, pool: servlet }, { path: '/t/{x}', defaultType: application/json }, { path: /pizza, timeouts: { firstByte: 1s } } ]",
			),
	);
	assert.equal(outcome(plan, "/is-t/acme/commonauth", { method: "DELETE" }), "method.route");
	assert.equal(outcome(plan, "/is-scim2/Users"), "access.restricted");
	assert.equal(outcome(plan, "/is-t/acme/scim2/Users"), "access.restricted");
	assert.equal(outcome(plan, "/is-login"), "servlet /login");
	assert.equal(outcome(plan, "/is-login/x"), "path.unknown");
	const route = (path: string, asked: Asked = {}) => ask(plan, path, asked).route;
	assert.equal(route("/is-samlsso")?.maxBody, 1024 ** 2);
	assert.equal(route("/is-scim2/Users")?.maxBody, 5 * 1024 ** 2);
	assert.equal(route("/is-t/other/scim2/Users")?.maxBody, 5 * 1024 ** 2);
	assert.equal(route("/is-t/acme/scim2/Users")?.maxBody, 0);
	assert.equal(outcome(plan, "/apim-mywebapp/x"), "servlet /mywebapp/x");
	assert.equal(route("/apim-t/acme/x")?.defaultType, "application/json");
	assert.equal(route("/apim-t/acme/x", { upgrade: "websocket" })?.defaultType, "application/json");
	assert.deepEqual(route("/apim-pizza/1")?.timeouts, { firstByte: 1000 });
	assert.equal(outcome(plan, "/apim-pizza/1", { upgrade: "websocket" }), "websocket /pizza/1");
});

test("product http has only its own routes", async () => {
	const plan = await planOf(
		"  web: { product: http, nodes: [ { name: w-1, url: 'https://[::1]:8443' } ], routes: [ { path: /a, to: / }, { path: '/b-{page}', to: /pages/ }, { path: /c, methods: [ GET ] }, { path: /c, methods: [ POST ], to: /post }, { path: /secret, access: blocked } ] }\n",
	);
	assert.equal(outcome(plan, "/a/x"), "http /x");
	assert.equal(outcome(plan, "/b-1/y"), "http /pages/1/y");
	assert.equal(outcome(plan, "/c"), "http /c");
	assert.equal(outcome(plan, "/c", { method: "POST" }), "http /post");
	assert.equal(outcome(plan, "/c", { method: "PUT" }), "method.route");
	assert.equal(outcome(plan, "/secret"), "access.blocked");
	assert.equal(outcome(plan, "/"), "path.unknown");
	const [member] = plan.members;
	assert.deepEqual([member?.host, member?.port, member?.tls?.serverName], ["::1", 8443, null]);
	assert.ok(plan.services[0]?.nodeOrigins.includes("https://[::1]:8443"));
	assert.equal(new Set(plan.routes.map(({ id }) => id)).size, plan.routes.length);
});

test("members have the product's ports, with offset, transport and overrides", async () => {
	const plan = await planOf(
		"  apim: { product: wso2-apim, prefix: /apim-, transport: http, nodes: [ { name: a, host: A.internal, offset: 3, weight: 7, zone: ams, state: draining, ports: { gateway: 9999 } } ] }\n",
	);
	assert.deepEqual(
		plan.members.map(({ name, host, port, tls: memberTls, weight, adminState, zone }) => [
			name,
			host,
			port,
			memberTls,
			weight,
			adminState,
			zone,
		]),
		[
			["a/servlet", "a.internal", 9766, null, 7, "draining", "ams"],
			["a/gateway", "a.internal", 9999, null, 7, "draining", "ams"],
			["a/websocket", "a.internal", 9102, null, 7, "draining", "ams"],
			["a/websub", "a.internal", 9024, null, 7, "draining", "ams"],
		],
	);
});

test("a node's own names are known with every port and both schemes; the public origin is none of them", async () => {
	const plan = await planOf(
		service("is", "wso2-is", "prefix: /is-, aliases: [ idp.internal, 'https://old.example.com', 'http://x.internal:81' ]"),
	);
	const origins = new Set(plan.services[0]?.nodeOrigins);
	for (const origin of [
		...[
			"https://localhost:9443",
			"http://localhost:9763",
			"https://127.0.0.1:9444",
			"https://[::1]:9443",
			"http://10.0.0.12:9764",
			"https://10.0.0.11:9443",
		],
		...["https://idp.internal:9443", "https://old.example.com:443", "http://x.internal:81", "https://sso.example.com:9443"],
	]) {
		assert.ok(origins.has(origin), origin);
	}
	const local = await planOf(service("is", "wso2-is", "prefix: /is-"), HEAD.replace("sso.example.com", "localhost:9443"));
	assert.ok(!local.services[0]?.nodeOrigins.includes("https://localhost:9443"));
	assert.ok(local.services[0]?.nodeOrigins.includes("http://localhost:9443"));
	assert.deepEqual(plan.services[0]?.nodeHosts.includes("sso.example.com"), false);
	assert.ok(plan.services[0]?.nodeHosts.includes("idp.internal"));
});

test("every route of the presets is unambiguous, has an id of its own and a pool unless it is blocked", () => {
	assert.equal(new Set(both.routes.map(({ id }) => id)).size, both.routes.length);
	for (const route of both.routes)
		assert.ok(route.access === "blocked" ? route.pool === -1 : both.pools[route.pool] !== undefined, route.id);
});

test("log files are found from the configuration's directory, `-` is standard output", async () => {
	const logs = "accessLog: [ {}, { path: apim.log, format: json, services: [ apim ], mask: [ Code ] }, { path: /var/log/x.log } ]\n";
	const plan = await planOf(service("is", "wso2-is", "prefix: /is-") + service("apim", "wso2-apim", "prefix: /apim-"), logs + HEAD);
	assert.deepEqual(
		plan.accessLogs.map(({ path, format, services }) => [path, format, services]),
		[
			["-", "combined", null],
			[`${tls.directory}/apim.log`, "json", ["apim"]],
			["/var/log/x.log", "combined", null],
		],
	);
	assert.ok(plan.accessLogs[0]?.mask.includes("samlresponse"));
	assert.deepEqual(plan.accessLogs[1]?.mask, ["code"]);
});

test("defaults are those of the documentation, in milliseconds and bytes", () => {
	assert.deepEqual(both.limits, {
		requestHead: 65_536,
		responseHead: 65_536,
		headerFields: 128,
		connections: 20_000,
		connectionsPerClient: 0,
		memory: 0,
	});
	assert.deepEqual(both.timeouts, {
		tlsHandshake: 10_000,
		requestHead: 10_000,
		bodyIdle: 30_000,
		bodyMinRate: 240,
		keepAlive: 60_000,
		clientWrite: 60_000,
		halfClosed: 10_000,
		connect: 3000,
		firstByte: 300_000,
		upstreamIdle: 180_000,
		tunnelIdle: 3_600_000,
		drain: 30_000,
	});
	assert.deepEqual(both.pools[0]?.keepAlive, { maxRequests: 200, idle: 15_000, maxIdle: 64 });
	const bodies = new Set(both.routes.map((route) => `${route.pathRules} ${route.maxBody}`));
	assert.deepEqual(bodies, new Set(["servlet 104857600", "gateway 0"]));
});

test("affinity modes: names, and what each route says of itself", async () => {
	const plan = await planOf(
		service(
			"is",
			"wso2-is",
			"prefix: /is-, affinity: { maxIdle: 1h, onMemberLost: wait, waitTime: 3s, sessionIdle: 1h }, routes: [ { path: /samlsso, affinity: { mode: jvmRoute, onMemberLost: fail } }, { path: /oauth2/token, affinity: { flows: false } }, { path: /myaccount, affinity: { mode: header, header: X-User, flows: true } } ]",
		) +
			"  app: { product: http, routes: [ { path: /app }, { path: /own, affinity: { mode: cookie } }, { path: /learned, affinity: { mode: learn, name: SID } } ], nodes: [ { name: p-1, url: 'http://10.0.2.1', route: one }, { name: p-2, url: 'http://10.0.2.2' } ], affinity: { mode: jvmRoute, name: S } }\n",
	);
	const at = (path: string) => ask(plan, path).route?.affinity ?? null;
	const { mode, name, flows, maxIdle, maxLife, sessionIdle, onMemberLost, memberLostWait } = at("/is-commonauth") ?? {};
	assert.deepEqual([mode, name, flows], ["cookie", "portico-is", true]);
	assert.deepEqual([maxIdle, maxLife, sessionIdle], [3_600_000, 0, 3_600_000]);
	assert.deepEqual([onMemberLost, memberLostWait], ["wait", 3000]);
	const rows = ["/is-samlsso", "/is-t/acme/samlsso", "/is-oauth2/token", "/is-myaccount", "/is-oauth2/revoke", "/app", "/own", "/learned"];
	assert.deepEqual(
		rows.map(at).map((affinity) => `${affinity?.mode} ${affinity?.name} ${affinity?.flows} ${affinity?.onMemberLost}`),
		[
			...["jvmRoute JSESSIONID true fail", "jvmRoute JSESSIONID true fail", "cookie portico-is false wait", "header x-user true wait"],
			...["cookie portico-is false wait", "jvmRoute S false rebalance", "cookie portico-app false rebalance", "learn SID false rebalance"],
		],
	);
	// One object for all that are the same, so that one set of tables serves them.
	assert.equal(at("/is-commonauth"), at("/is-t/acme/commonauth"));
	assert.deepEqual(
		plan.members.filter(({ node }) => node.startsWith("p-")).map(({ route }) => route),
		["one", "p-2"],
	);
	assert.deepEqual(plan.services.find(({ name }) => name === "app")?.ownCookies, ["portico-is", "portico-app"]);
});

test("affinity is for servlet ports unless the file says otherwise", async () => {
	const plan = await planOf(
		service("is", "wso2-is", "prefix: /is-, routes: [ { path: /oauth2/jwks, affinity: { mode: off } } ]") +
			service(
				"apim",
				"wso2-apim",
				"prefix: /apim-, affinity: { name: __Host-lb }, routes: [ { path: /own, pool: gateway, affinity: { mode: cookie } } ]",
			) +
			"  plain: { product: http, routes: [ { path: /plain } ], nodes: [ { name: p-1, url: 'http://10.0.2.1' } ] }\n" +
			"  asked: { product: http, host: asked.example.org, routes: [ { path: / } ], nodes: [ { name: a-1, url: 'http://10.0.3.1' } ], affinity: { mode: cookie } }\n" +
			"  off: { product: wso2-is, host: off.example.org, trust: ca.pem, nodes: [ { name: o-1, host: 10.0.4.1 } ], affinity: { mode: off } }\n",
	);
	const affinityAt = (path: string, host?: string): string | undefined =>
		ask(plan, path, host === undefined ? {} : { host }).route?.affinity?.name;
	assert.deepEqual(
		[
			"/is-samlsso",
			"/is-t/acme/commonauth",
			"/is-oauth2/jwks",
			"/is-t/acme/oauth2/jwks",
			"/apim-devportal",
			"/apim-pizza/1",
			"/apim-own/1",
		].map((path) => affinityAt(path)),
		["portico-is", "portico-is", undefined, undefined, "__Host-lb", undefined, "__Host-lb"],
	);
	assert.equal(affinityAt("/plain"), undefined);
	assert.equal(affinityAt("/any", "asked.example.org"), "portico-asked");
	assert.equal(affinityAt("/samlsso", "off.example.org"), undefined);
	assert.deepEqual(
		plan.services.map(({ ownCookies }) => ownCookies),
		[["portico-is", "__Host-lb"], ["portico-is", "__Host-lb"], ["portico-is", "__Host-lb"], ["portico-asked"], []],
	);
	assert.deepEqual(plan.affinityKeys, []);
});

test("each pool picks by its own policy, else the service's, else in turns; what a pool does not say is as in the service", async () => {
	const plan = await planOf(
		service(
			"apim",
			"wso2-apim",
			"prefix: /apim-, balance: { policy: consistentHash, hash: { on: header, name: X-User }, slowStart: 5s }, pools: { gateway: { balance: { policy: leastConnections, slowStart: off } }, websocket: { balance: { hash: { on: cookie, name: Tab }, bound: off } } }",
		) + service("is", "wso2-is", "prefix: /is-"),
	);
	const slow = (window: number) => ({ window, minimum: 0.1, aggression: 1 });
	assert.deepEqual(
		plan.pools.map(({ name, policy, key, bound, slowStart }) => [name, policy, key, bound, slowStart]),
		[
			["apim/servlet", "consistentHash", { from: "header", name: "x-user" }, 1.5, slow(5000)],
			["apim/gateway", "leastConnections", null, 1.5, null],
			["apim/websocket", "consistentHash", { from: "cookie", name: "apim.Tab", older: "Tab" }, 0, slow(5000)],
			["apim/websub", "consistentHash", { from: "header", name: "x-user" }, 1.5, slow(5000)],
			["is/servlet", "roundRobin", null, 1.5, slow(60_000)],
		],
	);
});

test("product http has no slow start unless told, and its key is the client's address unless told", async () => {
	const plain = (more: string): string =>
		`  b: { product: http, routes: [ { path: /b } ], nodes: [ { name: b-1, url: "http://10.0.0.40:8080" } ], ${more} }\n`;
	const [pool] = (await planOf(plain("balance: { policy: consistentHash }"))).pools;
	assert.deepEqual([pool?.key, pool?.slowStart], [{ from: "client" }, null]);
	const [told] = (await planOf(plain("balance: { slowStart: 10s, policy: consistentHash, hash: { on: path } }"))).pools;
	assert.deepEqual([told?.key, told?.slowStart?.window], [{ from: "path" }, 10_000]);
	const [never] = (await planOf(plain("balance: { slowStart: 0s }"))).pools;
	assert.equal(never?.slowStart, null);
});

test("zones and standby", async () => {
	const nodes = "nodes: [ { name: a, url: 'http://10.0.0.1:80', zone: ams }, { name: b, url: 'http://10.0.0.2:80', standby: true } ]";
	const services = `  b: { product: http, routes: [ { path: /b } ], ${nodes} }\n`;
	const plan = await planOf(services, `zone: ams\nzones: { overProvisioning: 2 }\n${HEAD}`);
	assert.deepEqual([plan.zone, plan.overProvisioning], ["ams", 2]);
	assert.deepEqual(
		plan.members.map(({ zone, standby }) => [zone, standby]),
		[
			["ams", false],
			[null, true],
		],
	);
	const without = await planOf(services);
	assert.deepEqual([without.zone, without.overProvisioning], [null, 1.4]);
});

test("bodies are rewritten where the preset says so, or service and route do, and never on API traffic", async () => {
	const rewrites = (plan: Plan, path: string): boolean | undefined => ask(plan, path).route?.rewriteBodies;
	const rows = {
		"/is-authenticationendpoint/login.do": true,
		"/is-t/acme/commonauth": true,
		"/is-oauth2/token/.well-known/openid-configuration": true,
		"/is-oauth2/token": false,
		"/is-oauth2/jwks": false,
		"/is-api/server/v1/applications": false,
		"/apim-devportal/apis": true,
		"/apim-pizzashack/1.0": false,
	};
	for (const [path, expected] of Object.entries(rows)) assert.equal(rewrites(both, path), expected, path);

	const on = await planOf(
		service("is", "wso2-is", "prefix: /is-, rewriteBodies: true, routes: [ { path: /samlsso, rewriteBodies: false } ]") +
			service("apim", "wso2-apim", "prefix: /apim-, rewriteBodies: true"),
	);
	assert.deepEqual(
		["/is-oauth2/token", "/is-samlsso", "/apim-pizzashack/1.0"].map((path) => rewrites(on, path)),
		[true, false, false],
	);
	const off = await planOf(service("is", "wso2-is", "prefix: /is-, rewriteBodies: false"));
	assert.equal(
		off.routes.some((route) => route.rewriteBodies),
		false,
	);
});

test("pages name the contexts of the servlet port, but not those whose name stands below others", async () => {
	const paths = both.services.map(({ pagePaths }) => pagePaths);
	assert.ok(paths[0]?.includes("/commonauth") && paths[0]?.includes("/carbon") && paths[1]?.includes("/publisher"));
	for (const path of ["/services", "/health-check", "/{context}", "/t/{tenant}/commonauth"]) assert.ok(!paths.flat().includes(path), path);
	const free = await planOf(
		"  app: { product: http, routes: [ { path: /shop, to: /app } ], nodes: [ { name: a-1, url: 'http://10.0.2.1' } ] }\n",
	);
	assert.deepEqual(free.services[0]?.pagePaths, ["/app"]);
});
