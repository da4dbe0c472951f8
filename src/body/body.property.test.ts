import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bare, dash, rewritten, slash } from "./body.fixture.ts";
import type { BodyKind } from "./bodyKind.ts";

/** Pieces of which bodies are made that come close to URLs of ours, in every spelling. */
const PIECES = [
	...[
		"http",
		"https",
		"HTTPS",
		":",
		"/",
		"//",
		"\\/",
		"%2F",
		"%2f",
		"%252F",
		"%3A",
		"%253A",
		"&#x2f;",
		"&#47;",
		"&#x3a;",
		"\\u002f",
		"\\x2F",
	],
	...[
		"localhost",
		"127.0.0.1",
		"[::1]",
		"sso.example.com",
		"is-1.internal",
		"evil.example",
		"9443",
		":9443",
		":443",
		"@",
		".",
		"..",
		"../",
		"-",
	],
	...["commonauth", "oauth2", "token", "authorize", "is-", "apim-", "t", "acme.com", "carbon", "scim2", "is", "samlsso"],
	...[
		'"',
		"'",
		"`",
		"\\",
		"=",
		"(",
		")",
		"}",
		";",
		"&quot;",
		"&",
		"&amp;",
		"?",
		"#",
		" ",
		"\n",
		"<",
		">",
		"+",
		"$",
		"{",
		",",
		"[",
		"%",
		"x",
	],
	...[
		"href=",
		"value=",
		"url(",
		'<input name="state" value="',
		"<base href=",
		'"issuer":"',
		"origin + ",
		"redirect_uri=",
		"state=",
		"<a ",
		"/>",
	],
	...[
		"https://localhost:9443/oauth2/token",
		"https%3A%2F%2Flocalhost%3A9443%2Fsamlsso",
		'"/commonauth"',
		'"../commonauth"',
		"https:\\/\\/localhost:9443",
	],
	...[
		"https://evil.example/?u=",
		"https%3A%2F%2Fevil.example%3Fu%3D",
		"https:\\/\\/evil.example\\/",
		"app://",
		"?u=",
		"%26",
		"%2526",
		"%22",
		"\\u0026",
		"&lt;",
		"&lt;ds:a ",
		"<\\/ds:a ",
		"\\u003cds:a ",
	],
	...['<input value="', "<input value=", '<INPUT name="x" value=\'', ' name="state">', " name=iss ", 'title=">" '],
	...["ws", "wss", "wss://localhost:9443/oauth2", '<img srcset="', "<img srcset='/carbon 1x, ", " 1x, ", ", /carbon", " /carbon", "\t"],
	...[
		'<meta content="0; ',
		" url = ",
		"<textarea name=state>",
		"<textarea ",
		"</textarea>",
		"<button name='iss' value='",
		"<a:b ",
		'xmlns:a="',
		'["a", ',
		'\\"',
		'"".concat(',
		".concat(e,",
		"location.origin,",
	],
];

const body = fc
	.array(
		fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) }),
		{
			maxLength: 60,
		},
	)
	.map((pieces) => Buffer.from(pieces.join("")));
const urls = fc.constantFrom(dash, slash, bare);
const kind = fc.constantFrom<BodyKind>("html", "script", "json", "xml", "css");
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
const options = fc.record({ urls, kind });

test("however a body is cut, the same comes out", () => {
	fc.assert(
		fc.property(body, options, lengths, (bytes, settings, cuts) => {
			assert.deepEqual(rewritten(bytes, settings, cuts).toString("latin1"), rewritten(bytes, settings).toString("latin1"));
		}),
		{ numRuns: 1500 },
	);
});

test("what is public already stays: rewriting twice is rewriting once", () => {
	fc.assert(
		fc.property(body, options, (bytes, settings) => {
			const once = rewritten(bytes, settings);
			assert.deepEqual(rewritten(once, settings).toString("latin1"), once.toString("latin1"));
		}),
		{ numRuns: 1500 },
	);
});

test("bodies that name nothing of ours stay byte for byte", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 500 }), options, lengths, (bytes, settings, cuts) => {
			assert.deepEqual(rewritten(Buffer.from(bytes), settings, cuts), Buffer.from(bytes));
		}),
	);
});
