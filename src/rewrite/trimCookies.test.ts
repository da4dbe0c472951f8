import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cookiePlan, SLASH, servicePlan } from "../../test/harness/plans.ts";
import { PorticoError } from "../errors.ts";
import { parseCookieHeader } from "../http/cookie.ts";
import { HeaderList } from "../http/headers.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";
import { type TrimmedCookies, trimCookies } from "./trimCookies.ts";

const PILING = ["sessionNonceCookie-"];
const NONCE = "0b0e7a30-93a5-4f24-9c11-7d6a3d0c1c00";

function isWith(maxHeader: number, isSlash = false, mostHeader = maxHeader): ServicePlan {
	const cookies = cookiePlan({ tag: "is.", foreignTags: ["apim."], piling: PILING, maxHeader, mostHeader });
	return servicePlan({ cookies, ...(isSlash ? { mappings: [SLASH] } : {}) });
}

const nonces = (...keys: string[]): string[] => keys.map((key) => `is.sessionNonceCookie-${key}=${NONCE}`);

function fit(service: ServicePlan, cookies: readonly string[], query = "", referer?: string): TrimmedCookies | null {
	const headers = HeaderList.of(["Cookie", cookies.join("; ")]);
	if (referer !== undefined) headers.add("Referer", referer);
	return trimCookies(headers, service, query);
}

/** One such cookie has 58 bytes for the node, with its separator. */
test("cookies of old logins go, the oldest first, until the rest fits into three quarters", () => {
	const fitted = fit(isWith(240), [...nonces("a", "b", "c", "d"), "is.commonAuthId=1"]);
	assert.equal(fitted?.cookies, [...nonces("b", "c", "d"), "is.commonAuthId=1"].slice(1).join("; "));
	assert.deepEqual(fitted?.ended, [
		"is.sessionNonceCookie-a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly",
		"is.sessionNonceCookie-b=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly",
	]);
});

test("the login that the request belongs to keeps its cookie, whether its query or its page identifies it", () => {
	const all = nonces("a", "b", "c", "d");
	assert.equal(fit(isWith(140), all, "?sessionDataKey=a&x=1")?.cookies, nonces("a").join("; "));
	assert.equal(
		fit(isWith(140), all, "", "https://sso.example.com/is-authenticationendpoint/login.do?sessionDataKey=b")?.cookies,
		nonces("b")[0],
	);
	for (const query of ["?state=a,OIDC", "?x&RelayState=a"]) assert.equal(fit(isWith(140), all, query)?.cookies, nonces("a").join("; "));
});

test("where nothing tells, the newest one stays", () => {
	assert.equal(fit(isWith(80), nonces("a", "b", "c"))?.cookies, nonces("c")[0]);
});

test("of other services' cookies nothing is counted, dropped or ended", () => {
	const foreign = nonces("x", "y", "z").map((cookie) => cookie.replace("is.", "apim."));
	assert.equal(fit(isWith(160), [...foreign, ...nonces("a", "b")]), null);
	const fitted = fit(isWith(160), [...foreign, ...nonces("a", "b", "c")]);
	assert.equal(fitted?.cookies, [...foreign, ...nonces("b", "c")].join("; "));
	assert.equal(fitted?.ended.length, 1);
});

test("cookies from before there was a tag are swept as well, each under its own name and the service's path", () => {
	const ended = fit(isWith(140, true), [`sessionNonceCookie-a=${NONCE}`, ...nonces("b", "c")])?.ended ?? [];
	assert.match(ended[0] ?? "", /^sessionNonceCookie-a=; .*; Path=\/is; /);
});

test("a header that fits, a service without a limit: nothing is done", () => {
	assert.equal(fit(isWith(10_000), nonces("a", "b")), null);
	assert.equal(fit(isWith(0), nonces("a", "b")), null);
	assert.equal(trimCookies(HeaderList.of(["Host", "x"]), isWith(1), ""), null);
});

test("several Cookie lines are one", () => {
	const headers = HeaderList.of(["Cookie", nonces("a", "b")[0] ?? ""], ["Cookie", nonces("a", "b")[1] ?? ""]);
	assert.equal(trimCookies(headers, isWith(100), "")?.cookies, nonces("b")[0]);
});

test("an odd key is left out, and not written back", () => {
	const fitted = fit(isWith(80), [`is.sessionNonceCookie-a b\x80=${NONCE}`, ...nonces("b")]);
	assert.deepEqual([fitted?.cookies, fitted?.ended], [nonces("b")[0], []]);
});

test("one response ends 32 at most", () => {
	const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
	const fitted = fit(isWith(80), nonces(...keys));
	assert.equal(fitted?.ended.length, 32);
	assert.equal(fitted?.cookies, nonces("k49")[0]);
});

test("what is too large all the same is refused; it names the cookie and not what it holds", () => {
	const large = `is.token=${"s3cret".repeat(40)}`;
	assert.throws(
		() => fit(isWith(200), [...nonces("a"), large, "is.b=1"]),
		(error: unknown) => {
			assert.ok(error instanceof PorticoError);
			assert.equal(error.code, "request_cookies_size");
			assert.equal(error.row.status, 431);
			assert.equal(error.detail, "cookies.size is.token 249");
			assert.match(error.publicDetail ?? "", /have 310 bytes\. The largest is is\.token with 249 bytes\. The limit is 200 bytes/);
			assert.doesNotMatch(`${error.message} ${error.publicDetail}`, /s3cret|sso/);
			return true;
		},
	);
});

test("between three quarters and the limit large cookies pass", () => {
	assert.equal(fit(isWith(200), [`is.token=${"x".repeat(170)}`]), null);
});

test("where updates raise the limit, old logins go below it, and nothing is refused that an updated node takes", () => {
	const updated = isWith(200, false, 800);
	const large = `is.token=${"x".repeat(300)}`;
	assert.equal(fit(updated, [...nonces("a", "b"), large])?.cookies, [...nonces("b"), large].join("; "));
	assert.equal(fit(updated, [large]), null);
	assert.throws(() => fit(updated, [`is.token=${"x".repeat(800)}`]), PorticoError);
});

test("whatever a client sends: what is left fits or is refused, and only old logins are missing", () => {
	const part = fc.oneof(
		fc.integer({ min: 0, max: 9 }).map((key) => `is.sessionNonceCookie-${key}=${"n".repeat(20)}`),
		fc.stringMatching(/^[\w=. ~-]{0,30}$/),
		fc.constantFrom("apim.a=1", "=", "is.=1", "sessionNonceCookie-=", "is.sessionNonceCookie-"),
	);
	fc.assert(
		fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 200 }), (parts, maxHeader) => {
			const service = isWith(maxHeader);
			const names = CookieNames.of(service);
			let fitted: TrimmedCookies | null;
			try {
				fitted = fit(service, parts);
			} catch (error) {
				assert.ok(error instanceof PorticoError && error.code === "request_cookies_size");
				return;
			}
			const left = names.toNode(fitted?.cookies ?? parts.join("; "));
			assert.ok(left.length <= maxHeader, left);
			if (fitted === null) return;
			const kept = parseCookieHeader(left).map(({ name, value }) => `${name}=${value}`);
			const before = parseCookieHeader(names.toNode(parts.join("; ")));
			const missing = before.filter(({ name, value }) => !kept.includes(`${name}=${value}`));
			for (const { name } of missing) assert.match(name, /^sessionNonceCookie-/);
		}),
	);
});

test("several tabs: whichever login the request names, its cookie stays, and no newer one goes before an older one", () => {
	const keys = fc.uniqueArray(fc.stringMatching(/^[a-f0-9]{4,12}$/), { minLength: 2, maxLength: 40 });
	const hint = fc.constantFrom("?sessionDataKey=KEY", "?x&state=KEY%2COIDC", "? username=a&sessionDataKey=KEY", "?RelayState=KEY");
	fc.assert(
		fc.property(keys, fc.nat(), hint, fc.integer({ min: 150, max: 2500 }), (all, pick, text, maxHeader) => {
			const own = all[pick % all.length] as string;
			const fitted = fit(isWith(maxHeader), nonces(...all), text.replace("KEY", own));
			if (fitted === null) return;
			const left = parseCookieHeader(fitted.cookies).map(({ name }) => name.replace("is.sessionNonceCookie-", ""));
			assert.ok(left.includes(own));
			assert.ok(fitted.ended.every((line) => !line.startsWith(`is.sessionNonceCookie-${own}=`)));
			const rest = left.filter((key) => key !== own);
			assert.deepEqual(rest, all.filter((key) => key !== own).slice(-rest.length || all.length), left.join());
		}),
	);
});
