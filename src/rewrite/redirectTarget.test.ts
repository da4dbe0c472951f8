import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planOf, servicePlan } from "../../test/harness/plans.ts";
import type { OwnRoutePlan, RedirectPlan } from "../plan/ownRoute.ts";
import { Router } from "../route/router.ts";
import { compileRedirect } from "./redirectTarget.ts";

function redirect(from: string, to: string, fields: Partial<RedirectPlan> = {}): OwnRoutePlan & { readonly response: RedirectPlan } {
	const exact = !from.endsWith("/*");
	const response = { kind: "redirect", status: 302, to, keepPath: !exact, keepQuery: !to.includes("?"), ...fields } as const;
	return { id: "r", service: "", hosts: null, pattern: from.replace(/\/\*$/, "") || "/", exact, responseHeaders: [], response };
}

/** As the data path does it; null: another response. */
function follow(plan: ReturnType<typeof redirect>, target: string): string | null {
	const router = Router.build({ ...planOf([servicePlan()]), ownRoutes: [plan] });
	const [path = "", ...rest] = target.split(/(?=\?)/);
	const decision = router.decide({ authority: "sso.example.com", path, method: "GET", upgrade: null, clientAddress: "192.0.2.1" });
	return decision.kind === "own" ? compileRedirect({ ...plan, ...plan.response })(path, rest.join("")) : null;
}

const cases: readonly (readonly [from: string, to: string, target: string, location: string | null, fields?: Partial<RedirectPlan>])[] = [
	["/", "/devportal/", "/", "/devportal/"],
	["/", "/devportal/", "/?a=1&b", "/devportal/?a=1&b"],
	["/", "/devportal/", "/x", null],
	["/a", "/b?x=1", "/a?y", "/b?x=1"],
	["/a", "/b#top", "/a?y", "/b?y#top"],
	["/a", "/b", "/a?y", "/b", { keepQuery: false }],
	["/a", "/a/", "/a/", null],
	["/a/*", "/b", "/a", "/b"],
	["/a/*", "/b", "/a/", "/b/"],
	["/a/*", "/b/", "/a/x/y%2Fz", null],
	["/a/*", "/b/", "/a/x/%41%20?q", "/b/x/%41%20?q"],
	["/a/*", "/b/", "/ab", null],
	["/a/*", "/", "/a", "/"],
	["/a/*", "/", "/a/x", "/x"],
	["/a/*", "/", "/%61/x", "/x"],
	["/a/*", "/b?k=1", "/a/x", "/b/x?k=1"],
	["/a/*", "/b", "/a/x", "/b", { keepPath: false }],
	["/*", "https://new.example", "/", "https://new.example/"],
	["/*", "https://new.example", "/x?y", "https://new.example/x?y"],
	["/*", "https://new.example:8443/a/", "/x/", "https://new.example:8443/a/x/"],
	["/t/{tenant}/app-{page}", "/{page}/{tenant}?t={tenant}", "/t/foo.com/app-x", "/x/foo.com?t=foo.com"],
	["/t/{tenant}/app-{page}", "/{page}", "/t/a/%61pp-%78y", "/xy"],
	["/x/{a}", "/y?z={a}&b=1", "/x/a&b=2+%26", "/y?z=a%26b%3D2%2B%26&b=1"],
	["/x/{a}", "/y/{a}", '/x/"><b>{}|', "/y/%22%3E%3Cb%3E%7B%7D%7C"],
	["/t/{tenant}/*", "/o/{tenant}", "/t/a/b/c", "/o/a/b/c"],
	["/{any}/*", "/{any}", "//evil.example/x", null],
	["/a/*", "/", "/a//evil.example", null],
	["/a/*", "/", "/a/%2Fevil.example", null],
	["/a/*", "/", "/a/%5Cevil.example", null],
	["/a/*", "/", "/a/..//evil.example", null],
	["/a/*", "/", "/a/;/evil.example", null],
	["/a/*", "/", "/a/%0d%0aSet-Cookie:x", null],
];
for (const [from, to, target, location, fields] of cases)
	test(`${from} → ${to}: ${target} leads to ${location}`, () => assert.equal(follow(redirect(from, to, fields), target), location));

test("whatever the path, a target on this host stays there, and is one line", () => {
	const bits = [
		"/",
		"//",
		"\\",
		"%2f",
		"%2F",
		"%5c",
		".",
		"..",
		"%2e",
		";",
		"%3b",
		"%0d",
		"%0a",
		"%09",
		"%25",
		"evil.example",
		"a",
		"@",
		":",
		"{x}",
	];
	const path = fc.array(fc.constantFrom(...bits), { maxLength: 8 }).map((parts) => `/${parts.join("")}`);
	const plans = [redirect("/*", "/"), redirect("/{a}/*", "/{a}"), redirect("/a/*", "/"), redirect("/a{x}", "/{x}")];
	fc.assert(
		fc.property(path, fc.constantFrom(...plans), (raw, plan) => {
			const location = follow(plan, raw);
			if (location !== null) assert.match(location, /^\/(?![/\\])[^\r\n]*$/, raw);
		}),
		{ numRuns: 3000 },
	);
});
