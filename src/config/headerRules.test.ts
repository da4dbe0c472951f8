import assert from "node:assert/strict";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { mergedHeaderRules } from "./headerRules.ts";
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
	assert.deepEqual(mergedHeaderRules(file, service, route), [service[0], file[2], ...route]);
	assert.deepEqual(mergedHeaderRules(file, [], []), file);
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
