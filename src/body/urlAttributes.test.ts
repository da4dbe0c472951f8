import assert from "node:assert/strict";
import { test } from "node:test";
import { check, checkUntouched, rewritten } from "./body.fixture.ts";

test("every candidate of a list of images is mapped", () => {
	check([
		['<img srcset="/carbon/a 1x, /carbon/b 2x">', '<img srcset="/is-carbon/a 1x, /is-carbon/b 2x">'],
		[
			"<source srcset='/carbon/a 100w,/carbon/b 2.5x,\n\t/carbon/c'>",
			"<source srcset='/is-carbon/a 100w,/is-carbon/b 2.5x,\n\t/is-carbon/c'>",
		],
		['<link imagesrcset=" /carbon/a, ../carbon/b 2x">', '<link imagesrcset=" /is-carbon/a, /is-carbon/b 2x">'],
		['<img srcset="a 1x , //localhost:9443/b 2x">', '<img srcset="a 1x , //sso.example.com/is-b 2x">'],
		[
			'<img srcset="https://localhost:9443/a 1x,https://localhost:9443/b 2x">',
			'<img srcset="https://sso.example.com/is-a 1x,https://sso.example.com/is-b 2x">',
		],
	]);
	checkUntouched([
		'<img srcset="a,/carbon/b 2x">',
		'<img srcset="a /carbon/b 2x">',
		'<img alt="a, /carbon/b">',
		"<p>a, /carbon/b</p>",
		"<script>x = [a, /carbon/b]</script>",
		'<img alt="srcset=" title="a 1x, /carbon/b">',
	]);
});

test("blanks around a URL do not count", () => {
	check([
		["<form action= /commonauth>", "<form action= /is-commonauth>"],
		["<form action=\n../commonauth>", "<form action=\n/is-commonauth>"],
		['<a title="x" href=" \t/carbon/x">', '<a title="x" href=" \t/is-carbon/x">'],
		["<a style='background:url( /carbon/x )'>", "<a style='background:url( /is-carbon/x )'>"],
	]);
	check([["a { background: URL(\n/carbon/x) }", "a { background: URL(\n/is-carbon/x) }"]], { kind: "css" });
	checkUntouched(['<a title=" /carbon">', '<a href="x /carbon">', "<p> /carbon/x</p>", "a < b href= /carbon", '<input value=" /carbon">']);
	checkUntouched(["a: b /carbon/x; c: url(x /carbon)"], { kind: "css" });
});

test("a page that leads on by itself", () => {
	check([
		['<meta http-equiv="refresh" content="0; url = /samlsso?x">', '<meta http-equiv="refresh" content="0; url = /is-samlsso?x">'],
		['<meta content="0; /samlsso">', '<meta content="0; /is-samlsso">'],
		["<meta content='5.5;/samlsso'>", "<meta content='5.5;/is-samlsso'>"],
		["<meta content='5, URL=/samlsso'>", "<meta content='5, URL=/is-samlsso'>"],
	]);
	checkUntouched(['<meta name="description" content="Read: /samlsso, /carbon">', '<meta content="x; /samlsso">']);
});

test("a list or a message longer than what is looked back at makes no difference to how a page may be cut", () => {
	const rows = [
		`<img srcset="${"/carbon/a 1x, ".repeat(200)}/carbon/b 2x">`,
		`<a:b ${"x ".repeat(800)} href='https://localhost:9443/carbon'>`,
	];
	for (const page of rows) for (const cut of [1, 97]) assert.equal(rewritten(page, {}, [cut]).toString(), rewritten(page).toString());
});
