import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plain, shownCookie, shownUrl } from "./plainText.ts";

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

test("what is shown is one line without anything that a terminal obeys, and has an end", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
			for (const shown of [plain(text), shownUrl(text), shownCookie(text)]) {
				assert.ok(!CONTROL.test(shown), JSON.stringify(shown));
				assert.ok(shown.length <= 401, String(shown.length));
			}
		}),
	);
});

test("of a URL's query only what tells the fault is shown, no codes, tokens or keys", () => {
	const secret = fc.stringMatching(/^[\w-]{8,40}$/);
	const name = fc.constantFrom("code", "state", "sessionDataKey", "id_token_hint", "SAMLRequest", "access_token", "nonce");
	fc.assert(
		fc.property(name, secret, (parameter, value) => {
			const shown = shownUrl(`https://sso.example.com/cb?client_id=a&${parameter}=${value}&redirect_uri=https%3A%2F%2Fapp`);
			assert.equal(shown, `https://sso.example.com/cb?client_id=a&${parameter}=…&redirect_uri=https%3A%2F%2Fapp`);
		}),
	);
});

test("a cookie is shown without its value, and a login attempt without its key", () => {
	assert.equal(shownCookie("JSESSIONID=0A1B2C; Path=/; Secure"), "JSESSIONID=…; Path=/; Secure");
	assert.equal(shownCookie("sessionNonceCookie-8f0e-11=abc; Path=/"), "sessionNonceCookie-…=…; Path=/");
	assert.equal(shownCookie("is.sessionNonceCookie-8f0e-11=abc; Path=/"), "is.sessionNonceCookie-…=…; Path=/");
	assert.equal(shownCookie("novalue"), "novalue=…");
});

test("a fragment, user info and path parameters are hidden too", () => {
	assert.equal(shownUrl("https://user:pass@word@sso.example.com/"), "https://…@sso.example.com/");
	assert.equal(
		shownUrl("https://sso.example.com/login.do;jsessionid=0A1B;v=2/x?client_id=a"),
		"https://sso.example.com/login.do;jsessionid=…;v=…/x?client_id=a",
	);
	assert.equal(shownUrl("https://user:secret@app.example.com/cb#access_token=abc"), "https://…@app.example.com/cb#…");
	assert.equal(shownUrl("/cb?a=1#id_token=abc"), "/cb?a=…");
});
