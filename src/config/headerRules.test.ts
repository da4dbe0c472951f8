import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { HeaderRulePlan } from "../plan/headers.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { type HeaderLevel, type HeaderOrigins, mergedHeaderRules } from "./headerRules.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

test("what a later level says of a name stands instead of all that earlier ones say of it", () => {
	const file = [
		{ action: "remove", name: "A", value: "" },
		{ action: "add", name: "A", value: "1" },
		{ action: "set", name: "B", value: "1" },
	] as const;
	const service = [{ action: "default", name: "a", value: "2" }] as const;
	const route = [
		{ action: "add", name: "C", value: "3" },
		{ action: "add", name: "c", value: "4" },
	] as const;
	const level = (rules: readonly HeaderRulePlan[], path: string, inherit = true): HeaderLevel => ({
		inherit,
		rules: rules.map((rule, index) => ({ ...rule, at: [index] })),
		path: [path],
	});
	const origins: HeaderOrigins = new Map();
	const merged = mergedHeaderRules([level(file, "file"), level(service, "service"), level(route, "route")], origins);
	assert.deepEqual(merged, [service[0], file[2], ...route]);
	assert.deepEqual(
		merged.map((rule) => origins.get(rule)?.join()),
		["service,0", "file,2", "route,0", "route,1"],
	);
	assert.deepEqual(mergedHeaderRules([level(file, "file"), level([], "service")], origins), file);
	assert.deepEqual(mergedHeaderRules([level(file, "file"), level(service, "service", false)], origins), service);
	assert.deepEqual(mergedHeaderRules([level(file, "file"), level(service, "service"), level([], "route", false)], origins), []);
});

test("a service or a route may drop the rules above it; the file has none above it", async () => {
	const text = `public: http://sso.example.com
listeners: [{ address: 127.0.0.1:80 }]
responseHeaders: { X-Frame-Options: DENY }
services:
  app:
    product: http
    requestHeaders: { X-A: a }
    routes:
      - { path: /a, to: / }
      - { path: /b, to: /, requestHeaders: { inherit: false }, responseHeaders: { inherit: false, set: { X-B: b } } }
    nodes: [{ name: app-1, url: http://10.0.0.40:8080 }]
`;
	const loaded = await loadText("/portico.yaml", text, {}, 0);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	const placed = (rules: readonly HeaderRulePlan[]) => rules.map((rule) => `${rule.name} ${loaded.placeOf(rule)}`);
	assert.deepEqual(
		loaded.plan.routes.map(({ requestHeaders, responseHeaders }) => [placed(requestHeaders), placed(responseHeaders)]),
		[
			[["X-A portico.yaml:7"], ["X-Frame-Options portico.yaml:3"]],
			[[], ["X-B portico.yaml:10"]],
		],
	);
	const refused = await loadText("/portico.yaml", text.replace("{ X-Frame-Options: DENY }", "{ inherit: false }"), {}, 0);
	assert.ok("problems" in refused);
	assert.match(formatProblems(refused.problems), /:3:\d+: `inherit` has no effect with the rules of the file/);
});

test("the short form is `set`; the long form has four keys, and `add` takes lists", async () => {
	const text = `public: https://sso.example.com
listeners: [{ address: 127.0.0.1:443, tls: { certificates: [{ cert: sso.pem, key: sso.key }] } }]
requestHeaders:
  add: { Via: [1.1 a, 1.1 b] }
  remove: [X-Debug]
responseHeaders: { X-Frame-Options: DENY, Set: x }
services:
  app:
    product: http
    responseHeaders: { default: { X-Frame-Options: SAMEORIGIN } }
    routes:
      - { path: /a, to: /, responseHeaders: { X-Frame-Options: "{host}" } }
      - { path: /b, to: /, requestHeaders: { via: "1.1 c" } }
    nodes: [{ name: app-1, url: http://10.0.0.40:8080 }]
`;
	const loaded = await loadText(`${tls.directory}/portico.yaml`, text, {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	const { plan } = loaded;
	const texts = (rules: (typeof plan)["responseHeaders"]) => rules.map(({ action, name, value }) => `${action} ${name} ${value}`.trim());
	assert.deepEqual(texts(plan.responseHeaders), ["set X-Frame-Options DENY", "set Set x"]);
	assert.deepEqual(
		plan.routes.map(({ pattern, requestHeaders, responseHeaders }) => [pattern, texts(requestHeaders), texts(responseHeaders)]),
		[
			["/a", ["remove X-Debug", "add Via 1.1 a", "add Via 1.1 b"], ["set X-Frame-Options {host}", "set Set x"]],
			["/b", ["remove X-Debug", "set via 1.1 c"], ["default X-Frame-Options SAMEORIGIN", "set Set x"]],
		],
	);
});
