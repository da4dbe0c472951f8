import assert from "node:assert/strict";
import { test } from "node:test";
import { cookiePlan, servicePlan } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import { hasLoginCookie } from "./loginsUnderWay.ts";

const KEY = "0b0e7a30-93a5-4f24-9c11-7d6a3d0c1c00";
const is = servicePlan({ cookies: cookiePlan({ tag: "is.", piling: ["sessionNonceCookie-"] }) });
const alone = servicePlan({ cookies: cookiePlan({ piling: ["sessionNonceCookie-"] }) });
const has = (query: string, cookie: string, service = is): boolean =>
	hasLoginCookie(service, query, HeaderList.of(["Cookie", `a=1; ${cookie}`]));

test("a login is known by its service's cookie, wherever the query names it", () => {
	const cookie = `is.sessionNonceCookie-${KEY}=1`;
	for (const query of [`?sessionDataKey=${KEY}`, `?code=x&state=${KEY}%2COIDC`, `?state=${KEY}`, `?x=1&RelayState=${KEY}`]) {
		assert.ok(has(query, cookie), query);
	}
	assert.ok(has(`?sessionDataKey=${KEY}`, `sessionNonceCookie-${KEY}=1`, alone));
});

test("a form names it as well as a query", () => {
	for (const form of [`sessionDataKey=${KEY}`, `SAMLResponse=x&RelayState=${KEY}`, `code=1&state=${KEY}%2COIDC`]) {
		assert.ok(has(form, `is.sessionNonceCookie-${KEY}=1`), form);
	}
});

test("not by another service's, nor for another login, nor where the query is in doubt", () => {
	const query = `?sessionDataKey=${KEY}`;
	assert.ok(!has(query, `apim.sessionNonceCookie-${KEY}=1`));
	assert.ok(!has(query, `sessionNonceCookie-${KEY}=1`), "whose it was is not known");
	assert.ok(!has(query, "is.sessionNonceCookie-other=1"));
	assert.ok(!has(`${query}&sessionDataKey=other`, `is.sessionNonceCookie-${KEY}=1`));
	for (const odd of ["", "?sessionDataKey=", "?sessionDataKey=a;b", "?state=,OIDC"]) assert.ok(!has(odd, "is.sessionNonceCookie-=1"), odd);
});
