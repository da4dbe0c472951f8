/** What WSO2's own health endpoints say: a node that is not ready gets nothing, and APIs wait for their servlet port. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPortico } from "../../harness/portico.ts";
import { startNodes } from "../routes/front.ts";
import { COMMON, get, QUICK, told } from "./rig.ts";

// 3.2 has no health endpoint on its gateway ports.
const { is, apim, trust } = await startNodes({ after }, { version: "3.2.0" });
const health = { check: QUICK };
const service = { trust: "nodes.pem", health };
const portico = await startPortico(
	{ after },
	{
		...COMMON,
		services: {
			is: {
				...service,
				product: "wso2-is",
				prefix: "/is-",
				nodes: [{ name: "is-1", host: "localhost", ports: { servlet: is.ports.servletHttps } }],
			},
			apim: {
				...service,
				product: "wso2-apim",
				version: "3.2",
				prefix: "/apim-",
				nodes: [{ name: "apim-1", host: "localhost", ports: { servlet: apim.ports.servletHttps, gateway: apim.ports.gatewayHttps } }],
			},
		},
	},
	{ files: { "nodes.pem": trust } },
);

test("checks carry the public Host, and say who asks", async () => {
	await told(portico, "member_up", "is-1/servlet");
	const fields = is.requests.last.map(({ rawHeaders }) => rawHeaders);
	assert.ok(fields.length > 0);
	for (const raw of fields) {
		assert.equal(raw[raw.indexOf("Host") + 1], "sso.example.com");
		assert.equal(raw[raw.indexOf("User-Agent") + 1], "Portico-health-check");
	}
});

test("a node that responses 503 on its health endpoint gets nothing, until it is ready", async (t) => {
	is.switches.notReady = true;
	const down = await told(portico, "member_down", "is-1/servlet");
	assert.deepEqual([down.cause, down.status, down.count], ["check", 503, 3]);
	assert.match(String(down.text), /^3 checks in a row; the last: GET \S+: returned 503, expected 200-299 \(\d+ ms\)$/);
	assert.equal((await get(t, portico, "/is-oauth2/jwks")).status, 503);
	is.switches.notReady = false;
	await told(portico, "member_up", "is-1/servlet", 2);
	assert.equal((await get(t, portico, "/is-oauth2/jwks")).status, 200);
});

test("a gateway that cannot be asked is what its servlet port is", async () => {
	await told(portico, "member_up", "apim-1/gateway");
	Object.assign(apim.switches, { failing: true, only: "/services" });
	assert.equal((await told(portico, "member_down", "apim-1/servlet")).cause, "check");
	const down = await told(portico, "member_down", "apim-1/gateway");
	assert.deepEqual([down.pool, down.cause, down.text], ["apim/gateway", "gate", "apim-1/servlet is down"]);
	apim.switches.failing = false;
	await told(portico, "member_up", "apim-1/servlet", 2);
	await told(portico, "member_up", "apim-1/gateway", 2);
});
