import { test } from "node:test";
import { check, checkUntouched } from "./body.fixture.ts";

const URL = "https://localhost:9443/samlsso";

test("a message that is a string of a JSON document stays, however that is written", () => {
	const escaped = (text: string): string => text.replaceAll('"', '\\"').replaceAll("/", "\\/");
	const message = `<saml2:Assertion Destination="${URL}"><saml2:AttributeValue>${URL}</saml2:AttributeValue>`;
	const texts = [message, message.replaceAll('"', "'"), message.replaceAll("<", "\\u003c"), message.replaceAll("<", "\\u003C")];
	checkUntouched(
		texts.map((text) => `{"assertion": "${escaped(text)}"}`),
		{ kind: "json" },
	);
});

test("what stands beside it does not", () => {
	check(
		[
			[`{"a": "<saml2:Audience>", "b": "${URL}"}`, '{"a": "<saml2:Audience>", "b": "https://sso.example.com/is-samlsso"}'],
			[`{"a": "<b>${URL}</b>"}`, '{"a": "<b>https://sso.example.com/is-samlsso</b>"}'],
			[`{"a": "1 < 2: ${URL}"}`, '{"a": "1 < 2: https://sso.example.com/is-samlsso"}'],
		],
		{ kind: "json" },
	);
});

test("a message that is shown in a page, or is the value of any field, stays", () => {
	const shown = `&lt;saml2p:Response Destination=&quot;${URL}&quot;&gt;&lt;saml2:AttributeValue&gt;${URL}&lt;/saml2:AttributeValue&gt;`;
	checkUntouched([`<pre>${shown}</pre>`, `<input type="hidden" name="message" value="${shown}">`, shown]);
	check([[`<pre>${shown}</pre><a href="${URL}">`, `<pre>${shown}</pre><a href="https://sso.example.com/is-samlsso">`]]);
});
