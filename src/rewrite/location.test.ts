import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BARE, originsOf, planOf, SLASH, servicePlan } from "../../test/harness/plans.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { RedirectMap } from "./location.ts";

type Rows = readonly (readonly [from: string, to: string])[];

const ASKED = "sso.example.com";

const apim = (mapping: PathMapping): ServicePlan =>
	servicePlan({
		name: "apim",
		product: "wso2-apim",
		mappings: [mapping],
		nodeOrigins: originsOf(["localhost", "127.0.0.1", "10.0.1.11"], [9444, 9764, 8243, 8280]),
	});
const is = servicePlan();
const dash = RedirectMap.build(planOf([is, apim({ from: "/apim-", to: "/" })]));
const isSlash = servicePlan({ mappings: [SLASH] });
const slash = RedirectMap.build(planOf([isSlash, apim({ from: "/apim", to: "" })]));
const isBare = servicePlan({ mappings: [BARE] });
const bare = RedirectMap.build(planOf([isBare]));

function check(map: RedirectMap, service: ServicePlan, rows: Rows): void {
	for (const [from, to] of rows) {
		assert.equal(map.map(from, service, ASKED), to, from);
		assert.equal(map.map(to, service, ASKED), to, `${to} again`);
	}
}

function unchanged(map: RedirectMap, service: ServicePlan, values: readonly string[]): void {
	check(
		map,
		service,
		values.map((value) => [value, value]),
	);
}

describe("absolute URLs of a node", () => {
	test("every origin a node may name becomes the public one, whatever its case", () => {
		check(dash, is, [
			["https://localhost:9443/samlsso", "https://sso.example.com/is-samlsso"],
			["HTTPS://LOCALHOST:9443/samlsso", "https://sso.example.com/is-samlsso"],
			["http://10.0.0.11:9763/commonauth", "https://sso.example.com/is-commonauth"],
			["https://is-1.internal:9443/carbon/", "https://sso.example.com/is-carbon/"],
			["https://[::1]:9443/x", "https://sso.example.com/is-x"],
			["https://[0:0:0:0:0:0:0:1]:9443/x", "https://sso.example.com/is-x"],
		]);
	});

	test("a default port may be left out", () => {
		check(dash, is, [
			["https://127.0.0.1/authenticationendpoint/login.do", "https://sso.example.com/is-authenticationendpoint/login.do"],
			["http://localhost/x", "https://sso.example.com/is-x"],
		]);
		assert.equal(dash.map("https://localhost:9999/x", is, ASKED), "https://localhost:9999/x");
	});

	test("query and fragment are not looked at", () => {
		check(dash, is, [
			[
				"https://localhost:9443/oauth2/authorize?redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fx&a=https://localhost:9443/y#https://localhost:9443/z",
				"https://sso.example.com/is-oauth2/authorize?redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fx&a=https://localhost:9443/y#https://localhost:9443/z",
			],
			["https://localhost:9443/a?b/../c", "https://sso.example.com/is-a?b/../c"],
		]);
	});

	test("the root of the node has no public path in the dash form and keeps its own", () => {
		check(dash, is, [
			["https://localhost:9443/", "https://sso.example.com/"],
			["https://localhost:9443", "https://sso.example.com"],
			["https://localhost:9443?a=b", "https://sso.example.com?a=b"],
		]);
		check(slash, isSlash, [
			["https://localhost:9443/", "https://sso.example.com/is/"],
			["https://localhost:9443", "https://sso.example.com/is/"],
			["https://localhost:9443?a=b", "https://sso.example.com/is/?a=b"],
		]);
	});

	test("a path that the node already prefixed is not prefixed again", () => {
		check(dash, is, [["https://localhost:9443/is-samlsso", "https://sso.example.com/is-samlsso"]]);
		check(slash, isSlash, [
			["https://localhost:9443/is/samlsso", "https://sso.example.com/is/samlsso"],
			["https://localhost:9443/is", "https://sso.example.com/is"],
			["https://localhost:9443/isolated", "https://sso.example.com/is/isolated"],
		]);
	});

	test("dot segments are resolved before the path is mapped", () => {
		check(dash, is, [
			["https://localhost:9443/carbon/../authenticationendpoint/login.do", "https://sso.example.com/is-authenticationendpoint/login.do"],
			["https://localhost:9443/carbon/%2e%2E/samlsso", "https://sso.example.com/is-samlsso"],
			["https://localhost:9443/./samlsso/.", "https://sso.example.com/is-samlsso/"],
			["https://localhost:9443/../../x", "https://sso.example.com/is-x"],
			["https://localhost:9443/.well-known/x", "https://sso.example.com/is-.well-known/x"],
		]);
	});

	test("the node of another service is known by its address, a loopback name only by its own service", () => {
		check(dash, is, [
			["https://10.0.1.11:9444/devportal", "https://sso.example.com/apim-devportal"],
			["https://localhost:9444/devportal", "https://localhost:9444/devportal"],
		]);
	});

	test("bare mapping changes the origin alone", () => {
		check(bare, isBare, [
			["https://localhost:9443/samlsso?x", "https://sso.example.com/samlsso?x"],
			["https://localhost:9443//evil.com/", "https://sso.example.com//evil.com/"],
			["https://localhost:9443/\\evil.com/", "https://sso.example.com/\\evil.com/"],
		]);
	});
});

describe("absolute URLs of the public origin", () => {
	test("http is repaired to https, https stays https and never becomes httpss", () => {
		check(dash, is, [
			["http://sso.example.com/samlsso", "https://sso.example.com/is-samlsso"],
			["http://sso.example.com:80/samlsso", "https://sso.example.com/is-samlsso"],
			["http://sso.example.com:443/samlsso", "https://sso.example.com/is-samlsso"],
			["https://sso.example.com/samlsso", "https://sso.example.com/is-samlsso"],
			["https://sso.example.com:443/samlsso", "https://sso.example.com/is-samlsso"],
			["http://sso.example.com/is-samlsso", "https://sso.example.com/is-samlsso"],
		]);
	});

	test("public paths of any service on that host stay", () => {
		unchanged(dash, is, [
			"https://sso.example.com/is-samlsso",
			"https://sso.example.com/apim-devportal/services/auth/callback/login?code=1",
			"https://sso.example.com/is-a/../is-b",
		]);
		check(dash, is, [
			["https://sso.example.com/apim-/x", "https://sso.example.com/is-apim-/x"],
			["https://sso.example.com/apimx", "https://sso.example.com/is-apimx"],
			["https://sso.example.com/is-a/../carbon", "https://sso.example.com/is-carbon"],
		]);
		check(slash, isSlash, [["https://sso.example.com/apimx", "https://sso.example.com/is/apimx"]]);
		unchanged(slash, isSlash, ["https://sso.example.com/apim", "https://sso.example.com/apim/x"]);
	});

	test("a public origin with a port is met under both schemes", () => {
		const local = servicePlan({ hosts: ["localhost:8443"], publicOrigin: "https://localhost:8443" });
		const map = RedirectMap.build(planOf([local]));
		check(map, local, [
			["http://localhost:8443/samlsso", "https://localhost:8443/is-samlsso"],
			["https://localhost:8443/is-samlsso", "https://localhost:8443/is-samlsso"],
			["https://localhost:9443/samlsso", "https://localhost:8443/is-samlsso"],
		]);
		unchanged(map, local, ["https://localhost:3000/cb", "http://localhost:3000/cb?code=1"]);
	});

	test("a second host of the service keeps its name", () => {
		const two = servicePlan({ hosts: ["sso.example.com", "login.example.org"] });
		check(RedirectMap.build(planOf([two])), two, [["http://login.example.org/x", "https://login.example.org/is-x"]]);
	});

	test("a plain public origin takes nobody down from https", () => {
		const plain = servicePlan({ publicOrigin: "http://sso.example.com" });
		const map = RedirectMap.build(planOf([plain]));
		unchanged(map, plain, ["https://sso.example.com/x"]);
		check(map, plain, [["http://sso.example.com/x", "http://sso.example.com/is-x"]]);
	});

	test("the public host of another service is foreign", () => {
		const other = servicePlan({ name: "api", hosts: ["api.example.com"], publicOrigin: "https://api.example.com", mappings: [BARE] });
		unchanged(RedirectMap.build(planOf([is, other])), is, ["https://api.example.com/x", "http://api.example.com/x"]);
	});
});

describe("references without a scheme", () => {
	test("path-absolute stays path-absolute and gets the prefix once", () => {
		check(dash, is, [
			["/oauth2/authorize?sessionDataKey=1", "/is-oauth2/authorize?sessionDataKey=1"],
			["/carbon/../samlsso#x", "/is-samlsso#x"],
			["/", "/"],
			["/is-", "/is-is-"],
			["/apim-", "/is-apim-"],
		]);
		unchanged(dash, is, ["/is-samlsso", "/apim-devportal", "/?a=b"]);
		check(slash, isSlash, [
			["/samlsso", "/is/samlsso"],
			["/", "/is/"],
		]);
		unchanged(slash, isSlash, ["/is", "/is/x", "/apim/x"]);
		unchanged(bare, isBare, ["/", "/samlsso", "/carbon/../x"]);
	});

	test("scheme-relative stays scheme-relative", () => {
		check(dash, is, [
			["//localhost:9443/samlsso?a", "//sso.example.com/is-samlsso?a"],
			["//localhost/samlsso", "//sso.example.com/is-samlsso"],
			["//sso.example.com/samlsso", "//sso.example.com/is-samlsso"],
			["//sso.example.com:443/samlsso", "//sso.example.com/is-samlsso"],
		]);
		unchanged(dash, is, ["//evil.com/samlsso", "//sso.example.com/is-samlsso", "//localhost:9999/"]);
	});

	test("relative references stay byte for byte", () => {
		unchanged(dash, is, [
			"",
			"login.do",
			"../commonauth",
			"./x",
			"?x=1",
			"#f",
			"a:b",
			"https:login.do",
			"http:",
			"h",
			"javascript:alert(1)",
		]);
	});
});

test("what is not exactly a known origin stays byte for byte", () => {
	const foreign = [
		"https://app.example.com/cb?code=1",
		"https://localhost:9443.evil/",
		"https://localhost:94430/",
		"https://localhost:9443@evil.com/",
		"https://user@localhost:9443/x",
		"https://localhost:9443\\evil",
		"https://localhost:9443\t/x",
		"https://localhost.:9443/x",
		"https://sso.example.com.evil/is-x",
		"https://sso.example.com@evil/",
		"https://evil.com/https://localhost:9443/x",
		"https:/\\evil",
		"https:\\\\evil",
		"https:///evil",
		"https://",
		"httpss://localhost:9443/x",
		"ftp://localhost:9443/x",
		" https://localhost:9443/x",
		"///evil",
		"////evil",
		"/\\evil",
		"/\t/evil",
		"//",
		"//\\evil",
		"\\\\evil",
	];
	for (const map of [dash, bare]) {
		const service = map === dash ? is : isBare;
		for (const value of foreign) assert.equal(map.map(value, service, ASKED), value, value);
	}
});

describe("mappings of other shapes", () => {
	const free = (...mappings: PathMapping[]) => servicePlan({ name: "shop", product: "http", mappings });

	test("a node path under its own prefix", () => {
		const shop = free({ from: "/shop", to: "/app" });
		check(RedirectMap.build(planOf([shop])), shop, [
			["/app", "/shop"],
			["/app/x", "/shop/x"],
			["/application", "/application"],
			["https://localhost:9443/app/x", "https://sso.example.com/shop/x"],
			["https://localhost:9443/elsewhere", "https://sso.example.com/elsewhere"],
		]);
	});

	test("the longer literal tells node path from public path", () => {
		const deep = free({ from: "/a", to: "/a/b" });
		assert.equal(RedirectMap.build(planOf([deep])).map("/a/b/x", deep, ASKED), "/a/x");
		const root = free({ from: "", to: "/app" });
		assert.equal(RedirectMap.build(planOf([root])).map("/app/x", root, ASKED), "/x");
		const mixed = free({ from: "/a", to: "/x" }, BARE);
		check(RedirectMap.build(planOf([mixed])), mixed, [
			["/x/1", "/a/1"],
			["/y", "/y"],
		]);
	});

	test("a prefix that is taken away never leaves a reference to another host", () => {
		const root = free({ from: "", to: "/app" });
		const map = RedirectMap.build(planOf([root]));
		check(map, root, [
			["/app//evil.com", "https://sso.example.com//evil.com"],
			["/app/\\evil.com", "https://sso.example.com/\\evil.com"],
			["/app/\t/evil.com", "https://sso.example.com/\t/evil.com"],
			["/app/x/..//evil.com", "https://sso.example.com//evil.com"],
			["/app", "/"],
			["/app?x", "/?x"],
		]);
	});

	test("its own node path counts before an equal public path of another service", () => {
		const shop = free({ from: "/shop", to: "/api" });
		const api = free({ from: "/api", to: "" });
		const map = RedirectMap.build(planOf([shop, api]));
		check(map, shop, [["/api/x", "/shop/x"]]);
		check(map, api, [["/api/x", "/api/x"]]);
	});

	test("many mappings are told apart as few are", () => {
		const many = free(...Array.from({ length: 2000 }, (_, index) => ({ from: `/public${index}`, to: `/node/${index}` })));
		check(RedirectMap.build(planOf([many])), many, [
			["/node/1999/x", "/public1999/x"],
			["/node/19990/x", "/node/19990/x"],
			["/public7?x", "/public7?x"],
		]);
	});

	test("a service served at the root does not claim the paths of a prefixed one", () => {
		const rest = free(BARE);
		check(RedirectMap.build(planOf([is, rest])), is, [["/samlsso", "/is-samlsso"]]);
	});
});

test("rows where Apache's ProxyPassReverse goes wrong or gives up", () => {
	check(dash, is, [
		// Apache maps to /is-commonauthEVIL/x by string prefix; here it is a context of its own name, on the public host.
		["https://localhost:9443/commonauthEVIL/x", "https://sso.example.com/is-commonauthEVIL/x"],
		// Apache needs the rule spelled with `carbon/..`.
		["https://localhost:9443/carbon/../authenticationendpoint/login.do", "https://sso.example.com/is-authenticationendpoint/login.do"],
		// Apache leaves a relative reference alone.
		["/commonauth/x", "/is-commonauth/x"],
		// With ProxyPreserveHost the node names the public host and Apache's rule does not match.
		["http://sso.example.com/commonauth", "https://sso.example.com/is-commonauth"],
		// `Header edit Location ^http https` makes httpss of it.
		["https://app.example.com/cb?code=1", "https://app.example.com/cb?code=1"],
		["http://app.example.com/cb?code=1", "http://app.example.com/cb?code=1"],
	]);
});

// --- properties

const segment = fc.constantFrom(
	"a",
	"carbon",
	"is-x",
	"apim-y",
	"is",
	"apim",
	"..",
	".",
	"",
	"%2e%2e",
	"%2E",
	"x;y",
	"\\",
	"\t",
	"a%2fb",
	"is-",
	"app",
	"@evil.com",
);
const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
const tail = fc.constantFrom("", "?a=b", "#f", "?u=https://localhost:9443/x", "?a/../b#c");
const authority = fc.constantFrom(
	"localhost:9443",
	"LOCALHOST:9443",
	"localhost:9443.evil",
	"localhost",
	"10.0.1.11:9444",
	"sso.example.com",
	"sso.example.com:443",
	"sso.example.com:80",
	"evil.com",
	"app.example.com",
	"localhost:9443@evil.com",
	"",
);
const scheme = fc.constantFrom("https://", "http://", "//", "https:/\\", "HTTPS://", "");
const value = fc.oneof(
	fc.tuple(scheme, authority, fc.oneof(path, fc.constant("")), tail).map((parts) => parts.join("")),
	fc.tuple(path, tail).map((parts) => parts.join("")),
	fc.string(),
	fc.string({
		unit: fc.constantFrom("/", "\\", ".", ":", "h", "t", "p", "s", "@", "\t", "%2e", "localhost", "9443", "evil.com", "?", "#"),
	}),
);
test("a client stays at the host that it asked", () => {
	const hosts = ["apim.example", "dev.tenant.example"];
	const nodeOrigins = originsOf(["localhost", "10.0.1.11", ...hosts], [9443]);
	const both = servicePlan({ name: "apim", hosts, publicOrigin: "https://apim.example", mappings: [BARE], nodeOrigins });
	const other = servicePlan({
		hosts: ["sso.example"],
		publicOrigin: "https://sso.example",
		mappings: [BARE],
		nodeOrigins: ["https://10.0.0.11:9443"],
	});
	const map = RedirectMap.build(planOf([both, other]));
	for (const asked of hosts) {
		for (const origin of [
			"https://localhost:9443",
			"http://10.0.1.11:9443",
			"https://apim.example:9443",
			"https://dev.tenant.example:9443",
		]) {
			assert.equal(map.map(`${origin}/x?y`, both, asked), `https://${asked}/x?y`, origin);
			assert.equal(map.mapOrigin(origin, both, asked), `https://${asked}`, origin);
		}
		assert.equal(map.map("//localhost:9443/x", both, asked), `//${asked}/x`);
		// Another public host is meant.
		assert.equal(map.map("https://apim.example/x", both, asked), "https://apim.example/x");
		assert.equal(map.map("http://dev.tenant.example/x", both, asked), "https://dev.tenant.example/x");
		assert.equal(map.map("https://10.0.0.11:9443/x", both, asked), "https://sso.example/x", "a service that is not at the asked host");
		for (const text of ["*", "null", "https://localhost:9443/x", "https://other.example"])
			assert.equal(map.mapOrigin(text, both, asked), text);
	}
	assert.equal(map.map("https://10.0.1.11:9443/x", other, "sso.example"), "https://apim.example/x");
});

const setup = fc.constantFrom<readonly [RedirectMap, ServicePlan]>([dash, is], [slash, isSlash], [bare, isBare]);
const stripping = servicePlan({ mappings: [{ from: "", to: "/app" }] });
const strippingSetup: readonly [RedirectMap, ServicePlan] = [RedirectMap.build(planOf([stripping])), stripping];

const BASE = "https://sso.example.com/is-authenticationendpoint/login.do";
const originIn = (reference: string): string | null => (URL.canParse(reference, BASE) ? new URL(reference, BASE).origin : null);

test("one wildcard host of many tenants: the label is part of the node's path, and the host stays", () => {
	const [apis, portal] = ["*.apis.example.com", "*.dev.example.com"];
	const gateway = servicePlan({
		hosts: [apis],
		mappings: [{ from: "", to: "/t/{name}.org" }],
		nodeOrigins: originsOf(["localhost"], [8243]),
	});
	const devportal = servicePlan({
		hosts: [portal],
		mappings: [
			{ from: "", to: "/devportal" },
			{ from: "", to: "" },
		],
		nodeOrigins: originsOf(["localhost"], [9443]),
	});
	const map = RedirectMap.build(planOf([gateway, devportal]));
	const mapped = (url: string): string => map.map(url, gateway, "acme.apis.example.com");
	assert.equal(mapped("https://localhost:8243/t/acme.org/x?y"), "https://acme.apis.example.com/x?y");
	assert.equal(mapped("/t/acme.org/x"), "/x");
	assert.equal(mapped("/t/acme.org"), "/");
	assert.equal(mapped("/t/acme.organic/x"), "/t/acme.organic/x");
	assert.equal(mapped("/t/other.org/x"), "/t/other.org/x");
	const shown = (url: string): string => map.map(url, devportal, "acme.dev.example.com");
	assert.equal(shown("https://localhost:9443/devportal/apis"), "https://acme.dev.example.com/apis");
	assert.equal(shown("http://acme.dev.example.com/devportal/"), "https://acme.dev.example.com/");
	assert.equal(shown("http://other.dev.example.com/oauth2"), "https://other.dev.example.com/oauth2");
	assert.equal(shown("https://a.b.dev.example.com/devportal/"), "https://a.b.dev.example.com/devportal/");
});

test("a public host that stands for another one does so in responses of that front alone", () => {
	const own = servicePlan({ hosts: ["am.example.com"], mappings: [BARE], nodeOrigins: [] });
	const portal = servicePlan({
		front: "devportal@foo.com",
		hosts: ["dev.foo.com"],
		mappings: [BARE],
		ownOrigins: ["https://am.example.com:443"],
		nodeOrigins: [],
	});
	const other = servicePlan({ name: "other", hosts: ["sso.example.com"], mappings: [BARE] });
	const map = RedirectMap.build(planOf([own, portal, other]));
	assert.equal(map.map("https://am.example.com/x", portal, "dev.foo.com"), "https://dev.foo.com/x");
	for (const [service, asked] of [
		[own, "am.example.com"],
		[other, "sso.example.com"],
	] as const)
		assert.equal(map.map("https://am.example.com/x", service, asked), "https://am.example.com/x");
});

test("mapping twice is mapping once", () => {
	fc.assert(
		fc.property(setup, value, ([map, service], reference) => {
			const once = map.map(reference, service, ASKED);
			assert.equal(map.map(once, service, ASKED), once);
		}),
		{ numRuns: 5000 },
	);
});

test("the outcome leads where the node's value led, as browsers read it, or to the public origin", () => {
	fc.assert(
		fc.property(fc.oneof(setup, fc.constant(strippingSetup)), value, ([map, service], reference) => {
			const mapped = map.map(reference, service, ASKED);
			if (mapped !== reference) assert.equal(originIn(mapped), "https://sso.example.com", `${reference} became ${mapped}`);
		}),
		{ numRuns: 10_000 },
	);
});

test("a URL with a foreign origin stays byte for byte", () => {
	const label = fc.string({ unit: fc.constantFrom("a", "z", "0", "-"), minLength: 1, maxLength: 8 });
	const foreign = fc
		.tuple(fc.constantFrom("https://", "http://", "//"), label, fc.constantFrom(".com", ".evil:9443", ":9443"), path, tail)
		.map((parts) => parts.join(""));
	fc.assert(
		fc.property(setup, foreign, ([map, service], url) => {
			assert.equal(map.map(url, service, ASKED), url);
		}),
	);
});

test("what a client resolves after mapping is the node path under the public prefix", () => {
	const plain = fc
		.array(fc.constantFrom("a", "carbon", "login.do", "..", ".", "x"), { minLength: 1, maxLength: 5 })
		.map((s) => `/${s.join("/")}`);
	fc.assert(
		fc.property(plain, (nodePath) => {
			const resolved = new URL(nodePath, "https://localhost:9443/").pathname;
			const outside = new URL(slash.map(`https://localhost:9443${nodePath}`, isSlash, ASKED), BASE).pathname;
			assert.equal(outside, `/is${resolved}`);
		}),
	);
});
