import assert from "node:assert/strict";
import { test } from "node:test";
import { leakFix } from "./leakFix.ts";

test("what fixes it: aliases where redirects are mapped, the rewriting of bodies, else the nodes' own configuration", () => {
	const place = { kind: "loopback", host: "localhost", product: "wso2-is", isRewritten: false, publicPort: 8443 } as const;
	assert.match(
		leakFix({ ...place, field: "location" }),
		/^`aliases: \["localhost"\]` of the service, or in .*deployment\.toml .*hostname.*proxyPort/,
	);
	assert.match(leakFix({ ...place, field: "x-anything" }), /^in the nodes' deployment\.toml/);
	assert.match(leakFix({ ...place, kind: "port", field: "location" }), /^in the nodes' deployment\.toml/);
	assert.match(leakFix({ ...place, field: null }), /^`rewriteBodies.*proxyPort` \(8443\)$/);
	assert.match(leakFix({ ...place, field: null, isRewritten: true }), /^in the nodes' deployment\.toml .*; or `aliases/);
	for (const field of ["location", "x-anything", null])
		assert.doesNotMatch(leakFix({ ...place, product: "http", field }), /deployment\.toml/);
});
