import assert from "node:assert/strict";
import { test } from "node:test";
import { check, checkUntouched, dash, rewritten } from "./body.fixture.ts";
import { BodyRewriter } from "./bodyRewriter.ts";
import { ENDLESS, readTag } from "./tagReader.ts";

const url = "https://localhost:9443/carbon";
const changed = "https://sso.example.com/is-carbon";

test("the text of a textarea is the value of a field", () => {
	const long = "a b ".repeat(20_000);
	checkUntouched([
		`<textarea name="wresult">&lt;a href="${url}"&gt; ${url}</textarea>`,
		`<TEXTAREA rows=1 NAME=RelayState >${url}</TEXTAREA>`,
		`<textarea title="a>b" data-x='${url}' name='SAMLResponse'>${url}`,
		`<textarea name=state>\n../commonauth "/commonauth" ${url}</textarea>`,
		`<button value="${url}" name="state">`,
	]);
	check([
		[`<textarea name="state">x</textarea><a href="${url}">`, `<textarea name="state">x</textarea><a href="${changed}">`],
		[`<textarea name="note">${url}</textarea>`, `<textarea name="note">${changed}</textarea>`],
		[`<textareas name="state">${url}`, `<textareas name="state">${changed}`],
		[`<input name="state">${url}`, `<input name="state">${changed}`],
	]);
	for (const lengths of [[], [997], [16_384]]) {
		const page = (first: string, second: string): string => `<textarea name="wresult">${long}${first}</textarea>${long}${second}`;
		assert.ok(rewritten(page(url, url), {}, lengths).toString() === page(url, changed), lengths.join());
	}
});

test("a message that stands in a page as it is stays", () => {
	checkUntouched([
		`<input name="x" value='<t:RequestSecurityTokenResponse Context="${url}"><ds:Reference URI="${url}">${url}</ds:Reference>${url}'>`,
		`<textarea name="wresult"><saml:Assertion><saml:Audience Id="${url}">${url}</saml:Audience></textarea>`,
	]);
	check([[`<p class="a:b">${url}</p>`, `<p class="a:b">${changed}</p>`]]);
});

test("behind a field that is longer than 64 KiB all is free, in whatever pieces it comes", () => {
	const long = "a b ".repeat(20_000);
	const page = (after: string): string => `<input value="${long}" name="to"> ${after}`;
	for (const lengths of [[], [997], [70_000]]) assert.ok(rewritten(page(url), {}, lengths).toString() === page(changed), lengths.join());
});

test("a tag is read to its end only if that comes before so much that no field has it; quoted values do not count", () => {
	const endless = { end: -1, quote: ENDLESS, name: null };
	for (const part of [' a=" " b="<input', "a=<b", "x<", "a = b ", "a", " "]) {
		const text = part.repeat(5000);
		assert.deepEqual(readTag(text, 0, 0, text.length), endless, part);
		assert.deepEqual(readTag(text, 0, ENDLESS, text.length), endless, part);
	}
	const value = `"${"x".repeat(10_000)}"`;
	const tag = ` value=${value} title=${value} name=a>`;
	assert.deepEqual(readTag(tag, 0, 0, tag.length), { end: tag.length - 1, quote: 0, name: "a" });
	const many = "x ".repeat(1500);
	checkUntouched([`<input value="${url}" ${many} name="to">`]);
	const rewriter = new BodyRewriter(dash, "html", null);
	rewriter.push(Buffer.from(`<input value="${url}" ${many}`));
	assert.equal(rewriter.waiting, 0, "nothing waits for the name of such a field");
	check([[`<input name="to" ${many} value="${url}">`, `<input name="to" ${many} value="${changed}">`]]);
});
