import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dash } from "./body.fixture.ts";
import { BodyRewriter } from "./bodyRewriter.ts";
import { SameOriginReferrer, sameOriginPolicy } from "./sameOriginReferrer.ts";

/** The whole page after it went through in chunks of these lengths, repeated; all at once if there are none. */
function opened(page: string, lengths: readonly number[] = []): string {
	const rewriting = new SameOriginReferrer(new BodyRewriter(dash, "html", null));
	const bytes = Buffer.from(page, "latin1");
	const out: Buffer[] = [];
	for (let from = 0, turn = 0; from < bytes.length; turn++) {
		const length = lengths[turn % lengths.length] ?? bytes.length;
		// A copy, overwritten at once: as the buffers of sockets are.
		const chunk = Buffer.from(bytes.subarray(from, from + length));
		from += length;
		out.push(Buffer.from(rewriting.push(chunk) ?? ""));
		chunk.fill(0x7e);
	}
	out.push(rewriting.end() ?? Buffer.alloc(0));
	return Buffer.concat(out).toString("latin1");
}

function check(from: string, to: string): void {
	assert.equal(opened(from), to, from);
	assert.equal(opened(from, [1]), to, `${from}, byte by byte`);
	assert.equal(opened(to), to, `${to}, which is open already`);
}

test("a page that tells nobody where it is tells it to its own origin, however that is written", () => {
	const rows = [
		['<meta name="referrer" content="no-referrer" />', '<meta name="referrer" content="same-origin" />'],
		["<meta name='referrer' content='no-referrer'>", "<meta name='referrer' content='same-origin'>"],
		["<meta name=referrer content=no-referrer>", "<meta name=referrer content=same-origin>"],
		["<meta content=no-referrer name=referrer>", "<meta content=same-origin name=referrer>"],
		['<META CONTENT = "No-Referrer"\n\tNAME="Referrer">', '<META CONTENT = "same-origin"\n\tNAME="Referrer">'],
		['<meta id="a>b" data-x name="referrer" content="no-referrer"/>', '<meta id="a>b" data-x name="referrer" content="same-origin"/>'],
		[
			'<meta charset="utf-8"><meta name="referrer" content="no-referrer">',
			'<meta charset="utf-8"><meta name="referrer" content="same-origin">',
		],
	] as const;
	for (const [from, to] of rows) {
		check(from, to);
		check(
			`<!DOCTYPE html><html><head><title>a < b</title>${from}</head><body>x</body>`,
			`<!DOCTYPE html><html><head><title>a < b</title>${to}</head><body>x</body>`,
		);
	}
});

test("other policies, other elements and what is not complete stay", () => {
	for (const page of [
		'<meta name="referrer" content="origin">',
		'<meta name="referrer" content="no-referrer-when-downgrade">',
		'<meta name="referrer" content="x" content="no-referrer">',
		'<meta name="x" name="referrer" content="no-referrer">',
		'<meta name="description" content="no-referrer">',
		'<meta name="keywords" content="<meta name=referrer content=no-referrer>">',
		'<metadata name="referrer" content="no-referrer">',
		'<input name="referrer" value="no-referrer">',
		"no-referrer",
		'<meta name="referrer" content="no-referrer"',
		'<meta name="referrer" content="no-referrer',
		"<meta",
		"a <",
	]) {
		check(page, page);
	}
});

test("a body has no such element, nor has what begins far from the page's beginning or is very long", () => {
	const meta = '<meta name="referrer" content="no-referrer">';
	const open = '<meta name="referrer" content="same-origin">';
	for (const before of ["</head>", "</HEAD >", "<body>", '<BODY class="a">', " ".repeat(16 * 1024)]) check(before + meta, before + meta);
	for (const before of ["<header>", "<bodyx>", " ".repeat(16 * 1024 - 1)]) check(before + meta, before + open);
	for (const [length, to] of [
		[900, open],
		[1100, meta],
	] as const) {
		const long = (text: string): string => text.replace("<meta", `<meta data-x="${"x".repeat(length)}"`);
		check(long(meta) + meta, long(to) + open);
	}
});

test("URLs are rewritten as ever", () => {
	check(
		'<head><meta name=referrer content=no-referrer></head><form action="/commonauth">',
		'<head><meta name=referrer content=same-origin></head><form action="/is-commonauth">',
	);
});

test("what cannot become such an element leaves at once", () => {
	const rewriting = new SameOriginReferrer(new BodyRewriter(dash, "html", null));
	for (const text of ["<p>a</p", "><link ", "</p>\n"]) assert.equal(rewriting.push(Buffer.from(text))?.toString(), text);
	assert.equal(rewriting.push(Buffer.from("x<me"))?.toString(), "x");
	assert.equal(rewriting.push(Buffer.from("nu>"))?.toString(), "<menu>");
});

test("of a header's policies each that closes is opened", () => {
	for (const [from, to] of [
		["no-referrer", "same-origin"],
		["No-Referrer", "same-origin"],
		["no-referrer, strict-origin-when-cross-origin", "same-origin, strict-origin-when-cross-origin"],
		["origin ,\tno-referrer ,no-referrer", "origin ,\tsame-origin ,same-origin"],
		["no-referrer-when-downgrade", "no-referrer-when-downgrade"],
		["x no-referrer", "x no-referrer"],
		["", ""],
	] as const) {
		assert.equal(sameOriginPolicy(from), to);
		assert.equal(sameOriginPolicy(to), to);
	}
});

const PIECES = [
	...["<meta", "<META ", "<meta name=referrer content=no-referrer>", '<meta content="no-referrer" name="referrer">', "<m", "<", ">", "/>"],
	...[
		" name=",
		"referrer",
		'"referrer"',
		"'Referrer'",
		" content=",
		"no-referrer",
		'"no-referrer"',
		"same-origin",
		'"',
		"'",
		"=",
		" ",
		"/",
	],
	...[
		"</head>",
		"</he",
		"<body",
		"<body>",
		"<b",
		"\n",
		"x",
		'href="/commonauth"',
		"../commonauth",
		"\xe9",
		"x".repeat(300),
		" ".repeat(4000),
	],
];
const page = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));
const lengths = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 10 });

test("however a page is cut, the same comes out, and doing it twice is doing it once", () => {
	fc.assert(
		fc.property(page, lengths, (text, cuts) => {
			const once = opened(text);
			assert.equal(opened(text, cuts), once);
			assert.equal(opened(once), once);
			assert.equal(
				once.replaceAll("/is-commonauth", "/commonauth").replaceAll(/no-referrer|same-origin/gi, "").length,
				text.replaceAll(/no-referrer|same-origin/gi, "").length,
			);
		}),
		{ numRuns: 500 },
	);
});
