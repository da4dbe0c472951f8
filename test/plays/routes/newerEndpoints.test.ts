/** Endpoints of Identity Server 7.x and API Manager 4.7 through Portico: who may, with which method, and which URLs come back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { type Ask, INSIDER, type Product, startFront, startNodes } from "./front.ts";

const nodes = await startNodes({ after }, { version: "4.7.0" }, { version: "7.3.0" });
const front = await startFront({ after }, nodes, { is: { version: "7.3" }, apim: { version: "4.7" } });
const PUBLIC = "https://sso.example.com";
const JSON_BODY = ["Content-Type: application/json"];

test("outsiders get what needs no administrator, with public URLs in it", async (t) => {
	const ask = async (path: string, options: Ask = {}, product: Product = "is") => {
		const { response } = await front.ask(t, product, front.publicPath(product, path), options);
		return { status: response.status, body: response.body.toString(), response };
	};
	const push = "/push-auth/check-status?pushAuthId=1";
	assert.deepEqual((await ask(push)).body, '{"status":"PENDING"}');
	const form = ["Content-Type: application/x-www-form-urlencoded"];
	assert.equal((await ask("/push-auth/authenticate", { method: "POST", fields: form, body: "pushAuthId=1&authResponse=x" })).status, 202);
	assert.deepEqual((await ask(push)).body, '{"status":"COMPLETED"}');

	const flow = "/o/acme/api/server/v1/flow/execute";
	const first = await ask(flow, { method: "POST", fields: JSON_BODY, body: "{}" });
	const { flowId } = JSON.parse(first.body) as { flowId: string };
	const second = await ask(flow, { method: "POST", fields: JSON_BODY, body: JSON.stringify({ flowId }) });
	assert.ok(second.body.includes(`"redirectURL":"${PUBLIC}/is-o/acme/accounts"`), second.body);
	assert.equal((await ask(flow)).status, 405);

	assert.ok((await ask("/t/acme.com/accounts")).body.includes(`href="${PUBLIC}/is-t/acme.com/accounts/verify"`));
	const metadata = (await ask("/oid4vci/.well-known/openid-credential-issuer")).body;
	assert.ok(metadata.includes(`"credential_endpoint":"${PUBLIC}/is-oid4vci/credential"`), metadata);
	assert.ok(metadata.includes('"credential_issuer":"https://localhost:9443/oid4vci"'), "an issuer is compared, so it stays");
	const { response: refused } = await ask("/oid4vci/credential", { method: "POST" });
	assert.equal(field(refused, "www-authenticate"), `Bearer realm="${PUBLIC}/is-oid4vci"`);
	assert.equal((await ask("/o/scim2/Me")).status, 401, "the node says that");

	const discovery = "/internal/gateway/.well-known";
	assert.equal((await ask(discovery, {}, "apim")).status, 403);
	assert.equal((await ask(discovery, { from: INSIDER }, "apim")).status, 200);
});
