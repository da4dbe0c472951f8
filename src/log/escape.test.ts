import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeLogItem } from "./escape.ts";

test("text of printable ASCII stays as it is", () => {
	const clean = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i))
		.join("")
		.replace(/["\\]/g, "");
	assert.equal(escapeLogItem(clean), clean);
	assert.equal(escapeLogItem(""), "");
});

test("quotes, backslashes and whitespace are written as in C", () => {
	assert.equal(escapeLogItem('a"b\\c'), 'a\\"b\\\\c');
	assert.equal(escapeLogItem("\b\t\n\v\r"), "\\b\\t\\n\\v\\r");
});

test("every other byte is written in lower-case hex", () => {
	assert.equal(escapeLogItem("\0\x07\f\x1b\x7f\x80\xc3\xbf\xff"), "\\x00\\x07\\x0c\\x1b\\x7f\\x80\\xc3\\xbf\\xff");
});

test("a character that is no byte is written as its UTF-8 bytes", () => {
	assert.equal(escapeLogItem("é€"), "\\xc3\\xa9\\xe2\\x82\\xac");
});

test("what is written is printable ASCII, and tells the bytes apart", () => {
	const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1"));
	const named: Record<string, string> = { b: "\b", t: "\t", n: "\n", v: "\v", r: "\r", '"': '"', "\\": "\\" };
	fc.assert(
		fc.property(bytes, (text) => {
			const line = escapeLogItem(text);
			assert.match(line, /^[ -~]*$/);
			assert.doesNotMatch(line, /(?<!\\)(?:\\\\)*"/);
			const back = line.replace(/\\(x(..)|.)/g, (_, letter: string, hex?: string) =>
				hex === undefined ? (named[letter] ?? "?") : String.fromCharCode(Number.parseInt(hex, 16)),
			);
			assert.equal(back, text);
		}),
	);
});
