/** Header rules of the file, a service and a route: towards the node, in its responses, and in those of Portico itself. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, fieldValues, requestText, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { openStage, serve } from "../../harness/stage.ts";

const HSTS = "max-age=31536000; includeSubDomains";
const POLICY = "frame-ancestors 'self'";

/** Service and route 0. */
const SERVICE = {
	requestHeaders: { set: { "X-Real-IP": "{client.address}" }, remove: ["Authorization"], default: { "Accept-Language": "en" } },
	responseHeaders: { default: { "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer" }, remove: ["X-Secret"] },
};
const ROUTE = {
	path: "/t/{tenant}",
	requestHeaders: { add: { Via: ["1.1 {host}", "1.1 {scheme}"] } },
	responseHeaders: { add: { Link: "<b>" }, set: { "Content-Security-Policy": "frame-ancestors https://{host} {tenant}" } },
};

const authority = await TestAuthority.create();
const identity = await authority.issue({ names: ["sso.test"] });
const stage = await openStage(
	{ after },
	{
		services: 3,
		service: (index) => [SERVICE, {}, { responseHeaders: { "X-Service": "{service} {route}" } }][index] ?? {},
		route: (index) => [ROUTE, { access: "blocked" }, {}][index] ?? {},
		node: (_, service) => (service === 2 ? { state: "disabled" } : {}),
		config: {
			public: "https://sso.test",
			requestHeaders: { "X-Tenant": "{tenant}", "X-Route": "{route} {request.id}" },
			responseHeaders: { "Strict-Transport-Security": HSTS, "Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=60" },
			listeners: [
				{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
				{ address: "127.0.0.1:0", redirectTo: "https" },
				{ address: "127.0.0.1:0" },
			],
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key } },
	},
);
const node = stage.at(
	0,
	serve(({ headers }) =>
		responseText(200, ["X-Secret: s", "X-Frame-Options: SAMEORIGIN", "Link: <a>", "Cache-Control: no-store"], JSON.stringify(headers)),
	),
);

async function ask(scope: Scope, target: string, host = "sso.test", fields: readonly string[] = [], port = 0) {
	const tls = { ca: authority.cert, servername: "sso.test" };
	const client = await connectRaw(scope, stage.portico.ports[port] ?? 0, port === 0 ? { tls } : {});
	await client.send(requestText("GET", target, { host, fields }));
	return client.response("GET");
}

test("a node gets what the rules say, not what a client put in these fields", async (t) => {
	const sent = ["X-Tenant: evil", "x_tenant: evil", "X-Real-IP: 6.6.6.6", "Authorization: Basic x", "Via: 1.0 a", "Accept-Language: nl"];
	const response = await ask(t, "/t/acme.com/x", "sso.test", sent);
	const headers = JSON.parse(response.body.toString()) as [string, string][];
	const got = (name: string): string[] => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
	const [id] = got("x-request-id");
	assert.deepEqual(["x-tenant", "x_tenant", "x-real-ip", "authorization", "via", "accept-language", "x-route"].map(got), [
		["acme.com"],
		[],
		["127.0.0.1"],
		[],
		["1.0 a", "1.1 sso.test", "1.1 https"],
		["nl"],
		[`s0:/t/{tenant} ${id}`],
	]);
});

test("a response of the node: the route's rules before the service's, and these before the file's", async (t) => {
	const response = await ask(t, "/t/acme.com/x");
	assert.deepEqual(
		["x-secret", "x-frame-options", "referrer-policy", "link", "content-security-policy", "strict-transport-security", "cache-control"].map(
			(name) => fieldValues(response, name),
		),
		[[], ["SAMEORIGIN"], ["no-referrer"], ["<a>", "<b>"], ["frame-ancestors https://sso.test acme.com"], [HSTS], ["public, max-age=60"]],
	);
	assert.equal(node.node.connections.length, 1);
});

const own: readonly (readonly [what: string, target: string, host: string, status: number, cacheControl: string])[] = [
	["a path without a route", "/nothing", "sso.test", 404, "no-store"],
	["a blocked path", "/s1", "sso.test", 403, "no-store"],
	["a host that is not served", "/", "evil.test", 421, "no-store"],
	["a pool without a member", "/s2", "sso.test", 503, "no-store"],
	["a request that is not one", "/ x", "sso.test", 400, "no-store"],
];
for (const [what, target, host, status, cacheControl] of own) {
	test(`Portico's own ${status} (${what}) has them too, and stays uncached`, async (t) => {
		const response = await ask(t, target, host);
		assert.equal(response.status, status);
		assert.deepEqual(fieldValues(response, "strict-transport-security"), [HSTS]);
		assert.deepEqual(fieldValues(response, "content-security-policy"), [POLICY]);
		assert.deepEqual(fieldValues(response, "cache-control"), [cacheControl]);
		assert.equal(field(response, "x-service"), status === 503 ? "s2 s2:/s2" : undefined);
	});
}

test("over plain http there is no Strict-Transport-Security: not on the redirect, not from a rule", async (t) => {
	const redirect = await ask(t, "/t/acme.com/x", "sso.test", [], 1);
	assert.deepEqual([redirect.status, field(redirect, "location")], [301, "https://sso.test/t/acme.com/x"]);
	const misdirected = await ask(t, "/", "evil.test", [], 1);
	assert.equal(misdirected.status, 421);
	const notFound = await ask(t, "/nothing", "sso.test", [], 2);
	assert.equal(notFound.status, 404);
	for (const response of [redirect, misdirected, notFound]) {
		assert.deepEqual(
			["strict-transport-security", "content-security-policy"].map((name) => fieldValues(response, name)),
			[[], [POLICY]],
		);
	}
});
