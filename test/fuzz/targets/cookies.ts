import assert from "node:assert/strict";
import { affinityKey, nodeIdOf, openValue, sealValue } from "../../../src/affinity/cookieValue.ts";
import { cookiesNamed, mapCookies, parseCookieHeader, soleCookie } from "../../../src/http/cookie.ts";
import { HeaderList } from "../../../src/http/headers.ts";
import { CookieNames } from "../../../src/rewrite/cookieNames.ts";
import { CookieParts } from "../../../src/rewrite/cookieParts.ts";
import { cookieFacts, cookieName, mapSetCookie, renamed } from "../../../src/rewrite/setCookie.ts";
import { cookiePlan, SLASH, servicePlan } from "../../harness/plans.ts";
import type { Target } from "../target.ts";

const WORDS = [
	"JSESSIONID=",
	"commonAuthId=a",
	"is.commonAuthId=a",
	"apim.JSESSIONID=b",
	"portico-is=",
	"; ",
	";",
	"=",
	"==",
	" ",
	"\t",
	'"',
	"Path=/",
	"; Path=/carbon",
	"; Domain=localhost",
	"; Domain=.is-1.internal",
	"; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
	"; Max-Age=0",
	"; HttpOnly",
	"; Secure",
	"; SameSite=None",
	"__Host-",
	"__Secure-",
	"sessionNonceCookie-",
	"\xff",
];

const SERVICES = [
	servicePlan({ pagePaths: ["/carbon", "/commonauth"] }),
	servicePlan({
		mappings: [SLASH],
		ownCookies: ["portico-is"],
		cookies: cookiePlan({ tag: "is.", wide: true, foreignTags: ["apim."], foreignKept: ["ui_lang"], kept: ["opbs"] }),
	}),
];

export const cookies: Target = {
	name: "cookies",
	sources: ["http/cookie.ts", "rewrite/setCookie.ts", "rewrite/cookieNames.ts", "rewrite/cookieParts.ts", "rewrite/publicPaths.ts"],
	words: WORDS,
	longest: 1_024,
	check(input, random) {
		// A field's value: the parsers let no line end through, and take the blanks around it away.
		const text = input
			.toString("latin1")
			.replace(/[\r\n\0]/g, "")
			.replace(/^[\t ]+|[\t ]+$/g, "");
		const pairs = parseCookieHeader(text);
		const names = new Set(pairs.map(({ name }) => name).filter((name) => name !== ""));
		const list = HeaderList.of(["Cookie", text]);
		for (const name of names) {
			const values = pairs.filter((pair) => pair.name === name).map(({ value }) => value);
			assert.deepEqual(cookiesNamed(list, name), values, "found as parsed");
			assert.equal(soleCookie(list, name), values.length === 1 ? values[0] : null, "the sole one");
			assert.equal(
				mapCookies(text, name, (value) => value),
				text,
				"mapped to itself",
			);
		}
		const parts: string[] = [];
		for (const part = new CookieParts(text); part.advance(); ) if (part.name !== "") parts.push(part.name);
		assert.deepEqual(
			parts,
			pairs.filter(({ name }) => name !== "").map(({ name }) => name),
			"parts as parsed",
		);

		const service = random.pick(SERVICES);
		const atNode = CookieNames.of(service).toNode(text);
		// Pairs are joined with a blank.
		assert.ok(atNode.length <= text.length + pairs.length, "a node gets more than the client sent");
		for (const own of service.ownCookies)
			assert.deepEqual(cookiesNamed(HeaderList.of(["Cookie", atNode]), own), [], "a cookie of Portico at a node");

		const [asked = ""] = service.hosts;
		const mapped = mapSetCookie(text, service, asked);
		assert.equal(mapSetCookie(mapped, service, asked), mapped, "mapped again");
		const name = cookieName(text);
		assert.equal(cookieName(mapped), name, "the name of a cookie changed");
		if (name !== "") assert.equal(cookieName(renamed(text, name, "to")), "to", "renamed");
		cookieFacts(text);
	},
};

const KEY = affinityKey({ id: "first", secret: "0123456789abcdef0123456789abcdef" });
const OTHER = affinityKey({ id: "second", secret: "another secret of thirty-two letters" });
const NODE = nodeIdOf(KEY, "is", "is-1");

export const affinityCookie: Target = {
	name: "affinityCookie",
	sources: ["affinity/cookieValue.ts", "affinity/hmac.ts"],
	words: ["AaeTe2", "_", "-", "+", "/", "="],
	longest: 100,
	check(input, random) {
		const forged = input.toString("latin1");
		const real = sealValue(KEY, { nodeId: NODE, session: "00f1e2d3c4b5a697", minute: 29_000_000, first: random.below(29_000_000) });
		for (const text of [forged, real.slice(0, random.below(60)) + forged, Buffer.from(input.subarray(0, 45)).toString("base64url")]) {
			const opened = openValue([OTHER, KEY], text);
			// Only what one of the keys has sealed, which nobody finds by chance.
			if (opened !== null) assert.equal(sealValue(opened.key, opened), text, "opened, but not sealed like that");
		}
		assert.equal(openValue([OTHER, KEY], real)?.nodeId, NODE);
	},
};
