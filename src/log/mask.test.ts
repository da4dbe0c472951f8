import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileMask, DEFAULT_MASK, isSecretCookie, isSecretHeader, maskHeader, maskRequestLine, maskSecrets, maskTarget } from "./mask.ts";

const mask = compileMask(DEFAULT_MASK);

const CASES: readonly (readonly [name: string, from: string, to: string])[] = [
	[
		"an authorization code in a redirect",
		"https://rp.example/cb?code=abc&session_state=x",
		"https://rp.example/cb?code=***&session_state=x",
	],
	["an id_token in a logout request", "/oidc/logout?id_token_hint=eyJ.a.b&state=1", "/oidc/logout?id_token_hint=***&state=1"],
	[
		"tokens in a fragment",
		"https://rp.example/#access_token=a&token_type=bearer&id_token=b",
		"https://rp.example/#access_token=***&token_type=bearer&id_token=***",
	],
	["SAML messages", "/samlsso?SAMLRequest=fZJ%2B&RelayState=r&SAMLResponse=x", "/samlsso?SAMLRequest=***&RelayState=r&SAMLResponse=***"],
	["names in any case", "/?CODE=1&Access_Token=2", "/?CODE=***&Access_Token=***"],
	["percent-encoded names", "/?c%6fde=1&%43%4F%44%45=2&client%5fsecret=3", "/?c%6fde=***&%43%4F%44%45=***&client%5fsecret=***"],
	["a repeated parameter", "/?code=1&code=2", "/?code=***&code=***"],
	["a value with = and ? and ; in it", "/?code=a=b?c;d=e&x=y", "/?code=***&x=y"],
	["a parameter behind a semicolon", "/?a=b;code=c", "/?a=b;code=***"],
	["a session id in a path parameter", "/carbon;jsessionid=0A1B/x?y=z&a=b", "/carbon;jsessionid=***&a=b"],
	["a second question mark", "/?next=/a?code=1", "/?next=/a?code=***"],
	["a fragment behind a query", "/?code=1#x=y", "/?code=***#x=y"],
	[
		"names that only look alike",
		"/?code_challenge=a&xcode=b&codes=c&response_type=code",
		"/?code_challenge=a&xcode=b&codes=c&response_type=code",
	],
	["an empty value", "/?code=&a=b", "/?code=&a=b"],
	["a name without value", "/?code&a=b", "/?code&a=b"],
	["a name in the path", "/code=1", "/code=1"],
	["a login hint", "/oauth2/authorize?login_hint=ann%40example.com&a=b", "/oauth2/authorize?login_hint=***&a=b"],
	[
		"a code in an encoded URL",
		"/login?to=https%3A%2F%2Fapp%2Fcb%3Fcode%3Dabc%26state%3D1%26id_token%3Dx&a=b",
		"/login?to=https%3A%2F%2Fapp%2Fcb%3Fcode%3D***%26state%3D1%26id_token%3D***&a=b",
	],
	["a code in a URL that is encoded twice", "/a?to=cb%253Fcode%253Dabc%2526s%253D1#x", "/a?to=cb%253Fcode%253D***%2526s%253D1#x"],
	["a name in an encoded URL that only looks alike", "/a?to=cb%3Fxcode%3Dabc", "/a?to=cb%3Fxcode%3Dabc"],
	["no query", "/is-oauth2/token", "/is-oauth2/token"],
];

for (const [name, from, to] of CASES) {
	test(`masking: ${name}`, () => assert.equal(maskSecrets(from, mask), to));
}

test("an empty list masks nothing", () => {
	assert.equal(maskSecrets("/?code=1&=2", compileMask([])), "/?code=1&=2");
});

test("names of a custom list are taken literally", () => {
	const custom = compileMask(["a.b", "c[]", "ü"]);
	assert.equal(maskSecrets("/?a.b=1&axb=2&c[]=3&c%5B%5D=4&%C3%BC=5", custom), "/?a.b=***&axb=2&c[]=***&c%5B%5D=***&%C3%BC=***");
});

test("the password of an absolute target is masked", () => {
	assert.equal(maskTarget("http://user:pass@host/?a=b", mask), "http://user:***@host/?a=b");
	assert.equal(maskTarget("http://host:80/a@b", mask), "http://host:80/a@b");
});

test("a raw request line is masked up to its protocol", () => {
	assert.equal(maskRequestLine("GET /?code=a b HTTP/1.1", mask), "GET /?code=*** HTTP/1.1");
	assert.equal(maskRequestLine("GET /?code=a b", mask), "GET /?code=***");
	assert.equal(maskRequestLine("garbage", mask), "garbage");
	assert.equal(maskRequestLine(" HTTP/1.1", mask), " HTTP/1.1");
});

test("headers that are credentials are masked whole, others by parameter", () => {
	for (const key of ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-csrf-token", "x-auth-token", "apikey"]) {
		assert.equal(maskHeader(key, "value", mask), "***", key);
	}
	assert.equal(maskHeader("location", "/?code=1", mask), "/?code=***");
	assert.equal(isSecretHeader("x-request-id"), false);
});

test("session cookies of the products are secret, an affinity cookie is not", () => {
	for (const name of [
		"JSESSIONID",
		"commonAuthId",
		"sessionNonceCookie-1-2",
		"opbs",
		"atbv",
		"samlssoTokenId",
		"AM_ACC_TOKEN_DEFAULT_P2",
	]) {
		assert.equal(isSecretCookie(name), true, name);
	}
	assert.equal(isSecretCookie("paf"), false);
	assert.equal(isSecretCookie("route"), false);
});

test("no secret value is left, wherever it stands", () => {
	const piece = fc.constantFrom("?", "&", "#", ";", "=", "code", "a", "%63ode", "%", "/", "token", "%3d");
	fc.assert(
		fc.property(
			fc.array(piece, { maxLength: 12 }),
			fc.constantFrom("?", "&", "#", ";"),
			fc.constantFrom(...DEFAULT_MASK),
			(before, separator, name) => {
				const masked = maskSecrets(`/${before.join("")}${separator}${name}=SECRET;still=SECRET`, mask);
				assert.ok(!masked.includes("SECRET"), masked);
			},
		),
	);
});

test("the first look misses nothing that the regular expression finds", () => {
	const piece = fc.constantFrom(
		"?",
		"&",
		"#",
		";",
		"=",
		"code",
		"CODE",
		"Jwt",
		"a",
		"%63ode",
		"%",
		"%3d",
		"/",
		"tok",
		"en",
		" ",
		"\u00fc",
		"\u017f",
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
			const text = pieces.join("");
			assert.equal(maskSecrets(text, mask), text.replace(mask.replacer, "$1***"));
		}),
		{ numRuns: 3000 },
	);
});

test("names that the first look cannot find are masked all the same", () => {
	for (const name of ["a=b", "a&b", "a;b", "a?b", "a#b", "a%62", "\u00e4", "A.B[]"]) {
		const text = `/?x=1&${Buffer.from(name).toString("latin1")}=2`;
		assert.ok(maskSecrets(text, compileMask([name])).endsWith("=***"), name);
	}
});

test("text made to be slow is not", () => {
	const long = 64 * 1024;
	for (const text of ["?", "&", ";code", "?code", "&c%6fd", "=", "?code="].map((piece) => piece.repeat(long / piece.length))) {
		maskSecrets(`${text}=`, mask);
		maskTarget(`http://${text}`, mask);
		maskRequestLine(`${text} HTTP/`, mask);
	}
});
