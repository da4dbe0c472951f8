import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type CallOptions, call } from "./httpClient.ts";
import { startNode } from "./node.ts";

const nodes = {
	is73: await startNode({ product: "is", name: "is-1", version: "7.3.0" }),
	is70: await startNode({ product: "is", name: "is-2", version: "7.0.0" }),
	apim47: await startNode({ product: "apim", name: "apim-1", version: "4.7.0" }),
	apim46: await startNode({ product: "apim", name: "apim-2", version: "4.6.0" }),
};
after(() => Promise.all(Object.values(nodes).map((node) => node.close())));

async function ask(node: keyof typeof nodes, path: string, options: CallOptions = {}): Promise<[status: number, body: string]> {
	const { status, body } = await call(`http://127.0.0.1:${nodes[node].ports.servletHttp}${path}`, options);
	return [status, body.toString()];
}
const FORM = { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" } };
const json = (value: object): CallOptions => ({
	...{ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) },
});

test("a login by push is pending until the phone posts", async () => {
	const check = "/push-auth/check-status?pushAuthId=1";
	assert.deepEqual(await ask("is73", check), [200, '{"status":"PENDING"}']);
	assert.equal((await ask("is73", "/push-auth/authenticate", { ...FORM, body: "pushAuthId=1&authResponse=x" }))[0], 202);
	assert.deepEqual(await ask("is73", check), [200, '{"status":"COMPLETED"}']);
	assert.equal((await ask("is70", check))[0], 404);
});

test("a flow takes two steps, and only POST", async () => {
	const path = "/api/server/v1/flow/execute";
	const [status, first] = await ask("is73", path, json({ flowType: "REGISTRATION" }));
	assert.equal(status, 200);
	const { flowId } = JSON.parse(first) as { flowId: string };
	const [, second] = await ask("is73", `/o/acme${path}`, json({ flowId, inputs: {} }));
	assert.match(second, /"flowStatus":"COMPLETE".*"redirectURL":"https:\/\/localhost:9443\/o\/acme\/accounts"/);
	assert.equal((await ask("is73", path, json({ flowId })))[0], 400);
	assert.equal((await ask("is73", path))[0], 405);
	assert.equal((await ask("is70", path, json({})))[0], 401, "an administrator's API");
});

test("pages and credentials name their own address, of tenant and organization too", async () => {
	assert.match((await ask("is73", "/t/acme.com/accounts"))[1], /href="https:\/\/localhost:9443\/t\/acme\.com\/accounts\/verify"/);
	const [, metadata] = await ask("is73", "/oid4vci/.well-known/openid-credential-issuer");
	assert.match(metadata, /"credential_issuer":"https:\/\/localhost:9443\/oid4vci"/);
	assert.match((await ask("is73", "/oid4vci/nonce", { method: "POST" }))[1], /"c_nonce":/);
	assert.equal((await ask("is73", "/oid4vci/credential", { method: "POST" }))[0], 401);
});

test("an organization's form is for some contexts; without an id the token names it", async () => {
	const basic = { headers: { Authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` } };
	const users = async (path: string): Promise<string> => (await ask("is73", path, basic))[1];
	assert.match(await users("/o/scim2/Users/admin"), /"location":"https:\/\/localhost:9443\/o\/scim2\/Users\/admin"/);
	assert.match(await users("/t/acme.com/o/org1/scim2/Users/admin"), /9443\/t\/acme\.com\/o\/org1\/scim2\/Users\/admin"/);
	assert.deepEqual(await ask("is73", "/o/api/server/v1/applications", basic), [200, '{"path":"/api/server/v1/applications"}']);
	const [status, body] = await ask("is73", "/o/org1/carbon/admin/login.jsp");
	assert.equal(status, 404);
	assert.match(body, /Organization specific routing failed/);
	assert.equal((await ask("is73", "/o/org1/oauth2/jwks"))[0], 200);
});

test("gateways of API Manager 4.7 discover the control plane without a password", async () => {
	assert.match((await ask("apim47", "/internal/gateway/.well-known"))[1], /"basePath":"https:\/\/localhost:9443\/internal\/data\/v1"/);
	assert.equal((await ask("apim46", "/internal/gateway/.well-known"))[0], 401);
});
