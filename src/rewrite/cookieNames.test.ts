import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cookiePlan, servicePlan } from "../../test/harness/plans.ts";
import { parseCookieHeader } from "../http/cookie.ts";
import type { CookiePlan, ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";

const OWN = ["portico-is", "portico-apim"];

function isWith(cookies: Partial<CookiePlan>): ServicePlan {
	return servicePlan({
		ownCookies: OWN,
		cookies: cookiePlan({ tag: "is.", foreignTags: ["apim."], foreignKept: ["CLIENT_ID"], kept: ["ui_lang", "MSG*"], ...cookies }),
	});
}

const is = isWith({ copied: [{ name: "opbs", paths: ["/is-oidc"] }] });
const strict = isWith({ acceptUntagged: false });
const alone = servicePlan();
/** Not kept apart itself, beside services that are. */
const shop = servicePlan({ name: "shop", cookies: cookiePlan({ foreignTags: ["is.", "apim."], foreignKept: ["CLIENT_ID"] }) });

function check(service: ServicePlan, rows: readonly (readonly [client: string, node: string])[]): void {
	for (const [client, node] of rows) assert.equal(CookieNames.of(service).toNode(client), node, client);
}

test("a node gets its own cookies under its own names, and nobody else's", () => {
	check(is, [
		["is.commonAuthId=1; apim.commonAuthId=2", "commonAuthId=1"],
		["apim.commonAuthId=2; portico-is=x; portico-apim=y", ""],
		["CLIENT_ID=1; is.a=2", "a=2"],
		["is.a = 1 ;is.b=2;; ;is.c", "a = 1; b=2; is.c"],
		["", ""],
	]);
});

test("cookies of one name keep their order, which is that of their paths", () => {
	check(is, [["is.JSESSIONID=long; apim.JSESSIONID=x; is.JSESSIONID=short", "JSESSIONID=long; JSESSIONID=short"]]);
});

test("values stay byte for byte", () => {
	check(is, [['is.a="x y"; is.b==%3B=is.c', 'a="x y"; b==%3B=is.c']]);
});

test("names that scripts write stay; a beginning stands for many", () => {
	check(is, [["ui_lang=de; MSG17=true; is.ui_lang=en", "ui_lang=de; MSG17=true; ui_lang=en"]]);
	check(strict, [["ui_lang=de; MSG17=true; theme=x", "ui_lang=de; MSG17=true"]]);
});

test("an untagged cookie counts until there is a tagged one, and only where that is wanted", () => {
	check(is, [
		["commonAuthId=old", "commonAuthId=old"],
		["commonAuthId=old; is.commonAuthId=new", "commonAuthId=new"],
		["is.JSESSIONID=new; commonAuthId=old; JSESSIONID=old", "JSESSIONID=new; commonAuthId=old"],
		["commonAuthId=old; apim.commonAuthId=new", "commonAuthId=old"],
	]);
	check(strict, [["commonAuthId=old; is.JSESSIONID=new", "JSESSIONID=new"]]);
});

test("the copy for scripts counts only where the cookie itself is missing", () => {
	check(is, [
		["opbs=copy; is.opbs=1", "opbs=1"],
		["opbs=slash", "opbs=slash"],
	]);
});

test("prefixes that browsers watch stay in front, and cannot be hidden behind a tag", () => {
	const names = CookieNames.of(is);
	for (const [node, client] of [
		["__Host-a", "__Host-is.a"],
		["__Secure-a", "__Secure-is.a"],
		["__host-A", "__host-is.A"],
		["__Host-Http-a", "__Host-Http-is.a"],
		["__Http-a", "__Http-is.a"],
		["_Host-a", "is._Host-a"],
	] as const) {
		assert.equal(names.clientName(node), client);
		assert.equal(names.nodeName(client), node);
	}
	check(is, [
		["is.__Host-a=1; is.__SECURE-b=2; is.c=3", "c=3"],
		["__Host-apim.a=1", ""],
	]);
});

test("no name of Portico's own reaches a node, not even behind the tag", () => {
	check(is, [["is.portico-is=1; is.portico-apim=2; portico-is=3; is.a=4", "a=4"]]);
	assert.equal(CookieNames.of(is).nodeName("is.portico-is"), null);
});

test("all names under which a cookie may come", () => {
	const namesOf = (service: ServicePlan, name: string): readonly string[] => CookieNames.of(service).clientNames(name);
	assert.deepEqual(namesOf(is, "JSESSIONID"), ["is.JSESSIONID", "JSESSIONID"]);
	assert.deepEqual(namesOf(strict, "JSESSIONID"), ["is.JSESSIONID"]);
	assert.deepEqual([namesOf(is, "ui_lang"), namesOf(alone, "a")], [["ui_lang"], ["a"]]);
});

test("a service without a tag sees all but the cookies of those that have one", () => {
	check(shop, [
		["is.a=1; cart=2; apim.b=3; CLIENT_ID=4", "cart=2"],
		["cart=2; theme=dark", "cart=2; theme=dark"],
	]);
	check(alone, [["a=1;b = 2; is.c=3", "a=1;b = 2; is.c=3"]]);
});

test("a service alone on its host sees all but Portico's own", () => {
	const own = servicePlan({ ownCookies: ["lb", "lb2"] });
	check(own, [
		["a=1; lb=2; c=3", "a=1; c=3"],
		["a=1;lb=2", "a=1"],
		["a=1; lb=2; lb=3;  c=3;lb2=4 ; lb=5", "a=1; c=3"],
		["lb = 2;lb=", ""],
		["a=lb; xlb=1;  lbx=2; lb", "a=lb; xlb=1;  lbx=2; lb"],
		["a=1;; LB=2 ", "a=1;; LB=2 "],
	]);
	const header = fc.string({ unit: fc.constantFrom("a", "b", "l", "=", ";", " ", "\t", "lb") });
	fc.assert(
		fc.property(header, (text) => {
			const left = CookieNames.of(own).toNode(text);
			const others = parseCookieHeader(text).filter(({ name }) => name !== "lb");
			assert.deepEqual(parseCookieHeader(left), others);
			if (others.length === parseCookieHeader(text).length) assert.equal(left, text);
		}),
		{ numRuns: 1000 },
	);
});

test("what a node must not set: Portico's own, another service's, one without a name", () => {
	const forbidden = (service: ServicePlan, name: string): boolean => CookieNames.of(service).isForbidden(name);
	assert.deepEqual(
		["portico-is", "portico-apim", "", "a", "apim.a"].map((name) => forbidden(is, name)),
		[true, true, true, false, false],
	);
	assert.deepEqual(
		["apim.a", "is.a", "", "cart", "__Host-is.a"].map((name) => forbidden(shop, name)),
		[true, true, true, false, true],
	);
	assert.deepEqual(
		["", "a"].map((name) => forbidden(alone, name)),
		[false, false],
	);
});

const NAME = fc.oneof(
	fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,8}$/),
	fc.constantFrom("a", "is.", "apim.", "is.a", "__Host-a", "__Host-is.a", "is.__Host-a", "opbs", "ui_lang", "portico-is", "CLIENT_ID"),
);
const VALUE = fc.stringMatching(/^[\w=."%]{0,6}$/);

test("what a node sets comes back to it, and to it alone", () => {
	const apim = servicePlan({ name: "apim", cookies: cookiePlan({ tag: "apim.", foreignTags: ["is."], foreignKept: ["ui_lang", "MSG*"] }) });
	fc.assert(
		fc.property(NAME, VALUE, (name, value) => {
			const names = CookieNames.of(is);
			if (names.isForbidden(name)) return;
			const sent = `${names.clientName(name)}=${value}`;
			assert.equal(names.toNode(sent), `${name}=${value}`);
			assert.equal(CookieNames.of(apim).toNode(sent), "");
		}),
	);
});

test("whatever a client sends: the service's own cookies in their order, none of another service, none of Portico", () => {
	const pair = fc.tuple(NAME, VALUE).map(([name, value]) => `${name}=${value}`);
	const odd = fc.constantFrom(
		'$Version="1"',
		"$Path=/",
		'"is.a"=1',
		"is.a =1",
		"\xa0is.a=1",
		"apim.a",
		"IS.a=1",
		"__HOST-apim.a=1",
		"is.apim.a=1",
	);
	const part = fc.oneof(
		pair,
		pair,
		odd,
		fc.string({ unit: fc.constantFrom(" ", "\t", "=", "a", ".", "_", "\xff", '"', ","), maxLength: 6 }),
	);
	for (const service of [is, strict]) {
		fc.assert(
			fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom(";", "; ", " ;;\t"), (parts, separator) => {
				const header = parts.join(separator);
				const sent = parseCookieHeader(header);
				const tagged = new Set(sent.flatMap(({ name }) => ownName(name) ?? []));
				const expected = sent.flatMap(({ name, value }) => {
					const own = ownName(name) ?? plainName(name, service === is, tagged);
					return own === null ? [] : { name: own, value };
				});
				assert.deepEqual(parseCookieHeader(CookieNames.of(service).toNode(header)), expected, header);
			}),
			{ numRuns: 500 },
		);
	}
});

const TAGGED = /^(__Host-Http-|__Host-|__Secure-|__Http-)?(is|apim)\.(.*)$/i;
const BROWSERS = /^__(?:host|secure|http)-/i;

/** How the node knows a cookie with the tag of `is`; null: it has none that counts. */
function ownName(name: string): string | null {
	const [, bare = "", tag = "", rest = ""] = TAGGED.exec(name) ?? [];
	if (tag !== "is" || rest === "" || (bare === "" && BROWSERS.test(rest)) || OWN.includes(bare + rest)) return null;
	return bare + rest;
}

/** The same for one without. */
function plainName(name: string, accepted: boolean, tagged: ReadonlySet<string>): string | null {
	const [, , tag] = TAGGED.exec(name) ?? [];
	if (OWN.includes(name) || tag === "is" || tag === "apim") return null;
	if (name === "ui_lang" || name.startsWith("MSG")) return name;
	if (name === "CLIENT_ID" || !accepted) return name === "opbs" && accepted ? name : null;
	return tagged.has(name) && name !== "" ? null : name;
}

test("a header full of parts is read in one go", () => {
	const parts = Array.from({ length: 20_000 }, (_, index) => `a${index}=1`);
	assert.equal(CookieNames.of(is).toNode(`is.b=1;${parts.join(";")}`), `b=1; ${parts.join("; ")}`);
	assert.equal(CookieNames.of(is).toNode(`is.b=1;${"c;".repeat(60_000)}`).length, 3 + 3 * 60_000);
});
