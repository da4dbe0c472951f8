import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import { Router } from "../route/router.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

async function planOf(more: string): Promise<Plan> {
	const text = `public: https://sso.example.com
listeners: [ { address: "127.0.0.1:0", tls: { certificates: [ { cert: sso.pem, key: sso.key } ] } } ]
services:
  is: { product: wso2-is, prefix: /is-, trust: ca.pem, nodes: [ { name: is-1, host: 10.0.0.11 } ] }
  apim: { product: wso2-apim, prefix: /apim-, trust: ca.pem, nodes: [ { name: apim-1, host: 10.0.1.11 } ], access: { restricted: { allow: [ 192.0.2.0/24 ] } }${more} }
`;
	const loaded = await loadText(`${tls.directory}/portico.yaml`, text, {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.plan;
}

function routeAt(plan: Plan, path: string): RoutePlan | null {
	const query = { authority: "sso.example.com", path, method: "GET", upgrade: null, clientAddress: "192.0.2.1" };
	return Router.build(plan).decide(query).route;
}

test("a member of a Carbon node takes 250 requests, one of those that hold connections open any number", async () => {
	const plan = await planOf("");
	assert.deepEqual(
		plan.pools.map(({ name, overload }) => [name, overload.maxRequests, overload.maxConnections, overload.queue, overload.queueTimeout]),
		[
			["is/servlet", 250, 250, 1000, 5000],
			["apim/servlet", 250, 250, 1000, 5000],
			["apim/gateway", 250, 250, 1000, 5000],
			["apim/websocket", 0, 0, 1000, 5000],
			["apim/websub", 0, 0, 1000, 5000],
		],
	);
	assert.deepEqual(plan.pools[0]?.retryBudget, { share: 0.2, min: 3 });
});

test("a connection to Tomcat carries 200 requests, one to another port as many as its node allows, unless the file says", async () => {
	const requests = (plan: Plan) => plan.pools.map(({ name, keepAlive }) => [name, keepAlive.maxRequests]);
	assert.deepEqual(requests(await planOf("")), [
		["is/servlet", 200],
		["apim/servlet", 200],
		["apim/gateway", 1_000_000],
		["apim/websocket", 1_000_000],
		["apim/websub", 1_000_000],
	]);
	const set = requests(await planOf(", keepAlive: { maxRequests: 50 }")).filter(([name]) => String(name).startsWith("apim/"));
	assert.ok(set.every(([, most]) => most === 50));
});

test("a pool's own word counts before the service's, for each number by itself; connections follow requests", async () => {
	const plan = await planOf(
		", overload: { maxRequests: 40, queue: 7 }, retry: { budget: 5%, budgetMin: 1 }, pools: { gateway: { overload: { maxRequests: 500, maxConnections: 90, queueTimeout: 1s } } }",
	);
	const [, servlet, gateway] = plan.pools;
	assert.deepEqual(servlet?.overload, { maxRequests: 40, maxConnections: 40, queue: 7, queueTimeout: 5000 });
	assert.deepEqual(gateway?.overload, { maxRequests: 500, maxConnections: 90, queue: 7, queueTimeout: 1000 });
	assert.deepEqual(gateway?.retryBudget, { share: 0.05, min: 1 });
});

test("what may be repeated: WSO2's own rules for its contexts, in every tenant form", async () => {
	const plan = await planOf("");
	const repeat = (path: string): string | undefined => routeAt(plan, path)?.retry.repeat;
	assert.deepEqual(
		["commonauth", "oauth2/token", "oauth2/userinfo", "oauth2/jwks", "oauth2/authorize", "t/acme/oauth2/token", "t/acme/commonauth"].map(
			(path) => [repeat(`/is-${path}`), repeat(`/apim-${path}`)].join(),
		),
		["never,never", "never,never", "always,always", "always,always", "idempotent,idempotent", "never,never", "never,never"],
	);
	assert.equal(repeat("/apim-oauth2/introspect"), "always");
	assert.equal(repeat("/apim-pizza/1"), "idempotent");
});

test("a route's own retry and priority count before the service's", async () => {
	const plan = await planOf(
		", retry: { attempts: 2, perTry: 3s, statuses: [ 503 ] }, routes: [ { path: /pizza, pool: gateway, priority: low, retry: { repeat: always, keepBody: 1MiB, redispatch: false, perTry: off } } ]",
	);
	const { retry, priority } = routeAt(plan, "/apim-pizza/1") ?? {};
	assert.deepEqual(retry, { attempts: 2, perTry: 0, statuses: [503], repeat: "always", keepBody: 1_048_576, redispatch: false });
	assert.equal(priority, 2);
	assert.deepEqual(routeAt(plan, "/apim-devportal")?.retry, {
		...{ attempts: 2, perTry: 3000, statuses: [503], repeat: "idempotent", keepBody: 65_536, redispatch: true },
	});
	assert.equal(routeAt(plan, "/apim-devportal")?.priority, 1);
});
