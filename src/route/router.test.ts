import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RoutePlan } from "../plan/route.ts";
import { findAmbiguity, type RouteQuery, Router } from "./router.ts";
import { apimRoutes, query, route, service } from "./routes.fixture.ts";

function router(...routes: RoutePlan[]): Router {
	return Router.build({ routes, services: [service()] });
}

/** The id of the route without `test:`, or the refusal as `code rule`. */
function outcome(built: Router, path: string, overrides: Partial<RouteQuery> = {}): string {
	const decision = built.decide(query(path, overrides));
	if (decision.kind === "own") return `own ${decision.id}`;
	return decision.kind === "route" ? decision.route.id.replace("test:", "") : `${decision.code} ${decision.rule}`;
}

const NOT_FOUND = "route_not_found path.unknown";

describe("matching", () => {
	const patterns = [
		"/billing",
		"/billing/invoices",
		"/t/{tenant}",
		"/t/{tenant}/oauth2",
		"/t/acme",
		"/t/acme/scim2",
		"/is-{context}",
		"/is-oauth2",
	];
	const built = router(...patterns.map((pattern) => route(pattern)));
	const cases: [path: string, expected: string][] = [
		["/billing", "/billing"],
		["/billing/", "/billing"],
		["/billing/x/y", "/billing"],
		["/billing/invoices", "/billing/invoices"],
		["/billing/invoices/7", "/billing/invoices"],
		["/billing/invoicesEVIL", "/billing"],
		["/billingEVIL", NOT_FOUND],
		["/Billing", NOT_FOUND],
		["/", NOT_FOUND],
		["/t", NOT_FOUND],
		["/t/", NOT_FOUND],
		["/t/x", "/t/{tenant}"],
		["/t/x/oauth2/token", "/t/{tenant}/oauth2"],
		["/t/acme", "/t/acme"],
		["/t/acme/other", "/t/acme"],
		["/t/acme/scim2/Users", "/t/acme/scim2"],
		["/t/acme/oauth2", "/t/{tenant}/oauth2"],
		["/is-", NOT_FOUND],
		["/is-x", "/is-{context}"],
		["/is-oauth2", "/is-oauth2"],
		["/is-oauth2x", "/is-{context}"],
		["/is", NOT_FOUND],
	];
	for (const [path, expected] of cases) it(`${path} is answered by ${expected}`, () => assert.equal(outcome(built, path), expected));

	it("does not depend on the order of the routes", () => {
		const reversed = router(...patterns.toReversed().map((pattern) => route(pattern)));
		for (const [path, expected] of cases) assert.equal(outcome(reversed, path), expected);
	});

	it("takes the deepest pattern, and among equally deep ones the more literal, from the left", () => {
		const crossing = router(...["/a/{x}", "/{y}/b/c", "/{y}/b", "/a-{x}/b", "/a-b{x}/{y}"].map((pattern) => route(pattern)));
		assert.equal(outcome(crossing, "/a/b/c"), "/{y}/b/c");
		assert.equal(outcome(crossing, "/a/b"), "/a/{x}");
		assert.equal(outcome(crossing, "/a-bc/b"), "/a-b{x}/{y}");
		assert.equal(outcome(crossing, "/a-c/b"), "/a-{x}/b");
		assert.equal(outcome(crossing, "/a-c/c"), NOT_FOUND);
	});

	it("lets what the file says come before what a preset says, and tells why", () => {
		const rows = ["/t/{tenant}/oauth2", "/oauth2/token", "/app/admin", "/{context}"].map((row) =>
			route(row, { id: `row:${row}`, written: "/" }),
		);
		const own = route("/t/a/oauth2", { id: "row:/t/a/oauth2", written: "/t/a/oauth2" });
		const mixed = router(...rows, own, ...["/t/a", "/t/b", "/app", "/{x}/token", "/"].map((path) => route(path)));
		for (const [path, expected, reason] of [
			["/t/b/oauth2", "/t/b", "test:/t/b is in the file, which takes precedence over row:/t/{tenant}/oauth2 of the preset."],
			["/t/a/oauth2/x", "row:/t/a/oauth2", "The file specifies more of row:/t/a/oauth2 than of test:/t/a."],
			["/app/admin", "/app", "test:/app is in the file, which takes precedence over row:/app/admin of the preset."],
			["/oauth2/token", "row:/oauth2/token", "row:/oauth2/token of the preset is more specific than test:/{x}/token."],
			["/pizza", "row:/{context}", "row:/{context} of the preset is more specific than test:/."],
		] as const) {
			assert.equal(outcome(mixed, path), expected);
			assert.equal(mixed.explain(query(path))[3], reason);
		}
		assert.equal(outcome(mixed, "/t/c/oauth2"), "row:/t/{tenant}/oauth2");
		assert.equal(outcome(mixed, "/"), "/");
	});

	it("lets / cover everything", () => {
		assert.equal(outcome(router(route("/")), "/"), "/");
		assert.equal(outcome(router(route("/")), "/any/thing"), "/");
	});

	it("lets an exact route take only its own path", () => {
		const exact = router(route("/a", { exact: true, id: "test:exact" }), route("/a"), route("/", { exact: true, id: "test:root" }));
		assert.equal(outcome(exact, "/a"), "exact");
		assert.equal(outcome(exact, "/a/"), "/a");
		assert.equal(outcome(exact, "/a/b"), "/a");
		assert.equal(outcome(exact, "/"), "root");
		assert.equal(outcome(exact, "/b"), NOT_FOUND);
	});

	it("ignores the last slash of a pattern that is not exact", () => {
		assert.equal(outcome(router(route("/a/")), "/a"), "/a/");
		assert.equal(outcome(router(route("/a/", { exact: true })), "/a"), NOT_FOUND);
		assert.equal(outcome(router(route("/a/", { exact: true })), "/a/"), "/a/");
	});

	it("matches a pattern with escapes by what they mean", () => {
		const mapping = { from: "/caf%C3%A9", to: "/coffee" };
		assert.deepEqual(
			Router.build({ routes: [route("/caf%C3%A9", { mapping })], services: [service()] }).decide(query("/caf%C3%A9/x%20y")),
			{
				kind: "route",
				route: route("/caf%C3%A9", { mapping }),
				index: 0,
				nodePath: "/coffee/x%20y",
			},
		);
	});

	it("splits tenants between servlet and gateway by the segment after the tenant", () => {
		const apim = router(...apimRoutes());
		assert.equal(outcome(apim, "/apim-t/acme.com/oauth2/token"), "/apim-t/{tenant}/oauth2");
		assert.equal(outcome(apim, "/apim-t/acme.com/pizza/1.0"), "/apim-t/{tenant}");
		assert.equal(outcome(apim, "/apim-t/acme.com/oauth22"), "/apim-t/{tenant}");
		assert.equal(outcome(apim, "/apim-t/acme.com/carbon/"), "http_request_denied access.blocked");
		assert.equal(outcome(apim, "/apim-t"), "/apim-{context}");
		assert.equal(outcome(apim, "/apim-pizza/1.0/menu"), "/apim-{context}");
	});
});

describe("methods and upgrades", () => {
	const built = router(
		route("/api"),
		route("/api/form", { methods: ["POST"], id: "test:post" }),
		route("/api/form", { methods: ["GET", "HEAD"], id: "test:get" }),
		route("/mixed", { id: "test:any" }),
		route("/mixed", { methods: ["POST"], id: "test:mixed-post" }),
		route("/mixed", { upgrade: "websocket", id: "test:ws" }),
		route("/chat", { upgrade: "websocket", id: "test:chat" }),
		route("/", { id: "test:root" }),
	);

	it("answers 405 with Allow where the most specific pattern does not take the method", () => {
		const decision = built.decide(query("/api/form/x", { method: "DELETE" }));
		assert.equal(decision.kind === "refused" && decision.code, "method_refused");
		assert.equal(decision.kind === "refused" && decision.rule, "method.route");
		assert.deepEqual(decision.kind === "refused" && decision.allow, ["POST", "GET", "HEAD"]);
		assert.equal(outcome(built, "/api/form", { method: "OPTIONS" }), "method_refused method.route");
	});

	it("tries an upgrade first, then a method list, then any", () => {
		assert.equal(outcome(built, "/api/form", { method: "POST" }), "post");
		assert.equal(outcome(built, "/mixed", { method: "POST" }), "mixed-post");
		assert.equal(outcome(built, "/mixed"), "any");
		assert.equal(outcome(built, "/mixed", { upgrade: "websocket" }), "ws");
		assert.equal(outcome(built, "/mixed", { upgrade: "h2c" }), "any");
		assert.equal(outcome(built, "/mixed", { upgrade: "h2c", method: "POST" }), "mixed-post");
	});

	it("passes over a route for an upgrade when none is asked for", () => {
		assert.equal(outcome(built, "/chat", { upgrade: "websocket" }), "chat");
		assert.equal(outcome(built, "/chat"), "root");
	});

	it("refuses TRACE, TRACK and CONNECT whatever the path, and lets OPTIONS pass", () => {
		assert.equal(outcome(built, "/api", { method: "TRACE" }), "method_refused method.trace");
		assert.equal(outcome(built, "/api", { method: "TRACK" }), "method_refused method.trace");
		assert.equal(outcome(built, "*", { method: "CONNECT" }), "method_refused method.connect");
		assert.equal(outcome(built, "/api", { method: "OPTIONS" }), "/api");
	});

	it("refuses OPTIONS * and a path without its slash", () => {
		assert.equal(outcome(built, "*", { method: "OPTIONS" }), "request_target_refused target.asterisk");
		assert.equal(outcome(built, "api"), "request_target_refused target.form");
	});
});

describe("access", () => {
	const built = router(...apimRoutes(), route("/apim-admin", { access: "restricted", allow: ["10.0.0.0/8"], methods: ["GET"] }));

	it("refuses a blocked route for everyone", () => {
		assert.equal(outcome(built, "/apim-carbon/admin/index.jsp", { clientAddress: "10.0.0.1" }), "http_request_denied access.blocked");
	});

	it("opens a restricted route to its CIDRs alone", () => {
		assert.equal(outcome(built, "/apim-publisher"), "http_request_denied access.restricted");
		assert.equal(outcome(built, "/apim-publisher", { clientAddress: "not an address" }), "http_request_denied access.restricted");
		assert.equal(outcome(built, "/apim-publisher", { clientAddress: "10.9.8.7" }), "/apim-publisher");
		assert.equal(outcome(built, "/apim-publisher", { clientAddress: "::ffff:10.9.8.7" }), "/apim-publisher");
	});

	it("does not tell the methods of a restricted route to those it is closed to", () => {
		assert.equal(outcome(built, "/apim-admin", { method: "POST" }), "http_request_denied access.restricted");
		assert.equal(outcome(built, "/apim-admin", { method: "POST", clientAddress: "10.0.0.1" }), "method_refused method.route");
	});
});

describe("hosts", () => {
	it("keeps the routes of one host from another, and refuses unknown hosts", () => {
		const built = Router.build({
			routes: [route("/a"), route("/b", { service: 1 })],
			services: [service(["one.example.com", "eins.example.com"]), service(["two.example.com:8443"])],
		});
		assert.equal(outcome(built, "/a", { authority: "one.example.com" }), "/a");
		assert.equal(outcome(built, "/a", { authority: "eins.example.com" }), "/a");
		assert.equal(outcome(built, "/b", { authority: "two.example.com:8443" }), "/b");
		assert.equal(outcome(built, "/a", { authority: "two.example.com:8443" }), NOT_FOUND);
		assert.equal(outcome(built, "/b", { authority: "two.example.com" }), "misdirected_request host.unknown");
		assert.equal(outcome(built, "/b", { authority: "__proto__" }), "misdirected_request host.unknown");
	});
});

describe("listeners", () => {
	const plan = {
		routes: [route("/a"), route("/b", { service: 1 }), route("/c", { service: 2 })],
		services: [
			service(["sso.example.com"]),
			{ ...service(["gw.example.com:8444"]), bindings: [{ host: "gw.example.com:8444", listeners: ["0.0.0.0:8444"] }] },
			{ ...service(["sso.example.com"]), bindings: [{ host: "sso.example.com", listeners: ["0.0.0.0:443"] }] },
		],
	};

	it("answer for the hosts that are bound to them or to none, and only with the routes of services that are", () => {
		const [https, gateway] = [Router.build(plan, "0.0.0.0:443"), Router.build(plan, "0.0.0.0:8444")];
		const gw = { authority: "gw.example.com:8444" };
		assert.equal(outcome(gateway, "/b", gw), "/b");
		assert.equal(outcome(https, "/b", gw), "misdirected_request host.unknown");
		assert.equal(outcome(gateway, "/a"), "/a");
		assert.equal(outcome(https, "/c"), "/c");
		assert.equal(outcome(gateway, "/c"), NOT_FOUND);
	});

	it("do not matter if none is named; one that is not there any more has the unbound hosts", () => {
		for (const authority of ["sso.example.com", "gw.example.com:8444"])
			assert.notEqual(outcome(Router.build(plan), "/x", { authority }), "misdirected_request host.unknown");
		assert.equal(outcome(Router.build(plan, ""), "/a"), "/a");
		assert.equal(outcome(Router.build(plan, ""), "/c"), NOT_FOUND);
	});
});

describe("ambiguity", () => {
	const clash = (a: RoutePlan, b: RoutePlan, hosts = [service(), service()]) => findAmbiguity([a, b], hosts) !== null;

	it("is found for the same pattern but for names of parameters", () => {
		assert.ok(clash(route("/t/{tenant}"), route("/t/{org}", { service: 1 })));
		assert.ok(clash(route("/apim-{a}/x"), route("/apim-{b}/x/")));
		assert.ok(clash(route("/a"), route("/%61")));
		assert.ok(clash(route("/a", { methods: ["GET", "POST"] }), route("/a", { methods: ["POST"] })));
		assert.ok(clash(route("/a", { upgrade: "websocket" }), route("/a", { upgrade: "websocket" })));
	});

	it("is not seen where something tells the routes apart", () => {
		assert.ok(!clash(route("/a"), route("/b")));
		assert.ok(!clash(route("/a"), route("/a", { exact: true })));
		assert.ok(!clash(route("/a"), route("/a", { methods: ["POST"] })));
		assert.ok(!clash(route("/a", { methods: ["GET"] }), route("/a", { methods: ["POST"] })));
		assert.ok(!clash(route("/a"), route("/a", { upgrade: "websocket" })));
		assert.ok(!clash(route("/a"), route("/a", { service: 1 }), [service(["x.example"]), service(["y.example"])]));
		assert.ok(!clash(route("/t/{x}"), route("/t-{x}")));
	});

	it("stops the build and names both routes", () => {
		assert.throws(() => router(route("/a", { id: "one" }), route("/a", { id: "two" })), /one and two/);
	});

	it("does not confuse the text of a pattern with its shape", () => {
		assert.throws(() => router(route("/a{x}b")), /only at the end/);
		assert.throws(() => router(route("/a//b")), /no path can match/);
		assert.throws(() => router(route("/a/../b")), /no path can match/);
		assert.throws(() => router(route("a")), /does not begin with/);
	});
});

describe("explain", () => {
	const built = router(...apimRoutes());

	it("tells the reading, the patterns, the access class and the mapped path", () => {
		assert.deepEqual(built.explain(query("/apim-t/acme/oauth2/token")), [
			"Host sso.example.com is served here.",
			"A servlet container reads the path as /apim-t/acme/oauth2/token.",
			"Patterns that cover it: test:/apim-t/{tenant}, test:/apim-t/{tenant}/oauth2.",
			"The most specific is test:/apim-t/{tenant}/oauth2 (/apim-t/{tenant}/oauth2), public.",
			"Sent to the node as /t/acme/oauth2/token.",
		]);
	});

	it("names the rule of a refusal", () => {
		assert.deepEqual(built.explain(query("/apim-t/..;/carbon/")), [
			"Host sso.example.com is served here.",
			"A servlet container reads the path as /carbon/.",
			"path.dot-segment: The path has a segment that is `.` or `..`.",
			"path.parameter: The path has a `;parameter`, which servlet containers cut off.",
			"No pattern covers it.",
			"Refused: path_refused, rule path.dot-segment.",
		]);
		assert.deepEqual(built.explain(query("/", { authority: "other" })), ["Refused: misdirected_request, rule host.unknown."]);
	});
});

it("a host that another listener serves is not one of a wildcard's", () => {
	const tenants = { ...service(["*.apis.example.com"]), name: "tenants" };
	const intern = {
		...service(["secret.apis.example.com"]),
		name: "intern",
		bindings: [{ host: "secret.apis.example.com", listeners: ["int"] }],
	};
	const routes = [route("/", { id: "tenants:/", service: 0 }), route("/", { id: "intern:/", service: 1 })];
	const ask = (listener: string, authority: string) => {
		const decision = Router.build({ routes, services: [tenants, intern] }, listener).decide({
			...{ authority, path: "/x", method: "GET", upgrade: null, clientAddress: "192.0.2.1" },
		});
		return decision.kind === "refused" ? decision.rule : decision.kind === "route" ? decision.route.id : "";
	};
	assert.equal(ask("ext", "secret.apis.example.com"), "host.unknown");
	assert.equal(ask("ext", "acme.apis.example.com"), "tenants:/");
	assert.equal(ask("int", "secret.apis.example.com"), "intern:/");
});

it("a route of the file for one path goes before the prefix of a preset that is the same path", () => {
	const routes = [
		route("/gateway", { id: "prefix", written: "/gateway", service: 0 }),
		route("/gateway", { id: "exact", exact: true, service: 1 }),
	];
	const router = Router.build({ routes, services: [service(["gw.example.com"]), { ...service(["gw.example.com"]), name: "own" }] });
	const ask = (path: string) => {
		const decision = router.decide({ authority: "gw.example.com", path, method: "GET", upgrade: null, clientAddress: "192.0.2.1" });
		return decision.kind === "route" ? decision.route.id : decision.kind;
	};
	assert.equal(ask("/gateway"), "exact");
	assert.equal(ask("/gateway/x"), "prefix");
});
