/** What the nodes learn about the client: what is known, and nothing that the client says itself. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { startFront, startNodes } from "../routes/front.ts";

/** Names that the products, their frameworks or servlet containers believe. */
const BELIEVED = [
	// Identity Server takes the client's address from the first of these that is there.
	...["X-Forwarded-For", "Proxy-Client-IP", "WL-Proxy-Client-IP", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED", "HTTP_X_CLUSTER_CLIENT_IP"],
	...["HTTP_CLIENT_IP", "HTTP_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "REMOTE_ADDR"],
	// RemoteIpValve, customUrl of the portals, frameworks.
	...[
		"Forwarded",
		"X-Forwarded-Proto",
		"X-Forwarded-Host",
		"X-Forwarded-Port",
		"X-Forwarded-Server",
		"X-Forwarded-By",
		"X-Forwarded-Prefix",
	],
	...["X-Forwarded-Ssl", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-Ip", "X-Original-URL"],
	...["X-Original-Host", "X-Rewrite-URL", "X-Host", "Front-End-Https", "Proxy"],
	// Client certificates: the gateway's, Identity Server's, Open Banking's, the X.509 valve's, ingress controllers'.
	...["X-WSO2-CLIENT-CERTIFICATE", "x-wso2-mtls-cert", "x-wso2-mutual-auth-cert", "X-SSL-CERT", "ssl-client-cert", "ssl-client-verify"],
	...["Client-Cert", "X-Client-Cert", "X-ARR-ClientCert", "X-SSL-Client-Cert", "SSL-Client-Subject-DN"],
];
const SPOOF = "203.0.113.66";
/** As spelled, in the other case, with underscores for dashes and the other way round. */
const SPELLINGS = [...new Set(BELIEVED.flatMap((name) => [name, swapCase(name), name.replaceAll("-", "_"), name.replaceAll("_", "-")]))];
const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];

function swapCase(name: string): string {
	return name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
}

const nodes = await startNodes({ after });
const front = await startFront({ after }, nodes, { config: { limits: { headerFields: 400 } } });

/** Pairs of name and value as the node got them. */
function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
	return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [rawHeaders[2 * index] ?? "", rawHeaders[2 * index + 1] ?? ""]);
}

for (const [what, product, path, fields] of [
	["Identity Server", "is", "/oauth2/token", []],
	["a portal", "apim", "/devportal/", []],
	["the gateway", "apim", "/echo/1.0.0", []],
	["a WebSocket API", "apim", "/echo/1.0.0", UPGRADE],
] as const) {
	test(`nothing that a client says about itself reaches ${what}`, async (t) => {
		const spoofed = SPELLINGS.map((name) => `${name}: ${SPOOF}`);
		const { seen } = await front.ask(t, product, front.publicPath(product, path), { fields: [...fields, ...spoofed] });
		const got = pairs(seen[0]?.rawHeaders ?? []);
		assert.equal(seen.length, 1);
		assert.deepEqual(
			got.filter(([, value]) => value.includes(SPOOF)),
			[],
		);
		const about = got.filter(
			([name]) => /^(?:host$|x[-_]|forwarded|http[-_]|remote|ssl|client)/i.test(name) && !/^x-request-id$/i.test(name),
		);
		assert.deepEqual(about, [
			["Host", "sso.example.com"],
			["X-Forwarded-For", "127.0.0.1"],
			["X-Forwarded-Proto", "https"],
			["X-Forwarded-Host", "sso.example.com"],
			["X-Forwarded-Port", "443"],
			["X-Forwarded-Server", "sso.example.com"],
		]);
	});
}

test("a field that the client names in Connection cannot take ours away", async (t) => {
	const names = "X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, X-Request-Id, Host, Cookie, Authorization";
	const fields = [`Connection: close, ${names}`, "Cookie: a=b", "Authorization: Bearer x", "X-Forwarded-For: 203.0.113.66"];
	const { seen } = await front.ask(t, "is", "/is-oauth2/token", { fields });
	const got = new Map(pairs(seen[0]?.rawHeaders ?? []).map(([name, value]) => [name.toLowerCase(), value]));
	assert.deepEqual(
		["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "host"].map((name) => got.get(name)),
		["127.0.0.1", "https", "sso.example.com", "sso.example.com"],
	);
	assert.match(got.get("x-request-id") ?? "", /^[\w-]{8,}$/);
});

test("every request has an id of its own, and the log and error pages know it", async (t) => {
	const ids = new Set<string>();
	for (const given of ["", "X-Request-Id: mine"]) {
		const { seen } = await front.ask(t, "is", "/is-oauth2/token", { fields: given === "" ? [] : [given] });
		ids.add(new Map(pairs(seen[0]?.rawHeaders ?? [])).get("X-Request-Id") ?? "");
	}
	assert.equal(ids.size, 2);
	assert.ok(!ids.has("mine") && !ids.has(""));
	const { response } = await front.ask(t, "is", "/is-carbon/");
	ids.add((JSON.parse(response.body.toString()) as { requestId: string }).requestId);
	assert.equal(ids.size, 3);
	const isLogged = (id: string): boolean => front.accessLog.some((line) => line.request_id === id);
	await front.portico.child.until(() => ([...ids].every(isLogged) ? true : undefined), "their lines in the access log");
});

test("cookies, credentials and fields that mean nothing here arrive as they were sent", async (t) => {
	const fields = ["Cookie: a=b; c=d", "Cookie: e=f", "Authorization: Bearer x.y.z", "x-my_field: kept", "apikey: k", "SOAPAction: urn:x"];
	const { seen } = await front.ask(t, "apim", "/apim-echo/1.0.0", { fields });
	const got = pairs(seen[0]?.rawHeaders ?? []);
	for (const [name, value] of [
		["Cookie", "a=b; c=d; e=f"],
		["Authorization", "Bearer x.y.z"],
		["x-my_field", "kept"],
		["apikey", "k"],
		["SOAPAction", "urn:x"],
	] as const) {
		assert.deepEqual(
			got.filter(([each]) => each === name),
			[[name, value]],
		);
	}
});

test("`host: node` sends the node's own host, and the public one in X-Forwarded-Host", async (t) => {
	const own = await startFront(t, nodes, { is: { routes: [{ path: "/oauth2/token", host: "node" }] } });
	const { seen, response } = await own.ask(t, "is", "/is-oauth2/token");
	const got = new Map(pairs(seen[0]?.rawHeaders ?? []));
	assert.equal(got.get("Host"), `localhost:${nodes.is.ports.servletHttps}`);
	assert.equal(got.get("X-Forwarded-Host"), "sso.example.com");
	assert.equal(field(response, "server"), undefined);
});
