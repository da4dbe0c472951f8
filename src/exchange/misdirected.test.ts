import assert from "node:assert/strict";
import { test } from "node:test";
import { errorResponse } from "../http/errorPage.ts";
import { misdirected } from "./misdirected.ts";

const planOf = (publicOrigin: string, ...hosts: string[]) => ({ publicOrigin, services: [{ hosts }] });
const asked = (authority: string, secure: boolean) => ({ authority, secure });

test("the log learns host and port that were asked for and that are served, the client only the first", () => {
	const plan = planOf("https://sso.example.com", "sso.example.com", "gw.example.com:8444", "[2001:db8::1]");
	const error = misdirected(asked("gw.example.com", true), plan);
	assert.equal(error.told, "The request was for gw.example.com:443.");
	assert.equal(error.detail, "host.unknown");
	assert.match(
		String(error.cause),
		/asked for gw\.example\.com:443, served are sso\.example\.com:443, gw\.example\.com:8444, \[2001:db8::1\]:443$/,
	);
	assert.equal(misdirected(asked("[::1]", false), plan).told, "The request was for [::1]:80.");
});

test("many hosts are counted, and what was asked for cannot become markup", () => {
	const hosts = Array.from({ length: 12 }, (_, index) => `h${index}.example`);
	assert.match(String(misdirected(asked("x", true), planOf("http://h0.example", ...hosts)).cause), /h9\.example:80 and 2 more$/);
	const { told = "" } = misdirected(asked("<script>alert(1)</script>", true), planOf("https://a", "a"));
	const { body } = errorResponse("misdirected_request", { accept: "text/html", requestId: "r", detail: told });
	assert.ok(body.includes("The request was for &lt;script&gt;alert(1)&lt;/script&gt;:443.") && !body.includes("<script>"), body);
});
