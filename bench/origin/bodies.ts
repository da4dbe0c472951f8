/**
 * Bodies of the product rows, about as large as the products' own. Each rewritable one is a function of what
 * stands in for the node.
 */

import { randomFillSync } from "node:crypto";

export const IMAGE_BYTES = 12 * 1024;

/** Three letters for four, so that it looks like Base64 to everything on the way. */
function filler(length: number): string {
	return "eyJhbGciOiJSUzI1NiIsImtpZCI6Ik16WXhN".repeat(Math.ceil(length / 36)).slice(0, length);
}

/** A client credentials grant: a JWT access token of about 1 KB. */
export function tokenText(): string {
	return JSON.stringify({
		access_token: `${filler(300)}.${filler(420)}.${filler(342)}`,
		scope: "default",
		token_type: "Bearer",
		expires_in: 3600,
	});
}

/** Two RSA keys with their certificates. */
export function jwksText(): string {
	const key = (kid: string): object => ({
		kty: "RSA",
		"x5t#S256": filler(64),
		e: "AQAB",
		use: "sig",
		kid: `${kid}_RS256`,
		x5c: [filler(1200)],
		alg: "RS256",
		n: filler(342),
	});
	return JSON.stringify({ keys: [key(filler(64)), key(filler(86))] });
}

/** What a weather API says. */
export function apiText(): string {
	return JSON.stringify({
		city: "Utrecht",
		observed: "2026-11-30T10:00:00Z",
		temperature: 4.2,
		wind: { speed: 5.1, direction: "SW" },
		forecast: [1, 2, 3, 4, 5].map((day) => ({ day, low: day, high: day + 6, rain: day * 11 })),
	});
}

/**
 * The login page, about 14 KB: links of its own, the form that posts to /commonauth, absolute links to the node, and scripts.
 * @param origin before the path of an absolute link: `https://localhost:9443/`, and what it must become
 * @param root before the path of a link without origin
 * @param up before the path of a form's action
 */
export function loginPage(origin: string, root: string, up: string): string {
	const inputs = Array.from(
		{ length: 60 },
		(_, row) =>
			`<div class="field" data-row="${row}"><label for="field-${row}">A field of the sign-in form and what it is for</label><input type="hidden" id="field-${row}" name="field${row}" value=""/></div>`,
	);
	return `<!doctype html>
<html lang="en-US"><head><meta charset="utf-8"><title>WSO2 Identity Server</title>
<link rel="stylesheet" href="libs/theme/wso2is.min.css"><script src="libs/jquery_3.6.0/jquery-3.6.0.js"></script>
<link rel="icon" href="${root}authenticationendpoint/images/favicon.ico">
<script>
function onSubmit(form) { form.action = "${up}commonauth"; return true; }
function longWait() { return fetch("${root}longwaitstatus?waitingId=1"); }
</script></head><body>
<form id="loginForm" method="post" action="${up}commonauth" onsubmit="return onSubmit(this)">
${inputs.join("\n")}
<input type="text" id="username" name="username"><input type="password" id="password" name="password">
<a href="${origin}accountrecoveryendpoint/recoveraccountrouter.do?sp=shop">Forgot password?</a>
<a href="${origin}accountrecoveryendpoint/register.do?sp=shop">Create an account</a>
<a href="https://docs.example.org/policies/privacy">Privacy policy</a>
</form></body></html>
`;
}

/** A bundle of the developer portal. It names the REST API by paths from the root. */
export function portalScript(root: string): string {
	const chunk = (index: number): string =>
		`n.d(t,{fn${index}:()=>r});const r=(e,a)=>Object.keys(e).filter(i=>i!==a).map(i=>({key:i,value:e[i],label:"text ${index}"}));\n`;
	const calls = `const api="${root}api/am/devportal/v3";const login="${root}devportal/services/auth/login";\n`;
	const body = Array.from({ length: 400 }, (_, index) => (index % 100 === 50 ? calls : "") + chunk(index)).join("");
	return `"use strict";\n${body}`;
}

export function portalImage(): Buffer {
	return randomFillSync(Buffer.alloc(IMAGE_BYTES));
}
