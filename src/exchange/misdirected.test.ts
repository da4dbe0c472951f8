import assert from "node:assert/strict";
import { test } from "node:test";
import { errorResponse } from "../http/errorPage.ts";
import { misdirected } from "./misdirected.ts";

const planOf = (publicOrigin: string, ...hosts: string[]) => ({ publicOrigin, services: [{ hosts, bindings: [] }] });
const asked = (authority: string, secure: boolean) => ({ authority, secure });

test("the log learns host and port that were asked for and that are served, the client only the first", () => {
	const plan = planOf("https://sso.example.com", "sso.example.com", "gw.example.com:8444", "[2001:db8::1]");
	const error = misdirected(asked("gw.example.com", true), plan, null);
	assert.equal(error.publicDetail, "The request was for gw.example.com:443.");
	assert.equal(error.detail, "host.unknown");
	assert.match(
		String(error.cause),
		/asked for gw\.example\.com:443, served are sso\.example\.com:443, gw\.example\.com:8444, \[2001:db8::1\]:443$/,
	);
	assert.equal(misdirected(asked("[::1]", false), plan, null).publicDetail, "The request was for [::1]:80.");
});

test("the log learns where a host of another listener is served, and what this one serves", () => {
	const gw = { hosts: ["gw.example.com:8444"], bindings: [{ host: "gw.example.com:8444", listeners: ["0.0.0.0:8444"] }] };
	const plan = { publicOrigin: "https://sso.example.com", services: [{ hosts: ["sso.example.com"], bindings: [] }, gw] };
	const error = misdirected(asked("gw.example.com:8444", true), plan, "0.0.0.0:443");
	assert.match(
		String(error.cause),
		/asked for gw\.example\.com:8444 at 0\.0\.0\.0:443, which 0\.0\.0\.0:8444 alone serves, served are sso\.example\.com:443$/,
	);
	assert.equal(error.publicDetail, "The request was for gw.example.com:8444.");
});

test("many hosts are counted, and what was asked for cannot become markup", () => {
	const hosts = Array.from({ length: 12 }, (_, index) => `h${index}.example`);
	assert.match(String(misdirected(asked("x", true), planOf("http://h0.example", ...hosts), null).cause), /h9\.example:80 and 2 more$/);
	const { publicDetail = "" } = misdirected(asked("<script>alert(1)</script>", true), planOf("https://a", "a"), null);
	const { body } = errorResponse("misdirected_request", { accept: "text/html", requestId: "r", detail: publicDetail });
	assert.ok(body.includes("The request was for &lt;script&gt;alert(1)&lt;/script&gt;:443.") && !body.includes("<script>"), body);
});
