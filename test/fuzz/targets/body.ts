import assert from "node:assert/strict";
import { bare, dash, rewritten, slash } from "../../../src/body/body.fixture.ts";
import type { BodyKind } from "../../../src/body/bodyKind.ts";
import type { Target } from "../target.ts";

const KINDS: readonly BodyKind[] = ["html", "script", "json", "xml", "css"];
/**
 * A URL of a node gets longer by some letters; more than this many times means that something is written
 * again and again.
 */
const MOST_GROWTH = 8;

const WORDS = [
	"https://localhost:9443/oauth2/token",
	"https%3A%2F%2Flocalhost%3A9443%2Fsamlsso",
	"https%253A%252F%252Flocalhost%253A9443%252F",
	"https:\\/\\/localhost:9443\\/commonauth",
	"https&#x3a;&#x2f;&#x2f;localhost&#x3a;9443",
	"\\u0068ttps:\\u002f\\u002flocalhost",
	"wss://127.0.0.1:9443/",
	"https://sso.example.com/is-samlsso",
	"https://evil.example/?u=https://localhost:9443/",
	'href="',
	"'/commonauth'",
	'"../commonauth"',
	"url(/carbon)",
	'<input name="state" value="',
	"<base href=",
	'"issuer":"',
	"redirect_uri=",
	"<ds:Signature ",
	"<textarea>",
	"</textarea>",
	"location.origin + ",
	'srcset="/carbon 1x, ',
	"<!--",
	"&quot;",
	"\\",
	"[::1]",
	"%",
	"\xff",
];

export const bodyRewriter: Target = {
	name: "bodyRewriter",
	sources: ["body/", "rewrite/location.ts", "rewrite/publicPaths.ts", "rewrite/prefixIndex.ts"],
	words: WORDS,
	longest: 4_096,
	check(input, random) {
		const options = { urls: random.pick([dash, slash, bare]), kind: random.pick(KINDS) };
		const lengths = Array.from({ length: random.between(1, 8) }, () => random.between(1, random.pick([2, 40, 400])));
		const once = rewritten(input, options);
		assert.equal(rewritten(input, options, lengths).toString("latin1"), once.toString("latin1"), "cut in another way");
		assert.equal(rewritten(once, options).toString("latin1"), once.toString("latin1"), "rewritten again");
		assert.ok(once.length <= input.length * MOST_GROWTH + 64, `${input.length} bytes became ${once.length}`);
	},
};
