import assert from "node:assert/strict";
import { test } from "node:test";
import { dash } from "./body.fixture.ts";
import { BodyRewriter } from "./bodyRewriter.ts";
import { SignedPaths } from "./signedPaths.ts";
import { UnsignedXml } from "./unsignedXml.ts";

const LINK = '<a href="https://localhost:9443/commonauth"/>';

function run(text: string, size: number): string {
	const xml = new UnsignedXml(new BodyRewriter(dash, "xml", null), "/x", new SignedPaths());
	const out: Buffer[] = [];
	for (let at = 0; at < text.length; at += size) out.push(Buffer.from(xml.push(Buffer.from(text.slice(at, at + size), "latin1")) ?? ""));
	return Buffer.concat([...out, xml.end() ?? Buffer.alloc(0)]).toString("latin1");
}

test("a signature, metadata, an assertion or a message of SAML leaves the whole document as it is, however its tag is written", () => {
	for (const tag of [
		"<ds:Signature>",
		"<Signature\n",
		"<d\u00e9:Signature/>",
		`<${"p".repeat(64)}:EntitiesDescriptor>`,
		"<EntityDescriptor>",
		"<saml2:Assertion ID='a'>",
		"<samlp:AuthnRequest>",
		"<samlp:LogoutRequest>",
		"<LogoutResponse/>",
		"&lt;ds:Signature xmlns:ds=&quot;x&quot;&gt;",
		"&#60;Signature&#62;",
		"&#x3C;saml:Assertion&gt;",
	]) {
		const text = `<r>${LINK}${tag}${LINK}`;
		for (const size of [1, 50, 1000]) assert.equal(run(text, size), text, `${tag} by ${size}`);
	}
});

test("names that only begin or end like those do not", () => {
	const changed = LINK.replace("https://localhost:9443/", "https://sso.example.com/is-");
	for (const tag of [
		"<Signatures>",
		"<SignatureValue>",
		"<x:MySignature>",
		"</ds:Signature>",
		'<a b="Signature"/>',
		"Signature ",
		"<AssertionConsumerService/>",
	])
		for (const size of [1, 50, 1000]) assert.equal(run(`<r>${LINK}${tag}`, size), `<r>${changed}${tag}`, `${tag} by ${size}`);
});
