import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cookiePlan, SLASH, servicePlan } from "../../test/harness/plans.ts";
import { fieldNameOf, HeaderList } from "../http/headers.ts";
import type { CookiePlan, PathMapping, ServicePlan } from "../plan/service.ts";
import { putSetCookie } from "./responseCookies.ts";

const FIELD = fieldNameOf("Set-Cookie");
const ENDED = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

function isWith(cookies: Partial<CookiePlan> = {}, mapping?: PathMapping): ServicePlan {
	const plan = cookiePlan({ tag: "is.", foreignTags: ["apim."], copied: [{ name: "opbs", paths: ["/is-oidc", "/is-t"] }], ...cookies });
	return servicePlan({ ownCookies: ["portico-is"], cookies: plan, ...(mapping === undefined ? {} : { mappings: [mapping] }) });
}

/** What the client gets for one Set-Cookie of a node. */
function sent(service: ServicePlan, value: string, cookie = "", cameBare = false): string[] {
	const out = new HeaderList();
	putSetCookie(out, FIELD, value, service, "sso.example.com", HeaderList.of(["Host", "sso.example.com"], ["Cookie", cookie]), cameBare);
	return out.all("set-cookie");
}

test("a cookie goes out with the service's tag and a public path", () => {
	assert.deepEqual(sent(isWith(), "commonAuthId=1; Path=/; Secure; HttpOnly; SameSite=None"), [
		"is.commonAuthId=1; Path=/; Secure; HttpOnly; SameSite=None",
	]);
	assert.deepEqual(sent(isWith(), " JSESSIONID =A; path=/authenticationendpoint"), ["is.JSESSIONID =A; path=/is-authenticationendpoint"]);
	assert.deepEqual(sent(isWith(), "a=1; Path=/t/acme/"), ["is.a=1; Path=/is-t/acme/"]);
	assert.deepEqual(sent(isWith({}, SLASH), "a=1; Path=/"), ["is.a=1; Path=/is"]);
	assert.deepEqual(sent(isWith(), "__Host-a=1; Path=/; Secure"), ["__Host-is.a=1; Path=/; Secure"]);
	assert.deepEqual(sent(isWith(), "a=1"), ["is.a=1"]);
});

test("one that the node deletes is deleted under the same name", () => {
	assert.deepEqual(sent(isWith(), "commonAuthId=; Max-Age=0; Path=/"), ["is.commonAuthId=; Max-Age=0; Path=/"]);
});

test("names that scripts need stay, and what nodes must not set does not go out", () => {
	assert.deepEqual(sent(isWith({ kept: ["CLIENT_ID", "MSG*"] }), "CLIENT_ID=1; Path=/devportal/"), ["CLIENT_ID=1; Path=/is-devportal/"]);
	assert.deepEqual(sent(isWith({ kept: ["CLIENT_ID", "MSG*"] }), "MSG12=1; Path=/carbon"), ["MSG12=1; Path=/is-carbon"]);
	for (const value of ["portico-is=1; Path=/", "=apim.commonAuthId=1", "apim.commonAuthId"]) assert.deepEqual(sent(isWith(), value), []);
	assert.deepEqual(sent(servicePlan({ cookies: cookiePlan({ foreignTags: ["is."] }) }), "is.commonAuthId=1; Path=/"), []);
});

test("a cookie for scripts is copied to where they are, with or without a path of its own", () => {
	assert.deepEqual(sent(isWith(), "opbs=1; Path=/; Secure; SameSite=None"), [
		"is.opbs=1; Path=/; Secure; SameSite=None",
		"opbs=1; Path=/is-oidc; Secure; SameSite=None",
		"opbs=1; Path=/is-t; Secure; SameSite=None",
	]);
	assert.deepEqual(sent(isWith(), "opbs=1; Path=/t/acme/; Secure"), [
		"is.opbs=1; Path=/is-t/acme/; Secure",
		"opbs=1; Path=/is-t/acme/; Secure",
	]);
	assert.deepEqual(sent(isWith({}, SLASH), "opbs=1; Path=/"), ["is.opbs=1; Path=/is", "opbs=1; Path=/is"]);
	assert.deepEqual(sent(isWith(), "opbs=1"), ["is.opbs=1", "opbs=1; Path=/is-oidc", "opbs=1; Path=/is-t"]);
});

test("where the request came without the prefix, its path without it gets the cookie too", () => {
	const value = "JSESSIONID=A; Path=/myaccount; Secure";
	assert.deepEqual(sent(isWith(), value, "", true), [
		"is.JSESSIONID=A; Path=/is-myaccount; Secure",
		"is.JSESSIONID=A; Path=/myaccount; Secure",
	]);
	assert.deepEqual(sent(isWith({}, SLASH), value, "", true), [
		"is.JSESSIONID=A; Path=/is/myaccount; Secure",
		"is.JSESSIONID=A; Path=/myaccount; Secure",
	]);
	const untagged = servicePlan({ ownCookies: [], cookies: cookiePlan() });
	assert.deepEqual(sent(untagged, value, "", true), ["JSESSIONID=A; Path=/is-myaccount; Secure", "JSESSIONID=A; Path=/myaccount; Secure"]);
	assert.deepEqual(sent(untagged, value), ["JSESSIONID=A; Path=/is-myaccount; Secure"]);
	for (const plain of ["commonAuthId=1; Path=/", "a=1"]) assert.deepEqual(sent(isWith(), plain, "", true), [`is.${plain}`]);
	assert.deepEqual(sent(isWith(), "portico-is=1; Path=/x", "", true), []);
});

test("a cookie that scripts need in requests without the prefix goes to both paths", () => {
	const service = isWith({ kept: ["HALF"], bare: ["HALF", "REST"] });
	assert.deepEqual(sent(service, "REST=1; Path=/api/am/publisher/; HttpOnly"), [
		"is.REST=1; Path=/is-api/am/publisher/; HttpOnly",
		"is.REST=1; Path=/api/am/publisher/; HttpOnly",
	]);
	assert.deepEqual(sent(service, "HALF=1; Domain=localhost; Path=/publisher/"), [
		"HALF=1; Path=/is-publisher/",
		"HALF=1; Path=/publisher/",
	]);
	assert.deepEqual(sent(service, "REST=1; Path=/"), ["is.REST=1; Path=/"]);
	assert.deepEqual(sent(service, "REST=1; Path=/is-publisher/"), ["is.REST=1; Path=/is-publisher/"], "the node knows its prefix");
});

test("an older session's cookie without the tag ends with the one that has it", () => {
	const old = "commonAuthId=0; x=1";
	assert.deepEqual(sent(isWith(), "commonAuthId=; Max-Age=0; Path=/; Secure", old), [
		"is.commonAuthId=; Max-Age=0; Path=/; Secure",
		`commonAuthId=; Max-Age=0; Path=/; Secure${ENDED}`,
	]);
	assert.deepEqual(sent(isWith(), "commonAuthId=; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Path=/", old).length, 2);
});

test("it ends as well when it is set anew at a path of this service alone, but not at the root, where it may be another product's", () => {
	assert.deepEqual(sent(isWith(), "JSESSIONID=1; Path=/samlsso", "JSESSIONID=0"), [
		"is.JSESSIONID=1; Path=/is-samlsso",
		`JSESSIONID=; Path=/is-samlsso${ENDED}`,
	]);
	assert.deepEqual(sent(isWith(), "commonAuthId=1; Path=/", "commonAuthId=0"), ["is.commonAuthId=1; Path=/"]);
});

test("nothing ends that the client did not bring, or that was never accepted", () => {
	const end = "a=; Max-Age=0; Path=/";
	assert.equal(sent(isWith(), end, "is.a=1; b=a; ba=1; A=1").length, 1);
	assert.equal(sent(isWith({ acceptUntagged: false }), end, "a=1").length, 1);
	assert.equal(sent(isWith({ kept: ["a"] }), end, "a=1").length, 1);
});

test("the copy for scripts at the cookie's own path is not ended by it", () => {
	assert.deepEqual(sent(isWith(), "opbs=2; Path=/t/acme/", "opbs=1; is.opbs=1"), [
		"is.opbs=2; Path=/is-t/acme/",
		"opbs=2; Path=/is-t/acme/",
	]);
	assert.deepEqual(sent(isWith(), "opbs=; Max-Age=0; Path=/", "opbs=1; is.opbs=1").at(-1), `opbs=; Max-Age=0; Path=/${ENDED}`);
});

test("whatever a node sets: it stays what `__Host-` and `__Secure-` promise, and no attribute but Path and a node's Domain changes", () => {
	const attribute = fc.constantFrom(
		"Secure",
		"HttpOnly",
		"SameSite=None",
		"SameSite=Strict",
		"Partitioned",
		"Max-Age=0",
		"Priority=High",
		"domain=.example.com",
	);
	const prefix = fc.constantFrom("", "", "__Host-", "__Secure-", "__host-", "__Http-", "__Host-Http-");
	const name = fc.constantFrom("commonAuthId", "opbs", "HALF", "REST", "is.a", "x");
	const path = fc.constantFrom("/", "/publisher/", "/is-publisher", "/t/acme/", "relative", "");
	const services = [
		isWith({ kept: ["HALF"], bare: ["HALF", "REST"] }),
		isWith({ wide: true, kept: ["HALF"], bare: ["HALF", "REST"] }, SLASH),
	];
	const plain = (line: string): string =>
		line
			.replace(/^[^=]*/, "")
			.replace(/; Path=[^;]*|; Max-Age=0; Expires=[^;]*$/gi, "")
			.replace(/^=[^;]*/, "");
	fc.assert(
		fc.property(prefix, name, path, fc.array(attribute, { maxLength: 4 }), fc.boolean(), fc.constantFrom(...services), (...given) => {
			const [watched, rest, at, attributes, cameBare, service] = given;
			const isHost = /^__host-/i.test(watched);
			const own = isHost ? ["Secure", ...attributes.filter((each) => !each.startsWith("domain"))] : attributes;
			const value = [`${watched}${rest}=v`, ...own, `Path=${isHost ? "/" : at}`].join("; ");
			const lines = sent(service, value, `${watched}${rest}=old`, cameBare);
			assert.ok(lines.length > 0, value);
			for (const line of lines) {
				assert.ok(line.startsWith(watched), line);
				if (isHost) assert.match(line, /; Path=\/(?:;|$)/);
				assert.equal(plain(line), plain(value), line);
			}
		}),
		{ numRuns: 500 },
	);
});

test("a service alone on its host keeps its names", () => {
	assert.deepEqual(sent(servicePlan(), "commonAuthId=1; Path=/t/acme/"), ["commonAuthId=1; Path=/is-t/acme/"]);
});

test("behind a slash prefix a cookie of the root stays there if its tag keeps it apart and requests without the prefix need it", () => {
	const wide = isWith({ wide: true, kept: ["ui_lang"] }, SLASH);
	assert.deepEqual(sent(wide, "commonAuthId=1; Path=/; Secure"), ["is.commonAuthId=1; Path=/; Secure"]);
	assert.deepEqual(sent(wide, "a=1; Path=/x"), ["is.a=1; Path=/is/x"]);
	assert.deepEqual(sent(wide, "ui_lang=1; Path=/"), ["ui_lang=1; Path=/is"]);
	assert.deepEqual(sent(wide, "opbs=1; Path=/"), ["is.opbs=1; Path=/", "opbs=1; Path=/is"]);
	assert.deepEqual(sent(wide, "commonAuthId=1; Path=/", "commonAuthId=0"), [
		"is.commonAuthId=1; Path=/",
		`commonAuthId=; Path=/is${ENDED}`,
	]);
});
