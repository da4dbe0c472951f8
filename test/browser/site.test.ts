import assert from "node:assert/strict";
import { test } from "node:test";
import { strangerIn } from "./site.ts";

const SITE = {
	origins: ["https://sso.example.test:8443", "http://127.0.0.1:4000"],
	relyingParty: "http://127.0.0.1:4000",
	cleanBodies: true,
};

test("a node's address is found however it is written, and nothing else is", () => {
	for (const text of [
		'<form action="https://localhost:9443/commonauth">',
		"?next=https%3A%2F%2Flocalhost%3A9443%2Fcommonauth",
		"?next=https%253A%252F%252Flocalhost%253A9443",
		'"host":"localhost:9443"',
		"//127.0.0.1/x",
		"https://LOCALHOST/x",
		"http://127.0.0.1:4001/",
		"https%3A%2F%2Flocalhost%3A9443%2Fsamlsso%3Fslo%3Dtrue",
	])
		assert.notEqual(strangerIn(text, SITE), null, text);
	for (const text of [
		"https://sso.example.test:8443/is-commonauth",
		"http://127.0.0.1:4000/callback?code=1",
		"?state=http%3A%2F%2F127.0.0.1%3A4000%2F",
		"login.do?redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fdevportal&scope=openid",
		'{"issuer":"https://localhost:9443/oauth2/token"}',
		"runs on localhost",
	])
		assert.equal(strangerIn(text, SITE), null, text);
});
