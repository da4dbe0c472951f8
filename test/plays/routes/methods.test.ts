/** Hosts that are not ours, paths that are nothing, methods that are refused, and what depends on the product's version. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { startFront, startNodes } from "./front.ts";

const nodes = await startNodes({ after });
const METHODS = { methods: ["GET", "HEAD", "POST"] };
const front = await startFront({ after }, nodes, {
	is: { routes: [{ path: "/samlsso", ...METHODS }] },
	apim: { version: "3.2", routes: [{ path: "/commonauth", ...METHODS }] },
});
const newer = await startFront({ after }, nodes);
const PREFLIGHT = ["Origin: https://app.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"];

test("a Host that is not ours is refused with 421, whatever its path", async (t) => {
	for (const host of ["evil.example", "sso.example.com.evil.example", "localhost", "127.0.0.1", "sso.example.com:8443"]) {
		for (const path of ["/is-samlsso", "/is-carbon/", "/nothing"]) {
			const { response, seen } = await front.ask(t, "is", path, { host });
			assert.deepEqual([host, response.status, seen.length], [host, 421, 0]);
		}
	}
});

test("our host in capitals or with its port is ours", async (t) => {
	for (const host of ["SSO.Example.COM", "sso.example.com:443"]) {
		const { response, seen } = await front.ask(t, "is", "/is-samlsso", { host });
		assert.deepEqual([host, response.status, seen.length], [host, 302, 1]);
	}
});

test("a host of one service does not serve the other's paths", async (t) => {
	const hosts = await startFront(t, nodes, { form: "hosts" });
	assert.equal((await hosts.ask(t, "is", "/samlsso", { host: "apim.example.com" })).seen[0]?.product, "apim");
	assert.equal((await hosts.ask(t, "is", "/pizzashack/1.0.0/menu", { host: "is.example.com" })).response.status, 404);
	assert.equal((await hosts.ask(t, "is", "/samlsso", { host: "sso.example.com" })).response.status, 421);
});

test("a path that is nothing is 404 and reaches no node", async (t) => {
	for (const path of ["/", "/nothing", "/isx", "/is", "/is-", "/samlsso", "/index.html"]) {
		const { response, seen } = await front.ask(t, "is", path);
		assert.deepEqual([path, response.status, seen.length], [path, 404, 0]);
	}
});

test("TRACE and TRACK are refused everywhere, before anything else is told", async (t) => {
	for (const method of ["TRACE", "TRACK"]) {
		for (const path of ["/is-samlsso", "/apim-echo/1.0.0", "/is-carbon/", "/nothing"]) {
			const { response, seen } = await front.ask(t, "is", path, { method });
			assert.deepEqual([method, path, response.status, seen.length], [method, path, 405, 0]);
			assert.match(field(response, "allow") ?? "", /^GET, HEAD, POST/);
		}
	}
});

test("the preflight of an API goes to the gateway and its response comes back", async (t) => {
	for (const path of ["/apim-echo/1.0.0", "/apim-t/acme.com/pizzashack/1.0.0/menu"]) {
		const { response, seen } = await front.ask(t, "apim", path, { method: "OPTIONS", fields: PREFLIGHT });
		assert.equal(response.status, 200);
		assert.equal(field(response, "access-control-allow-origin"), "*");
		assert.match(field(response, "access-control-allow-headers") ?? "", /authorization/);
		assert.deepEqual(
			seen.map(({ method, port }) => [method, port]),
			[["OPTIONS", "gatewayHttps"]],
		);
	}
});

test("the preflight of Identity Server is for its own origin too, since it sees the public Host", async (t) => {
	const other = await front.ask(t, "is", "/is-oauth2/token", { method: "OPTIONS", fields: PREFLIGHT });
	assert.equal(field(other.response, "access-control-allow-origin"), "https://app.example");
	const fields = ["Origin: https://sso.example.com", ...PREFLIGHT.slice(1)];
	const own = await front.ask(t, "is", "/is-oauth2/token", { method: "OPTIONS", fields });
	assert.deepEqual([own.response.status, field(own.response, "access-control-allow-origin")], [200, undefined]);
});

test("methods that a route does not list are refused with 405 and Allow, in its tenant forms too", async (t) => {
	for (const [product, path] of [
		["is", "/samlsso"],
		["is", "/t/acme.com/samlsso"],
		["apim", "/commonauth"],
	] as const) {
		const publicPath = front.publicPath(product, path);
		for (const method of ["OPTIONS", "PUT", "DELETE", "BREW"]) {
			const { response, seen } = await front.ask(t, product, publicPath, { method });
			assert.deepEqual([method, publicPath, response.status, seen.length], [method, publicPath, 405, 0]);
			assert.equal(field(response, "allow"), "GET, HEAD, POST");
		}
		assert.equal((await front.ask(t, product, publicPath)).seen.length, 1);
		assert.equal((await front.ask(t, product, publicPath, { method: "POST", body: "" })).seen.length, 1);
	}
});

test("the gateway's token endpoint is there up to 3.x, and an API's path after that", async (t) => {
	const form = { method: "POST", fields: ["Content-Type: application/x-www-form-urlencoded"], body: "grant_type=client_credentials" };
	for (const path of ["/token", "/revoke", "/userinfo", "/authorize"]) {
		const { seen } = await front.ask(t, "apim", front.publicPath("apim", path), form);
		// The gateway asks its own servlet side, which is the same node's.
		assert.deepEqual([seen[0]?.port, seen[0]?.target], ["gatewayHttps", path]);
	}
	assert.equal((await front.ask(t, "apim", "/apim-token", form)).response.status, 401);
	const upgrade = { fields: ["Connection: Upgrade", "Upgrade: websocket"] };
	assert.equal((await front.ask(t, "apim", "/apim-token", upgrade)).seen[0]?.port, "gatewayHttps");
	assert.equal((await newer.ask(t, "apim", "/apim-token", upgrade)).seen[0]?.port, "websocket");
});

test("contexts come and go with versions", async (t) => {
	const rows = [
		[front, "/store/", 404, "gatewayHttps"],
		[front, "/api/am/store/v1/apis", 404, "servletHttps"],
		[newer, "/api/am/store/v1/apis", 403, undefined],
		[front, "/api/am/devportal/v3/apis", 403, undefined],
		[newer, "/api/am/devportal/v3/apis", 200, "servletHttps"],
	] as const;
	for (const [at, path, status, port] of rows) {
		const { response, seen } = await at.ask(t, "apim", at.publicPath("apim", path));
		assert.deepEqual([path, response.status, seen[0]?.port], [path, status, port]);
	}
});

test("fields that name another method reach a node only where every method is allowed and the file does not forbid them", async (t) => {
	const OVERRIDES = ["X-HTTP-Method-Override: DELETE", "x-http-method: DELETE", "X-Method-Override: DELETE"];
	const some = await startFront(t, nodes, {
		is: {
			routes: [
				{ path: "/samlsso", methodOverride: false },
				{ path: "/oauth2/jwks", ...METHODS, methodOverride: true },
			],
		},
		apim: { version: "3.2", methodOverride: false, routes: [{ path: "/commonauth", methodOverride: true }] },
	});
	const count = async (product: "is" | "apim", path: string): Promise<number> => {
		const { seen } = await some.ask(t, product, path, { fields: OVERRIDES });
		assert.equal(seen.length, 1, path);
		return seen[0]?.rawHeaders.filter((text) => /^x-.*method/i.test(text)).length ?? 0;
	};
	assert.equal(await count("is", "/is-commonauth"), 3, "the default");
	assert.equal(await count("is", "/is-samlsso"), 0, "by the route");
	assert.equal(await count("is", "/is-oauth2/jwks"), 0, "the route lists methods");
	assert.equal(await count("apim", "/apim-oauth2/jwks"), 0, "by the service");
	assert.equal(await count("apim", "/apim-commonauth"), 3, "the route has the last word");
});
