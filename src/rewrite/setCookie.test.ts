import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BARE, SLASH, servicePlan } from "../../test/harness/plans.ts";
import type { ServicePlan } from "../plan/service.ts";
import { mapSetCookie } from "./setCookie.ts";

const ASKED = "sso.example.com";
const dash = servicePlan();
const slash = servicePlan({ mappings: [SLASH] });
const bare = servicePlan({ mappings: [BARE] });

function check(service: ServicePlan, rows: readonly (readonly [from: string, to: string])[]): void {
	for (const [from, to] of rows) {
		assert.equal(mapSetCookie(from, service, ASKED), to, from);
		assert.equal(mapSetCookie(to, service, ASKED), to, `${to} again`);
	}
}

test("a Path of the node becomes the public one, once", () => {
	check(dash, [
		["JSESSIONID=1; Path=/authenticationendpoint; Secure; HttpOnly", "JSESSIONID=1; Path=/is-authenticationendpoint; Secure; HttpOnly"],
		["commonAuthId=1; Path=/t/foo/; Secure", "commonAuthId=1; Path=/is-t/foo/; Secure"],
		["a=1; Path=/is-samlsso", "a=1; Path=/is-samlsso"],
		["AM=1; Path=/api/am/publisher/; SameSite=Strict", "AM=1; Path=/is-api/am/publisher/; SameSite=Strict"],
	]);
	check(slash, [
		["JSESSIONID=1; Path=/authenticationendpoint", "JSESSIONID=1; Path=/is/authenticationendpoint"],
		["a=1; Path=/t/foo/", "a=1; Path=/is/t/foo/"],
		["a=1; Path=/is", "a=1; Path=/is"],
		["a=1; Path=/is/x", "a=1; Path=/is/x"],
		["a=1; Path=/isolated", "a=1; Path=/is/isolated"],
	]);
	check(bare, [["a=1; Path=/x", "a=1; Path=/x"]]);
});

test("the root stays the root, but for a service with a slash prefix", () => {
	check(dash, [["opbs=1; Path=/; SameSite=None", "opbs=1; Path=/; SameSite=None"]]);
	check(bare, [["opbs=1; Path=/", "opbs=1; Path=/"]]);
	check(slash, [["opbs=1; Path=/; SameSite=None", "opbs=1; Path=/is; SameSite=None"]]);
	const two = servicePlan({
		mappings: [
			{ from: "/a", to: "" },
			{ from: "/b", to: "/bb" },
		],
	});
	check(two, [["opbs=1; Path=/", "opbs=1; Path=/"]]);
	const own = servicePlan({ mappings: [{ from: "/shop", to: "/app" }] });
	check(own, [
		["a=1; Path=/", "a=1; Path=/"],
		["a=1; Path=/app", "a=1; Path=/shop"],
		["a=1; Path=/app/x", "a=1; Path=/shop/x"],
	]);
});

test("a Domain that names a node goes, any other stays", () => {
	check(dash, [
		["a=1; Domain=localhost; Path=/", "a=1; Path=/"],
		["a=1; Path=/x; domain=.IS-1.internal", "a=1; Path=/is-x"],
		["a=1;Domain = 10.0.0.11 ;Secure", "a=1;Secure"],
		["a=1; Domain=example.com", "a=1; Domain=example.com"],
		["a=1; Domain=notlocalhost", "a=1; Domain=notlocalhost"],
		["a=1; Domain=", "a=1; Domain="],
		["a=1; Domain", "a=1; Domain"],
	]);
});

test("everything else stays byte for byte: order, spelling, blanks, unknown attributes", () => {
	check(dash, [
		[
			"a=b=c ;  SECURE;pAtH =\t/x ;Max-Age=5;; Partitioned ; Priority=High;",
			"a=b=c ;  SECURE;pAtH =\t/is-x ;Max-Age=5;; Partitioned ; Priority=High;",
		],
		["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/x", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/is-x"],
		['a="q;Path=/y"; Path=/x', 'a="q;Path=/is-y"; Path=/is-x'],
		["path=/x", "path=/x"],
		["a=Path=/x", "a=Path=/x"],
		["a=1; Pathology=/x; XPath=/x", "a=1; Pathology=/x; XPath=/x"],
		["", ""],
		[";", ";"],
	]);
});

test("a Path that browsers ignore stays", () => {
	check(dash, [
		['a=1; Path="/x"', 'a=1; Path="/x"'],
		["a=1; Path=x", "a=1; Path=x"],
		["a=1; Path=", "a=1; Path="],
		["a=1; Path", "a=1; Path"],
		["a=1; Path=;Secure", "a=1; Path=;Secure"],
		["a=1; Path  ;Secure", "a=1; Path  ;Secure"],
	]);
});

test("an empty Path is not taken for the root", () => {
	check(slash, [
		["a=1; Path=; Secure", "a=1; Path=; Secure"],
		["a=1; Path=x", "a=1; Path=x"],
	]);
});

test("of several Paths each is mapped, since browsers take the last", () => {
	check(dash, [["a=1; Path=/x; Path=/y", "a=1; Path=/is-x; Path=/is-y"]]);
});

test("a __Host- cookie stays as it is", () => {
	check(slash, [
		["__Host-id=1; Path=/; Secure", "__Host-id=1; Path=/; Secure"],
		["__host-id=1; Path=/; Secure", "__host-id=1; Path=/; Secure"],
		["__Secure-id=1; Path=/; Secure", "__Secure-id=1; Path=/is; Secure"],
	]);
});

test("unlike Apache, which replaces the whole Path by the prefix, the rest of the path stays", () => {
	check(dash, [["a=1; Path=/commonauth/x", "a=1; Path=/is-commonauth/x"]]);
});

const piece = fc.constantFrom(
	"Path=/x",
	"path = /",
	" PATH=/is-y ",
	"Domain=localhost",
	" domain=.localhost",
	"Domain=a.b",
	"Secure",
	"",
	" ",
	"Path",
	"Path=",
	"x=/y",
	"Path=//",
	"Path=/is",
);
const cookie = fc.array(piece, { maxLength: 6 }).map((pieces) => ["n=v", ...pieces].join(";"));

test("mapping twice is mapping once", () => {
	fc.assert(
		fc.property(fc.constantFrom(dash, slash, bare), fc.oneof(cookie, fc.string()), (service, text) => {
			const once = mapSetCookie(text, service, ASKED);
			assert.equal(mapSetCookie(once, service, ASKED), once);
		}),
		{ numRuns: 2000 },
	);
});

test("no part but Path and Domain changes", () => {
	const others = (text: string) => text.split(";").filter((part) => !/^\s*(path|domain)\s*=/i.test(part));
	fc.assert(
		fc.property(fc.constantFrom(dash, slash, bare), cookie, (service, text) => {
			assert.deepEqual(others(mapSetCookie(text, service, ASKED)), others(text));
		}),
	);
});
