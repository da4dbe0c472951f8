import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, SLASH, servicePlan } from "../../test/harness/plans.ts";
import { RedirectMap } from "./location.ts";
import { mapSources } from "./sourceList.ts";

const service = servicePlan({ mappings: [SLASH] });
const redirects = RedirectMap.build(planOf([service]));
const mapped = (value: string): string => mapSources(value, (url) => redirects.map(url, service, "sso.example.com"));

test("sources of a policy that are a node's become the public ones, an origin alone without a path", () => {
	const rows = [
		["default-src 'self' https://localhost:9443", "default-src 'self' https://sso.example.com"],
		[
			"connect-src https://localhost:9443/oauth2/ wss://localhost:9443",
			"connect-src https://sso.example.com/is/oauth2/ wss://sso.example.com",
		],
		[
			"connect-src ws://localhost:9763/x;img-src HTTPS://IS-1.internal:9443",
			"connect-src wss://sso.example.com/is/x;img-src https://sso.example.com",
		],
		["frame-ancestors https://localhost:9443, default-src 'none'", "frame-ancestors https://sso.example.com, default-src 'none'"],
		[
			"script-src 'self'; report-uri /csp https://localhost:9443/csp",
			"script-src 'self'; report-uri /is/csp https://sso.example.com/is/csp",
		],
	] as const;
	for (const [from, to] of rows) {
		assert.equal(mapped(from), to);
		assert.equal(mapped(to), to);
	}
});

test("all else of a policy stays", () => {
	for (const value of [
		"",
		"default-src 'self' 'nonce-a/b+c==' 'sha256-//x=' data: blob: https: wss: *.example.com https://*.example.com:*",
		"connect-src https://rp.example.com/https://localhost:9443 localhost:9443 https://localhost:9444",
		" ;; , upgrade-insecure-requests\t;",
	])
		assert.equal(mapped(value), value);
});
